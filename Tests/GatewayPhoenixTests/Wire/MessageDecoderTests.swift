import NIOCore
import NetTransport
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §1.5 and §1.6.
struct MessageDecoderTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let version: SerializerVersion
        let text: String
        let joinRef: Ref
        let ref: Ref
        let topic: String?
        let event: String?
        let payload: JSONValue

        init(
            _ version: SerializerVersion, _ text: String, _ joinRef: Ref, _ ref: Ref, _ topic: String?,
            _ event: String?, _ payload: JSONValue = [:]
        ) {
            (self.version, self.text) = (version, text)
            (self.joinRef, self.ref, self.topic, self.event) = (joinRef, ref, topic, event)
            self.payload = payload
        }

        var testDescription: String { self.text }
    }

    private static let examples = [
        // §1.8
        Example(.v2, #"[null,"14","phoenix","heartbeat",{}]"#, .null, "14", "phoenix", "heartbeat"),
        Example(
            .v1, #"{"topic":"phoenix","event":"heartbeat","payload":{},"ref":"10"}"#, .null, "10", "phoenix",
            "heartbeat"),
        Example(.v2, #"[null,null,"phoenix","heartbeat",{}]"#, .null, .null, "phoenix", "heartbeat"),
        // §2.1 to §2.5
        Example(.v2, #"["1","1","room:a","phx_join",{"a":1}]"#, "1", "1", "room:a", "phx_join", ["a": 1]),
        Example(.v2, #"[null,"1","room:a","phx_join",{}]"#, .null, "1", "room:a", "phx_join"),
        Example(.v2, #"["1","2","room:a","echo",{"x":1}]"#, "1", "2", "room:a", "echo", ["x": 1]),
        Example(.v2, #"["1","11","room:a","phx_leave",{}]"#, "1", "11", "room:a", "phx_leave"),
        Example(.v2, #"["2","2","room:a","phx_join",{}]"#, "2", "2", "room:a", "phx_join"),
        Example(
            .v1, #"{"topic":"room:a","event":"phx_join","payload":{},"ref":"1","join_ref":"1"}"#, "1", "1", "room:a",
            "phx_join"),
        // Types of refs, C17
        Example(.v2, #"[1,2,"room:a","echo",{}]"#, .literal("1"), .literal("2"), "room:a", "echo"),
        // C11: what comes after the fifth is ignored
        Example(.v2, #"["1","2","room:a","e",{},6,[7]]"#, "1", "2", "room:a", "e"),
        // Anything may be null, and payloads are of any kind
        Example(.v2, "[null,null,null,null,null]", .null, .null, nil, nil, .null),
        Example(.v1, #"{"topic":null,"event":null,"payload":null,"ref":null}"#, .null, .null, nil, nil, .null),
        Example(.v2, #"[null,"1",5,[],"text"]"#, .null, "1", nil, nil, "text"),
        // Order and extra keys of V1 mean nothing
        Example(
            .v1, #" { "ref" : 7 , "x":[1,{"ref":"no"}], "payload":[1], "event":"e", "topic":"t\u00e9" } "#, .null,
            .literal("7"), "té", "e", [1]),
        Example(.v2, #"[ "1" , "2" , "a\"]b" , "e" , { "k" : "]}" } ]"#, "1", "2", "a\"]b", "e", ["k": "]}"]),
    ]

    @Test(arguments: Self.examples)
    func messagesAreReadAsTheWireShowsThem(example: Example) throws {
        try self.check(try MessageDecoder(example.version).decodeText(example.text), example)
    }

    @Test(arguments: Self.examples)
    func textIsReadFromATextFrame(example: Example) throws {
        let bytes = ByteBuffer(string: example.text)
        try self.check(try MessageDecoder(example.version).decode(.text, bytes), example)
    }

    /// C10.
    @Test(arguments: Self.examples.filter { $0.version == .v1 })
    func objectsMayComeInBinaryFrames(example: Example) throws {
        let bytes = ByteBuffer(string: example.text)
        try self.check(try MessageDecoder(.v1).decode(.binary, bytes), example)
    }

    private func check(_ message: InboundMessage, _ example: Example) throws {
        #expect(message.joinRef == example.joinRef)
        #expect(message.ref == example.ref)
        #expect(message.topic == example.topic)
        #expect(message.event == example.event)
        let payload = try #require(message.payload.json)
        #expect(payload.value == example.payload)
        #expect(try JSONReader.read(payload.text) == example.payload)
    }

    /// C08, C09.
    @Test(arguments: [
        (SerializerVersion.v2, "hello"), (.v2, #"{"a":1}"#), (.v2, #"["1","2"]"#), (.v2, "[]"), (.v2, ""), (.v2, "1"),
        (.v2, #"["1","2","t","e"]"#), (.v2, #"["1","2","t","e",{}"#), (.v2, #"["1","2","t","e",{}]x"#),
        (.v2, #"["1","2","t","e",{"a":1,"a":2}]"#), (.v2, #"{"topic":"t","event":"e","payload":{},"ref":"1"}"#),
        (.v1, #"["1","2","t","e",{}]"#), (.v1, #"{"topic":"t","event":"e","payload":{}}"#),
        (.v1, #"{"topic":"t","event":"e","ref":"1"}"#), (.v1, #"{"topic":"t","payload":{},"ref":"1"}"#),
        (.v1, #"{"event":"e","payload":{},"ref":"1"}"#), (.v1, "{}"), (.v1, "null"), (.v1, ""),
    ])
    func everythingElseIsUndecodable(version: SerializerVersion, text: String) {
        #expect(throws: UndecodableMessage.self) { try MessageDecoder(version).decodeText(text) }
    }

    @Test func arraysInBinaryFramesAreUndecodable() {
        let bytes = ByteBuffer(string: #"["1","2","t","e",{}]"#)
        #expect(throws: UndecodableMessage.binaryKind) { try MessageDecoder(.v2).decode(.binary, bytes) }
    }

    @Test func payloadsMayBeAsDeepAsAnyFrontAllowsAndNoDeeper() throws {
        let depth = JSONLimits.standard.maxDepth
        func text(_ depth: Int) -> String {
            #"["1","2","t","e","# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "]"
        }
        _ = try MessageDecoder(.v2).decodeText(text(depth))
        #expect(throws: UndecodableMessage.self) { try MessageDecoder(.v2).decodeText(text(depth + 1)) }
    }

    @Test func aPayloadsTextIsKeptToTheDigit() throws {
        let payload = #"{"n":1.50,"big":123456789012345678901,"s":"\u00e9 \/","e":1E2,"deep":[[],{"]":"}"}]}"#
        let array = try MessageDecoder(.v2).decodeText(#"["1" , [2,"]"],"t","e", "# + payload + " , 6]")
        #expect(array.payload.json?.text.text == payload)
        let object = try MessageDecoder(.v1).decodeText(
            #"{"x":{"payload":1},"topic":"t","payl\u006fad":"# + payload + #","event":"e","ref":null}"#)
        #expect(object.payload.json?.text.text == payload)
    }

    @Test func heartbeatsAreKnown() throws {
        #expect(try MessageDecoder(.v2).decodeText(#"["x","1","phoenix","heartbeat",{}]"#).isHeartbeat)
        #expect(try !MessageDecoder(.v2).decodeText(#"["x","1","phoenix","other",{}]"#).isHeartbeat)
        #expect(try !MessageDecoder(.v2).decodeText(#"["x","1","room:a","heartbeat",{}]"#).isHeartbeat)
    }

    @Test func errorsSayNothingOfTheMessage() {
        let errors: [UndecodableMessage] = [
            .shape, .refTooLong, .binaryKind, .binaryLength, .binaryText, .base64,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(throws: UndecodableMessage.self) { try MessageDecoder(.v2).decodeText("secret") }
        do throws(UndecodableMessage) {
            _ = try MessageDecoder(.v2).decodeText("secret")
        } catch {
            #expect(error.description == "JSON: unexpectedByte at byte 0")
        }
    }
}
