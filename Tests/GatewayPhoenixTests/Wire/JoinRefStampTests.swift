import NIOCore
import NetTransport
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §7.3: a client that drops whatever has no join_ref.
struct JoinRefStampTests {
    private let writer = MessageWriter(.v2)
    private let topic = "room:\"é"
    private let data = ByteBuffer(bytes: [1, 2, 3])

    private func shout(_ n: Int64, into buffer: inout ByteBuffer) {
        self.writer.broadcast("shout", on: self.topic, into: &buffer) { $0.object("n", .integer(n)) }
    }

    @Test(arguments: [Ref.string("1"), .literal("17"), .string(String(repeating: "\"", count: 120))])
    func broadcastsBecomePushes(joinRef: Ref) {
        var (before, after) = (ByteBuffer(), ByteBuffer())
        for n in 0..<3 as Range<Int64> {
            self.shout(n, into: &before)
            self.writer.push("shout", on: self.topic, joinRef: joinRef, into: &after) { $0.object("n", .integer(n)) }
        }
        #expect(JoinRefStamp(joinRef: joinRef, topic: self.topic).stamped(before) == after)
    }

    @Test(arguments: [0, 60, 90, 110, 125, 126, 300, 65_500, 65_535, 65_536, 100_000])
    func framesOfEverySizeStayWhole(count: Int) {
        let text = JSONValue.string(String(repeating: "x", count: count))
        var (before, after) = (ByteBuffer(), ByteBuffer())
        self.writer.broadcast("e", on: "t", into: &before) { $0.object("text", text) }
        self.writer.push("e", on: "t", joinRef: "123", into: &after) { $0.object("text", text) }
        #expect(JoinRefStamp(joinRef: "123", topic: "t").stamped(before) == after)
    }

    @Test func binaryBroadcastsBecomeBinaryPushes() {
        var (before, after) = (ByteBuffer(), ByteBuffer())
        #expect(self.writer.binaryBroadcast("bin", on: self.topic, data: self.data, into: &before))
        after.writeImmutableBuffer(self.push("bin", joinRef: "12"))
        self.shout(1, into: &before)
        self.writer.push("shout", on: self.topic, joinRef: "12", into: &after) { $0.object("n", 1) }
        #expect(JoinRefStamp(joinRef: "12", topic: self.topic).stamped(before) == after)
    }

    /// Layout 00, as the observed server writes it.
    private func push(_ event: String, joinRef: String) -> ByteBuffer {
        let names = [joinRef, self.topic, event].map { Array($0.utf8) }
        let payload = [0] + names.map { UInt8($0.count) } + names.joined() + Array(buffer: self.data)
        return WebSocketFrameEncoder.frame(.binary, payload: ByteBuffer(bytes: payload))
    }

    @Test func everythingElseStaysAsItIs() {
        let frames = self.writer.bytes { writer, buffer in
            let head = ReplyHead(joinRef: "1", ref: "2", topic: self.topic)
            writer.reply(head, .ok, into: &buffer)
            writer.push("e", on: self.topic, joinRef: "1", into: &buffer) { $0.emptyObject() }
            writer.broadcast("e", on: self.topic + "x", into: &buffer) { $0.emptyObject() }
            writer.broadcast("e", on: "room:", into: &buffer) { $0.emptyObject() }
            writer.reply(ReplyHead(joinRef: .null, ref: .null, topic: "phoenix"), .ok, into: &buffer)
            writer.close(self.topic, joinRef: "1", into: &buffer)
            #expect(writer.binaryReply(head, .ok, data: self.data, into: &buffer))
            buffer.writeImmutableBuffer(self.push("e", joinRef: "1"))
            #expect(writer.binaryBroadcast("e", on: self.topic + "x", data: self.data, into: &buffer))
            WebSocketFrameEncoder.append(.ping, payload: self.data, to: &buffer)
        }
        #expect(JoinRefStamp(joinRef: "9", topic: self.topic).stamped(frames) == frames)
    }

    @Test func withoutJoinRefNothingIsStamped() {
        var frames = ByteBuffer()
        self.shout(1, into: &frames)
        #expect(self.writer.binaryBroadcast("bin", on: self.topic, data: self.data, into: &frames))
        #expect(JoinRefStamp(joinRef: .null, topic: self.topic).stamped(frames) == frames)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func anyBytesComeBackAndNoneTrap(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        let stamp = JoinRefStamp(joinRef: "12", topic: "t")
        var frames = ByteBuffer()
        self.writer.broadcast("e", on: "t", into: &frames) { $0.emptyObject() }
        #expect(self.writer.binaryBroadcast("e", on: "t", data: self.data, into: &frames))
        let whole = Array(buffer: frames)
        for _ in 0..<5_000 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: .min ... .max, using: &random)
            }
            let cut = ByteBuffer(bytes: bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            #expect(stamp.stamped(cut).readableBytes >= cut.readableBytes)
        }
    }

    /// A stranger's bytes, cut and with heads that promise more than there is.
    @Test func whatIsNoFrameComesBack() {
        let strange: [[UInt8]] = [
            [], [0x81], [0x81, 5, 1], [0x01, 0], [0xC1, 0], [0x81, 0x85, 0, 0, 0, 0], [0x83, 0], [0x81, 126, 0],
            [0x81, 127, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
            [0x81, 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        ]
        for bytes in strange {
            let frames = ByteBuffer(bytes: bytes)
            #expect(JoinRefStamp(joinRef: "1", topic: "t").stamped(frames) == frames)
            var run = FrameRun(frames)
            #expect(run.next()?.bytes == nil)
            #expect(run.rest == frames)
        }
    }
}
