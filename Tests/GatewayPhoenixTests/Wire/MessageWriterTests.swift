import NIOCore
import NetTransport
import Testing
import WireJSON

@testable import GatewayPhoenix

/// The server's messages of phoenix-channels.md §1 and §2, as they are seen on the wire.
struct MessageWriterTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let v2: String
        let v1: String
        let write: @Sendable (MessageWriter, inout ByteBuffer) -> Void
        var testDescription: String { self.v2 }
    }

    private static func head(_ joinRef: Ref, _ ref: Ref, _ topic: String? = "room:a") -> ReplyHead {
        ReplyHead(joinRef: joinRef, ref: ref, topic: topic)
    }

    private static let examples = [
        // §1.8
        Example(
            v2: #"[null,"14","phoenix","phx_reply",{"status":"ok","response":{}}]"#,
            v1: #"{"topic":"phoenix","event":"phx_reply","ref":"14","payload":{"status":"ok","response":{}}}"#
        ) { $0.reply(Self.head(.null, "14", "phoenix"), .ok, into: &$1) },
        Example(
            v2: #"[null,null,"phoenix","phx_reply",{"status":"ok","response":{}}]"#,
            v1: #"{"topic":"phoenix","event":"phx_reply","ref":null,"payload":{"status":"ok","response":{}}}"#
        ) { $0.reply(Self.head(.null, .null, "phoenix"), .ok, into: &$1) },
        // §2.1
        Example(
            v2: #"["1","1","room:a","phx_reply",{"status":"ok","response":{}}]"#,
            v1: #"{"topic":"room:a","event":"phx_reply","ref":"1","payload":{"status":"ok","response":{}}}"#
        ) { $0.reply(Self.head("1", "1"), .ok, into: &$1) },
        Example(
            v2: #"["1","1","room:a","phx_reply",{"status":"error","response":{"reason":"denied"}}]"#,
            v1: #"{"topic":"room:a","event":"phx_reply","ref":"1","payload":"#
                + #"{"status":"error","response":{"reason":"denied"}}}"#
        ) { $0.refusal(Self.head("1", "1"), reason: "denied", into: &$1) },
        Example(
            v2: #"["1","1","room:a","phx_reply",{"status":"error","response":{"reason":"join crashed"}}]"#,
            v1: #"{"topic":"room:a","event":"phx_reply","ref":"1","payload":"#
                + #"{"status":"error","response":{"reason":"join crashed"}}}"#
        ) { $0.refusal(Self.head("1", "1"), reason: ReplyReason.joinCrashed, into: &$1) },
        Example(
            v2: #"[null,"4","nope","phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]"#,
            v1: #"{"topic":"nope","event":"phx_reply","ref":"4","payload":"#
                + #"{"status":"error","response":{"reason":"unmatched topic"}}}"#
        ) { $0.control(.refusal(Self.head(.null, "4", "nope"), reason: ReplyReason.unmatchedTopic), into: &$1) },
        Example(
            v2: #"[null,"4",null,"phx_reply",{"status":"error","response":{"reason":"unmatched topic"}}]"#,
            v1: #"{"topic":null,"event":"phx_reply","ref":"4","payload":"#
                + #"{"status":"error","response":{"reason":"unmatched topic"}}}"#
        ) { $0.control(.refusal(Self.head(.null, "4", nil), reason: ReplyReason.unmatchedTopic), into: &$1) },
        // §2.2
        Example(
            v2: #"["1","2","room:a","phx_reply",{"status":"ok","response":{"x":1}}]"#,
            v1: #"{"topic":"room:a","event":"phx_reply","ref":"2","payload":{"status":"ok","response":{"x":1}}}"#
        ) { $0.reply(Self.head("1", "2"), .ok, into: &$1) { $0.object("x", 1) } },
        Example(
            v2: #"["1","7","api:lobby","phx_reply",{"status":"ok","response":"get_user"}]"#,
            v1: #"{"topic":"api:lobby","event":"phx_reply","ref":"7","payload":{"status":"ok","response":"get_user"}}"#
        ) { $0.reply(Self.head("1", "7", "api:lobby"), .ok, into: &$1) { $0.string("get_user") } },
        Example(
            v2: #"["1",null,"room:a","pushed",{"n":1}]"#,
            v1: #"{"topic":"room:a","event":"pushed","ref":null,"payload":{"n":1}}"#
        ) { $0.push("pushed", on: "room:a", joinRef: "1", into: &$1) { $0.object("n", 1) } },
        Example(
            v2: #"[null,null,"room:a","shout",{"n":1}]"#,
            v1: #"{"topic":"room:a","event":"shout","ref":null,"payload":{"n":1}}"#
        ) { $0.broadcast("shout", on: "room:a", into: &$1) { $0.object("n", 1) } },
        // §2.3
        Example(
            v2: #"["1","11","room:a","phx_reply",{"status":"ok","response":{}}]"#,
            v1: #"{"topic":"room:a","event":"phx_reply","ref":"11","payload":{"status":"ok","response":{}}}"#
        ) { $0.control(.ok(Self.head("1", "11")), into: &$1) },
        Example(
            v2: #"["1","1","room:a","phx_close",{}]"#,
            v1: #"{"topic":"room:a","event":"phx_close","ref":"1","payload":{}}"#
        ) { $0.control(.close(joinRef: "1", topic: "room:a"), into: &$1) },
        Example(
            v2: #"[null,null,"room:a","phx_close",{}]"#,
            v1: #"{"topic":"room:a","event":"phx_close","ref":null,"payload":{}}"#
        ) { $0.control(.close(joinRef: .null, topic: "room:a"), into: &$1) },
        // §2.4
        Example(
            v2: #"["9","99","room:k99","phx_reply","#
                + #"{"status":"error","response":{"reason":"too many channels joined"}}]"#,
            v1: #"{"topic":"room:k99","event":"phx_reply","ref":"99","payload":"#
                + #"{"status":"error","response":{"reason":"too many channels joined"}}}"#
        ) { $0.control(.refusal(Self.head("9", "99", "room:k99"), reason: ReplyReason.tooManyChannels), into: &$1) },
        Example(
            v2: #"["1","1","room:a","phx_error",{"reason":"channel_crash"}]"#,
            v1: #"{"topic":"room:a","event":"phx_error","ref":"1","payload":{"reason":"channel_crash"}}"#
        ) { $0.control(.crash(joinRef: "1", topic: "room:a"), into: &$1) },
        Example(
            v2: #"[null,null,"room:a","phx_error",{"reason":"channel_crash"}]"#,
            v1: #"{"topic":"room:a","event":"phx_error","ref":null,"payload":{"reason":"channel_crash"}}"#
        ) { $0.control(.crash(joinRef: .null, topic: "room:a"), into: &$1) },
        // Refs keep their type; names are escaped
        Example(
            v2: #"[1,2,"a\"b","phx_reply",{"status":"ok","response":{}}]"#,
            v1: #"{"topic":"a\"b","event":"phx_reply","ref":2,"payload":{"status":"ok","response":{}}}"#
        ) { $0.reply(Self.head(.literal("1"), .literal("2"), "a\"b"), .ok, into: &$1) },
    ]

    @Test(arguments: Self.examples)
    func messagesAreArraysInV2(example: Example) {
        #expect(MessageWriter.text(.v2, example.write) == example.v2)
    }

    @Test(arguments: Self.examples)
    func messagesAreObjectsInV1(example: Example) {
        #expect(MessageWriter.text(.v1, example.write) == example.v1)
    }

    @Test(arguments: SerializerVersion.allCases)
    func messagesComeAsWholeFramesOneAfterTheOther(version: SerializerVersion) {
        let frames = MessageWriter(version).bytes { writer, buffer in
            for example in Self.examples { example.write(writer, &buffer) }
        }
        var run = FrameRun(frames)
        for example in Self.examples {
            let frame = run.next()
            #expect(frame?.opcode == .text)
            #expect(frame?.payload.text == (version == .v1 ? example.v1 : example.v2))
        }
        #expect(run.next()?.bytes == nil)
        #expect(run.rest.readableBytes == 0)
    }

    /// A payload of `count` bytes makes heads of every size.
    @Test(arguments: [0, 90, 100, 125, 126, 1_000, 65_480, 65_535, 70_000])
    func framesOfEverySizeAreWhole(count: Int) {
        let text = String(repeating: "x", count: count)
        let write: (MessageWriter, inout ByteBuffer) -> Void = { writer, buffer in
            writer.broadcast("e", on: "t", into: &buffer) { $0.object("text", .string(text)) }
        }
        var run = FrameRun(MessageWriter(.v2).bytes(write))
        #expect(run.next()?.payload == MessageWriter(.v2, envelope: .bare).bytes(write))
        #expect(run.rest.readableBytes == 0)
    }

    @Test func aRefusalMaySayMore() {
        let text = MessageWriter.text(.v2) { writer, buffer in
            writer.refusal(Self.head("1", "2"), reason: "rate_limited", into: &buffer) {
                $0.member("retry_after_ms", 250)
            }
        }
        let response = #"{"reason":"rate_limited","retry_after_ms":250}"#
        #expect(text == #"["1","2","room:a","phx_reply",{"status":"error","response":"# + response + "}]")
    }

    @Test func whatIsThereAlreadyStays() {
        var buffer = ByteBuffer(string: "before")
        MessageWriter(.v2, envelope: .bare).broadcast("e", on: "t", into: &buffer) { $0.raw("{}") }
        #expect(buffer.text == #"before[null,null,"t","e",{}]"#)
    }
}
