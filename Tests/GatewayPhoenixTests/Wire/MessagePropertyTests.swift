import NIOCore
import NetTransport
import Testing
import WireJSON

@testable import GatewayPhoenix

/// What must hold for all messages, tried on many made by chance. A failure names the seed that repeats it.
struct MessagePropertyTests {
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    private static let documents = [
        #"["1","2","room:a","new_msg",{"body":"h\u00e9llo \"]}\\","n":[1,2.5e3,-0,null,true,{}]}]"#,
        #"[null,17,"phoenix","heartbeat",{}]"#,
        #"{"topic":"room:a","event":"phx_join","payload":{"last":{"epoch":"e","seq":1}},"ref":"1","join_ref":"1"}"#,
        "\u{0}\u{1}\u{1}\u{6}\u{3}12room:abinDATA",
    ]

    private func decodeEveryWay(_ bytes: ByteBuffer) {
        for version in SerializerVersion.allCases {
            for opcode in [WebSocketOpcode.text, .binary] {
                guard let message = try? MessageDecoder(version).decode(opcode, bytes) else { continue }
                if let payload = message.payload.json {
                    #expect((try? JSONReader.read(payload.text)) == payload.value)
                }
            }
        }
    }

    @Test(arguments: Self.seeds)
    func bytesByChanceNeverTrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<80, using: &random)
            self.decodeEveryWay(
                ByteBuffer(bytes: (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &random) }))
        }
    }

    @Test(arguments: Self.seeds)
    func bytesOfJSONsAlphabetNeverTrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let alphabet = Array("[]{},:\"\\u0 1e.-nulltrue".utf8)
        for _ in 0..<2_000 {
            let count = Int.random(in: 0..<40, using: &random)
            self.decodeEveryWay(
                ByteBuffer(
                    bytes: [UInt8(ascii: "[")]
                        + (0..<count).compactMap { _ in
                            alphabet.randomElement(using: &random)
                        }))
        }
    }

    @Test(arguments: Self.seeds)
    func mutatedMessagesNeverTrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            var bytes = Array((Self.documents.randomElement(using: &random) ?? "").utf8)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = .random(in: .min ... .max, using: &random)
                case 1: bytes.insert(bytes.randomElement(using: &random) ?? 0, at: index)
                default: if bytes.count > 1 { bytes.remove(at: index) }
                }
            }
            self.decodeEveryWay(ByteBuffer(bytes: bytes))
        }
    }

    /// Finding the text of a part must not trap on documents that were never read either.
    @Test(arguments: Self.seeds)
    func partsOfAnyBytesAreLookedUpWithoutATrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<5_000 {
            let count = Int.random(in: 0..<30, using: &random)
            let bytes = ByteBuffer(
                bytes: (0..<count).map { _ in
                    Array("[]{},:\"\\ 1a".utf8).randomElement(using: &random) ?? 0
                })
            if let part = DocumentText.element(Int.random(in: -1...5, using: &random), of: bytes) {
                #expect(part.readableBytes > 0 && part.readableBytes <= bytes.readableBytes)
            }
        }
    }

    @Test(arguments: Self.seeds)
    func whatIsWrittenAsV2IsReadAgain(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let writer = MessageWriter(.v2)
        for _ in 0..<1_000 {
            let joinRef = Self.ref(using: &random)
            let topic = Self.name(using: &random)
            let event = Self.name(using: &random)
            let payload = Self.value(depth: 3, using: &random)
            var buffer = ByteBuffer()
            writer.push(event, on: topic, joinRef: joinRef, into: &buffer) { $0.value(payload) }
            let head = ReplyHead(joinRef: joinRef, ref: Self.ref(using: &random), topic: topic)
            writer.reply(head, .ok, into: &buffer) { $0.value(payload) }
            let frames = Array(FrameRun(buffer))
            #expect(frames.count == 2)
            let push = try MessageDecoder(.v2).decodeText(frames[0].payload)
            #expect(push.joinRef == joinRef)
            #expect(push.ref == .null)
            #expect(push.topic == topic)
            #expect(push.event == event)
            #expect(push.payload.json?.value == payload)
            let reply = try MessageDecoder(.v2).decodeText(frames[1].payload)
            #expect(reply.replyHead == head)
            #expect(reply.payload.json?.value == ["status": "ok", "response": payload])
        }
    }

    @Test(arguments: Self.seeds)
    func whatIsWrittenAsV1IsReadAgain(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let writer = MessageWriter(.v1)
        for _ in 0..<1_000 {
            let head = ReplyHead(
                joinRef: "1", ref: Self.ref(using: &random), topic: Self.name(using: &random))
            let payload = Self.value(depth: 3, using: &random)
            let frames = Array(FrameRun(writer.bytes { $0.reply(head, .error, into: &$1) { $0.value(payload) } }))
            let reply = try MessageDecoder(.v1).decodeText(frames[0].payload)
            #expect(reply.replyHead == ReplyHead(joinRef: .null, ref: head.ref, topic: head.topic))
            #expect(reply.payload.json?.value == ["status": "error", "response": payload])
        }
    }

    // MARK: - Values by chance

    private static func ref(using random: inout SeededRandom) -> Ref {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .null
        case 1: .literal(String(Int64.random(in: .min ... .max, using: &random)))
        default: .string(self.name(using: &random))
        }
    }

    private static func name(using random: inout SeededRandom) -> String {
        let scalars: [Unicode.Scalar] = ["a", "1", ":", "\"", "\\", "é", "\u{1F600}", "\n", "\u{2028}", "]", "/"]
        var name = ""
        for _ in 0..<Int.random(in: 0..<12, using: &random) {
            name.unicodeScalars.append(scalars.randomElement(using: &random) ?? "x")
        }
        return name
    }

    private static func value(depth: Int, using random: inout SeededRandom) -> JSONValue {
        switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
        case 0: return .null
        case 1: return .bool(.random(using: &random))
        case 2: return .integer(.random(in: .min ... .max, using: &random))
        case 3: return .number(.random(in: -1e9...1e9, using: &random))
        case 4: return .string(self.name(using: &random))
        case 5: return .array((0..<3).map { _ in self.value(depth: depth - 1, using: &random) })
        default:
            var object = JSONObject()
            for _ in 0..<3 { object[self.name(using: &random)] = self.value(depth: depth - 1, using: &random) }
            return .object(object)
        }
    }
}
