import ChatCore
import ChatModel
import NIOCore
import Testing
import WireJSON

@testable import GatewayJSON

/// `search` and `direct_open`: what is read and what is answered.
struct SearchAndDirectTests {
    private static let id = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"

    private func frame(_ type: String, _ payload: String, compact: Bool = false) throws -> InboundFrame {
        let decoder = FrameDecoder(rules: .init(), acceptsCompact: compact, isExtended: true)
        let text =
            compact
            ? #"{"t":\#(type),"p":\#(payload)}"# : #"{"type":"\#(type)","id":"\#(Self.id)","payload":\#(payload)}"#
        return try decoder.decode(ByteBuffer(string: text))
    }

    private func answer(_ reply: Reply, to frame: InboundFrame, _ dialect: Dialect = .extended) -> [JSONValue] {
        let encoder = AnswerEncoder(
            events: JSONEventEncoder(ids: FrameIDs(seed: (1, 2))), format: dialect.format(gateway: 1), wantsAck: false,
            limits: Limits(), user: Sample.bob, now: Sample.time)
        var buffer = ByteBuffer()
        encoder.append(reply, to: frame, into: &buffer)
        return values(buffer)
    }

    @Test func aSearchIsRead() throws {
        let frames = try [
            self.frame("search", #"{"channel_id":7,"query":"green tea","before":"12","limit":3}"#),
            self.frame("76", #"{"c":7,"query":"green tea","before":12,"limit":3}"#, compact: true),
        ]
        for frame in frames {
            guard case .search(let room, let query) = frame.command else {
                Issue.record("no search")
                continue
            }
            #expect(room == .number(Sample.seven))
            #expect(query == MessageQuery(text: "green tea", before: 12, limit: 3))
            #expect(frame.pace == .exclusive)
        }
    }

    @Test(arguments: [
        #"{"channel_id":7}"#, #"{"query":"tea"}"#, #"{"channel_id":7,"query":7}"#,
        #"{"channel_id":7,"query":"tea","limit":0}"#, #"{"channel_id":7,"query":"tea","limit":101}"#,
        #"{"channel_id":7,"query":"tea","before":"x"}"#, #"{"channel_id":7,"query":"tea","more":1}"#,
    ])
    func whatIsNoSearchIsAFault(payload: String) {
        #expect(throws: FrameError.self) { try self.frame("search", payload) }
    }

    @Test func whatWasFoundComesNewestFirstWithThePlaceToGoOn() throws {
        let frame = try self.frame("search", #"{"channel_id":7,"query":"tea"}"#)
        let messages = [Sample.message("tea", seq: 9), Sample.message("Tea!", seq: 4)]
        let answers = self.answer(.found(messages, room: Sample.room, epoch: Sample.epoch, next: 4), to: frame)
        #expect(answers.map { $0["type"] } == ["search_page"])
        let payload = try #require(answers.first?["payload"])
        #expect(answers.first?["ref"] == .string(Self.id))
        #expect(payload["messages"]?.array?.map { $0["seq"] } == [9, 4])
        #expect(payload["messages"]?.array?.map { $0["content"] } == ["tea", "Tea!"])
        #expect(payload["channel_id"] == 7 && payload["epoch"] == "k3" && payload["next"] == 4)
        let end = self.answer(.found([], room: Sample.room, epoch: Sample.epoch, next: nil), to: frame)
        #expect(end.first?["payload"]?["next"] == .null)
    }

    @Test func anAnswerThatWouldBeTooMuchIsCutAtItsOldEnd() throws {
        let frame = try self.frame("search", #"{"channel_id":7,"query":"x"}"#)
        let body = String(repeating: "x", count: 16_000)
        let messages = (1...60).reversed().map { Sample.message(body, seq: Seq($0)) }
        let answers = self.answer(.found(messages, room: Sample.room, epoch: Sample.epoch, next: nil), to: frame)
        let payload = try #require(answers.first?["payload"])
        let seqs = payload["messages"]?.array?.compactMap { $0["seq"]?.integer } ?? []
        #expect(seqs.first == 60 && (2..<60).contains(seqs.count))
        #expect(payload["next"]?.integer == seqs.last)
    }

    @Test func aDirectRoomIsAskedForByName() throws {
        let frames = try [
            self.frame("direct_open", #"{"user":"Alice"}"#), self.frame("78", #"{"u":"Alice"}"#, compact: true),
        ]
        for frame in frames {
            guard case .openDirect(.username("Alice")) = frame.command else {
                Issue.record("no opening")
                continue
            }
        }
        for payload in ["{}", #"{"user":7}"#, #"{"user":"a","channel_id":7}"#] {
            #expect(throws: FrameError.self) { try self.frame("direct_open", payload) }
        }
        let answers = self.answer(.direct(Sample.info(Sample.membership(.member)), isNew: true), to: frames[0])
        #expect(answers.map { $0["type"] } == ["direct_opened"])
        #expect(answers.first?["payload"]?["is_new"] == true)
        #expect(answers.first?["payload"]?["room"]?["channel_id"] == 7)
        #expect(answers.first?["payload"]?["room"]?["role"] == "member")
    }

    @Test(arguments: ["search_page", "direct_opened", "signal"])
    func whatTheServerSaysNoClientSays(type: String) {
        #expect(throws: FrameError(fault: .serverOnly, ref: Self.id)) { try self.frame(type, "{}") }
    }
}
