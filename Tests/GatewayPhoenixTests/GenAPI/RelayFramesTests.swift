import ChatModel
import NIOCore
import NetTransport
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §5.2: the push that brings a group's message.
struct RelayFramesTests {
    private static let sender = UserProfile(id: UserID(canonical: "user_1"), username: "User_1")
    private static let messageID = MessageID(high: 0x1122_3344_5566_4788, low: 0x99AA_BBCC_DDEE_FF00)

    private static var one: RoomNumber {
        guard let one = RoomNumber(1) else { fatalError("1 is a room number") }
        return one
    }

    static func event(
        _ body: String, room: String = "room_1", metadata: String? = nil, archiveID: Int64 = 1_736_937_000_123_456,
        isRetracted: Bool = false
    ) -> RoomEvent {
        let content = MessageContent(body: body, metadata: metadata.map { OpaqueJSON(validated: $0) })
        let message = Message(
            id: Self.messageID, seq: 1, archiveID: archiveID, sender: Self.sender, sentAt: Timestamp(milliseconds: 0),
            content: content, clientID: nil, isRetracted: isRetracted)
        return Self.event(.message(message), room: room)
    }

    private static func event(_ change: RoomEvent.Change, room: String = "room_1") -> RoomEvent {
        RoomEvent(
            room: RoomID(room), number: Self.one, epoch: Epoch("e"), seq: 1, archiveID: 0,
            at: Timestamp(milliseconds: 0), actor: Self.sender, change: change)
    }

    private func frames(_ events: [RoomEvent], _ version: SerializerVersion = .v2) -> ByteBuffer {
        var buffer = ByteBuffer()
        for event in events { RelayFrames.append(event, as: version, event: "phoenix_gen_api", to: &buffer) }
        return buffer
    }

    private func texts(_ frames: ByteBuffer) -> [String] { FrameRun(frames).map(\.payload.text) }

    @Test func aMessageIsTheDocumentedPush() {
        let frames = self.frames([Self.event("Hello", metadata: #"{"request_id":"req_123","more":1}"#)])
        let payload =
            #"{"request_id":"req_123","result":{"group_id":"room_1","from_user_id":"user_1","message":"Hello","#
            + #""timestamp":"2025-01-15T10:30:00.123456Z"},"success":true,"error":null,"async":false,"#
            + #""has_more":false,"can_retry":false}"#
        let stamp = RelayStamp(.v2, joinRef: "1", topic: "chat:room_1")
        #expect(
            self.texts(stamp.stamped(frames)) == [#"["1",null,"chat:room_1","phoenix_gen_api","# + payload + "]"])
        let v1 = self.frames([Self.event("Hello", metadata: #"{"request_id":"req_123"}"#)], .v1)
        let v1Stamp = RelayStamp(.v1, joinRef: "1", topic: "chat:room_1")
        #expect(
            self.texts(v1Stamp.stamped(v1))
                == [#"{"topic":"chat:room_1","event":"phoenix_gen_api","ref":null,"payload":"# + payload + "}"])
    }

    @Test(
        arguments: [
            (nil, #""11223344-5566-4788-99aa-bbccddeeff00""#), ("{}", #""11223344-5566-4788-99aa-bbccddeeff00""#),
            (#"{"request_id":""}"#, #""11223344-5566-4788-99aa-bbccddeeff00""#),
            (#"{"request_id":null}"#, #""11223344-5566-4788-99aa-bbccddeeff00""#),
            (#"{"request_id":"unknown"}"#, #""unknown""#), (#"{"request_id":17}"#, "17"),
            (#"{"request_id":{"a":[1]}}"#, #"{"a":[1]}"#),
        ] as [(String?, String)])
    func theRequestIDIsTheSendersOrTheMessages(metadata: String?, id: String) {
        let texts = self.texts(self.frames([Self.event("x", metadata: metadata)]))
        #expect(texts.count == 1)
        #expect(texts.first?.contains(#"{"request_id":\#(id),"result""#) ?? false)
    }

    @Test func whatASenderWroteIsWhatDeliveriesHave() throws {
        for id in ["r\"1", 7, 2.5, ["a": ["b"]]] as [JSONValue] {
            let metadata = try #require(RelayFrames.metadata(requestID: id, limit: 100))
            let text = try #require(self.texts(self.frames([Self.event("x", metadata: metadata.text)])).first)
            let document = try JSONReader.read(ByteBuffer(string: text))
            #expect(document[4]?["request_id"] == id)
        }
        #expect(RelayFrames.metadata(requestID: "12345678", limit: 24) == nil)
        #expect(RelayFrames.metadata(requestID: "1234567", limit: 24)?.text == #"{"request_id":"1234567"}"#)
    }

    @Test func onlyMessagesAreRelayed() {
        let content = MessageContent(body: "new")
        let membership = Membership(
            role: .member, status: .active, joinedAt: Timestamp(milliseconds: 0), joinedSeq: 0)
        let changes: [RoomEvent.Change] = [
            .edited(EditedMessage(id: Self.messageID, content: content, version: 2)),
            .retracted(Self.messageID, reason: ""), .reactionAdded(Self.messageID, emote: "👍"),
            .reactionRemoved(Self.messageID, emote: "👍"),
            .membership(MembershipChange(user: Self.sender, action: .joined, membership: membership)),
            .settings(RoomSettings()), .deleted,
        ]
        #expect(self.frames(changes.map { Self.event($0) }).readableBytes == 0)
        #expect(self.frames([Self.event("", isRetracted: true)]).readableBytes == 0)
    }

    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1_000_007, "1970-01-01T00:00:01.000007Z"),
            (-1, "1969-12-31T23:59:59.999999Z"), (-1000, "1969-12-31T23:59:59.999000Z"),
            (1_736_937_000_123_456, "2025-01-15T10:30:00.123456Z"),
        ] as [(Int64, String)])
    func timesHaveMicroseconds(microseconds: Int64, text: String) {
        #expect(RelayFrames.timestamp(microseconds: microseconds) == text)
    }

    @Test(arguments: [Int64.min, .max])
    func noTimeIsTooMuch(microseconds: Int64) {
        #expect(RelayFrames.timestamp(microseconds: microseconds).utf8.count == 27)
    }

    // MARK: - Rewriting

    private static let words = [
        "", "a", "room:\"é", "\\", "\u{1F600}\n", "relay:x", "[null,null,\"\",", "{\"topic\":\"\",",
    ]

    private func word(_ random: inout SeededRandom) -> String {
        (0..<Int.random(in: 0...40, using: &random)).map { _ in Self.words.randomElement(using: &random) ?? "" }
            .joined()
    }

    /// Whatever is said, in whatever channel: the rewritten run is what a push to that channel alone would be.
    @Test(arguments: SerializerVersion.allCases, [1, 2, 3, 4] as [UInt64])
    func aRewrittenRunIsWhatThePushesWouldBe(version: SerializerVersion, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let writer = MessageWriter(version)
        for _ in 0..<300 {
            let topic = "relay:" + self.word(&random)
            let joinRef: Ref =
                [.string(self.word(&random)), .literal("17"), .null].randomElement(using: &random) ?? .null
            let payloads = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                JSONValue.string(
                    self.word(&random) + String(repeating: "x", count: Int.random(in: 0...300, using: &random)))
            }
            var (before, after) = (ByteBuffer(), ByteBuffer())
            for payload in payloads {
                writer.broadcast("e", on: RelayStamp.placeholder, into: &before) { $0.value(payload) }
                writer.push("e", on: topic, joinRef: joinRef, into: &after) { $0.value(payload) }
            }
            #expect(RelayStamp(version, joinRef: joinRef, topic: topic).stamped(before) == after)
        }
    }

    @Test(arguments: SerializerVersion.allCases)
    func whatIsNoDeliveryStaysAsItIs(version: SerializerVersion) {
        let writer = MessageWriter(version)
        let frames = writer.bytes { writer, buffer in
            writer.broadcast("e", on: "room:x", into: &buffer) { $0.emptyObject() }
            writer.reply(ReplyHead(joinRef: "1", ref: "2", topic: "relay:x"), .ok, into: &buffer)
            writer.close("relay:x", joinRef: "1", into: &buffer)
            WebSocketFrameEncoder.append(.ping, payload: ByteBuffer(bytes: [1]), to: &buffer)
            buffer.writeBytes([0x81, 126, 0])
        }
        #expect(RelayStamp(version, joinRef: "9", topic: "relay:x").stamped(frames) == frames)
    }

    @Test(arguments: SerializerVersion.allCases, [1, 2] as [UInt64])
    func noBytesMakeItTrap(version: SerializerVersion, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let stamp = RelayStamp(version, joinRef: "12", topic: "relay:x")
        let whole = Array(buffer: self.frames([Self.event("a"), Self.event("b")], version))
        for _ in 0..<3_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: .min ... .max, using: &random)
            }
            let cut = ByteBuffer(bytes: bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            #expect(stamp.stamped(cut).readableBytes >= cut.readableBytes)
        }
    }
}
