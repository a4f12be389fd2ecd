import ChatCore
import ChatModel
import NIOCore
import Testing
import WireJSON

@testable import GatewayJSON

/// What one client alone is told.
struct AnswerEncoderTests {
    private func encoder(_ dialect: Dialect, ack: Bool = false, limits: Limits = Limits()) -> AnswerEncoder {
        AnswerEncoder(
            events: JSONEventEncoder(presenceDetail: limits.presenceDetail, ids: FrameIDs(seed: (1, 2))),
            format: dialect.format(gateway: 1), wantsAck: ack, limits: limits, user: Sample.bob, now: Sample.time)
    }

    private func frame(_ json: String, compact: Bool = false) throws -> InboundFrame {
        try FrameDecoder(rules: .init(), acceptsCompact: compact, isExtended: true).decode(ByteBuffer(string: json))
    }

    private func answer(
        _ reply: Reply, to json: String, _ dialect: Dialect, ack: Bool = false, limits: Limits = Limits()
    ) throws -> [JSONValue] {
        var buffer = ByteBuffer()
        let frame = try self.frame(json, compact: dialect.contains(.compact))
        self.encoder(dialect, ack: ack, limits: limits).append(reply, to: frame, into: &buffer)
        return values(buffer)
    }

    private let send =
        #"{"type":"chat_send","id":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d","payload":{"channel_id":7,"content":"hi"}}"#
    private let join =
        #"{"type":"channel_join","id":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d","payload":{"channel_id":7}}"#
    private let ref: JSONValue = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d"

    // MARK: - Errors

    @Test func anErrorHasTextCodeAndWhatHelps() {
        var error = ErrorAnswer(detail: "You are muted in this channel.", code: "muted", ref: "r1")
        error.until = Sample.time
        error.reason = "spam"
        error.retryAfterMilliseconds = 5
        var buffer = ByteBuffer()
        self.encoder([]).append(error, into: &buffer)
        let id = FrameIDs(seed: (1, 2)).next().text
        #expect(
            texts(buffer) == [
                #"{"type":"error","timestamp":"2026-11-21T11:01:21.560Z","id":"\#(id)","ref":"r1","payload":{"#
                    + #""detail":"You are muted in this channel.","code":"muted","ref":"r1","retry_after_ms":5,"#
                    + #""until":"2026-11-21T11:01:21.560Z","reason":"spam"}}"#
            ])
        var compact = ByteBuffer()
        self.encoder(.compact).append(error, into: &compact)
        #expect(
            texts(compact) == [
                #"{"t":2,"r":"r1","p":{"detail":"You are muted in this channel.","k":"muted","retry_after_ms":5,"#
                    + #""until":1795258881560,"w":"spam"}}"#
            ])
    }

    @Test func theSameErrorTwiceHasTwoIDs() {
        let encoder = self.encoder([])
        var buffer = ByteBuffer()
        let error = ErrorAnswer(FrameError(fault: .malformed, ref: nil))
        encoder.append(error, into: &buffer)
        encoder.append(error, into: &buffer)
        #expect(Set(values(buffer).compactMap { $0["id"]?.string }).count == 2)
    }

    // MARK: - Acknowledgements

    @Test func aSendIsAcknowledgedToThoseWhoWantIt() throws {
        let sent = SentMessage(event: Sample.event(.message(Sample.message("hi"))), isDuplicate: false)
        #expect(try self.answer(.sent(sent), to: self.send, []).isEmpty)
        let ack = try self.answer(.sent(sent), to: self.send, .extended, ack: true)
        #expect(ack.map { $0["type"] } == ["ack"])
        #expect(ack.first?["ref"] == self.ref)
        #expect(
            ack.first?["payload"] == [
                "message_id": "65f8ec20-4475-42ca-b8b6-d0955c8ac211", "seq": 12, "channel_id": 7,
            ])
    }

    @Test func aRetryIsShownItsFirstMessageAgain() throws {
        let sent = SentMessage(event: Sample.event(.message(Sample.message("hi"))), isDuplicate: true)
        let old = try self.answer(.sent(sent), to: self.send, [])
        #expect(old.map { $0["type"] } == ["chat_send"])
        #expect(old.first?["id"] == "65f8ec20-4475-42ca-b8b6-d0955c8ac211")
        let extended = try self.answer(.sent(sent), to: self.send, .extended, ack: true)
        #expect(extended.map { $0["type"] } == ["chat_send", "ack"])
    }

    @Test func anActWithoutAnswerIsAcknowledgedWithNothing() throws {
        let leave = #"{"type":"channel_leave","payload":{"channel_id":7}}"#
        #expect(try self.answer(.done, to: leave, .extended).isEmpty)
        #expect(try self.answer(.done, to: leave, .extended, ack: true).map { $0["payload"] } == [[:]])
    }

    // MARK: - Joining

    private func joined(
        first: Bool, present: PresenceSnapshot, history: [Message] = [], resumption: Resumption? = nil
    ) -> Reply {
        .joined(
            JoinedRoom(
                info: Sample.info(Sample.membership(.member)), isFirstConnection: first, present: present,
                history: history, resumption: resumption))
    }

    private func types(_ frames: [JSONValue]) -> [String] { frames.compactMap { $0["type"]?.string } }

    @Test func anOldClientGetsThePastAndTheBroadcastTellsTheRest() throws {
        let past = [Sample.message("one", seq: 11), Sample.message("two", seq: 12)]
        let frames = try self.answer(
            self.joined(first: true, present: Sample.present(Sample.alice), history: past), to: self.join, [])
        #expect(self.types(frames) == ["chat_send", "chat_send"])
        #expect(frames.first?["id"] == "65f8ec20-4475-42ca-b8b6-d0955c8ac211")
        #expect(frames.first?["seq"] == nil)
    }

    @Test func aRepeatedJoinShowsTheCallerWhoIsThere() throws {
        let present = Sample.present(Sample.alice, Sample.bob)
        let frames = try self.answer(self.joined(first: false, present: present), to: self.join, [])
        #expect(self.types(frames) == ["channel_members", "channel_join"])
        let extended = try self.answer(self.joined(first: false, present: present), to: self.join, .extended)
        #expect(self.types(extended) == ["channel_joined", "channel_join"])
    }

    @Test func aJoinerOfABigRoomIsShownItAlthoughTheBroadcastIsOnlyACount() throws {
        var limits = Limits()
        limits.presenceDetail = 1
        let frames = try self.answer(
            self.joined(first: true, present: Sample.present(Sample.alice)), to: self.join, [], limits: limits)
        #expect(self.types(frames) == ["channel_members", "channel_join"])
    }

    @Test func anExtendedClientIsToldOfTheRoomFirst() throws {
        let frames = try self.answer(
            self.joined(first: true, present: Sample.present(Sample.alice), history: [Sample.message("one")]),
            to: self.join, .extended)
        #expect(self.types(frames) == ["channel_joined", "chat_send"])
        let payload = try #require(frames.first?["payload"])
        #expect(frames.first?["ref"] == self.ref)
        #expect(payload["channel_id"] == 7)
        #expect(payload["role"] == "member")
        #expect(payload["epoch"] == "k3")
        #expect(payload["seq"] == 12)
        #expect(payload["read"] == 10)
        #expect(payload["count"] == 2)
        #expect(payload["members"]?.array?.count == 2)
        #expect(payload["result"] == nil)
    }

    @Test func aReturningClientGetsWhatItMissedAndTheEndOfIt() throws {
        let missed = [Sample.event(.message(Sample.message("x")), seq: 11), Sample.event(.settings(RoomSettings()))]
        let frames = try self.answer(
            self.joined(first: true, present: Sample.present(), resumption: .replayed(missed)), to: self.join, .extended
        )
        #expect(self.types(frames) == ["channel_joined", "chat_send", "room_updated", "resumed"])
        #expect(frames.first?["payload"]?["result"] == "replayed")
        #expect(frames.last?["payload"] == ["channel_id": 7, "epoch": "k3", "seq": 12])
    }

    @Test func aReplayBeyondOneAnswerIsAGap() throws {
        let long = String(repeating: "x", count: 16_000)
        let missed = (1...100).map { Sample.event(.message(Sample.message(long)), seq: Seq($0)) }
        let frames = try self.answer(
            self.joined(first: true, present: Sample.present(), resumption: .replayed(missed)), to: self.join, .extended
        )
        #expect(self.types(frames) == ["channel_joined"])
        #expect(frames.first?["payload"]?["result"] == "gap")
        #expect(frames.first?["payload"]?["from"] == 1)
        #expect(frames.first?["payload"]?["to"] == 100)
    }

    @Test func aLostLogIsAGapWithReset() throws {
        let frames = try self.answer(
            self.joined(first: true, present: Sample.present(), resumption: .reset(Sample.epoch)), to: self.join,
            .extended)
        #expect(frames.first?["payload"]?["result"] == "gap")
        #expect(frames.first?["payload"]?["reset"] == true)
    }

    @Test func historyShowsReactionsAndWhoMadeThem() throws {
        let reactions = [ReactionSummary(emote: "👍", total: 2, usernames: ["Alice", "bob"])]
        let frames = try self.answer(
            self.joined(first: true, present: Sample.present(), history: [Sample.message("hi", reactions: reactions)]),
            to: self.join, [])
        #expect(frames.first?["payload"]?["reactions"] == ["👍": 2])
        #expect(frames.first?["payload"]?["reacted_by"] == ["👍": ["users": ["Alice", "bob"], "total": 2]])
        let plain = try self.answer(
            self.joined(first: true, present: Sample.present(), history: [Sample.message("hi")]), to: self.join, [])
        #expect(plain.first?["payload"]?["reactions"] == [:])
    }

    @Test func oldClientsAreNotShownTombstones() throws {
        var gone = Sample.message("")
        gone.isRetracted = true
        let reply = self.joined(first: true, present: Sample.present(), history: [gone])
        #expect(try self.answer(reply, to: self.join, []).isEmpty)
        let extended = try self.answer(reply, to: self.join, .extended)
        #expect(extended.last?["payload"]?["deleted"] == true)
    }

    // MARK: - Reading

    private func page(_ messages: [Message], before: Bool = false, after: Bool = false) -> Reply {
        .history(
            MessagePage(
                room: Sample.room.id, number: Sample.seven, epoch: Sample.epoch, messages: messages,
                hasMoreBefore: before, hasMoreAfter: after))
    }

    @Test func aPageOfHistoryNamesItsEnds() throws {
        let frames = try self.answer(
            self.page([Sample.message("a", seq: 11), Sample.message("b", seq: 12)], before: true),
            to: #"{"type":"history_get","payload":{"channel_id":7,"before":13}}"#, .extended)
        let payload = try #require(frames.first?["payload"])
        #expect(frames.first?["type"] == "history_page")
        #expect(payload["epoch"] == "k3")
        #expect(payload["first_seq"] == 11)
        #expect(payload["last_seq"] == 12)
        #expect(payload["has_more_before"] == true)
        #expect(payload["has_more_after"] == false)
        #expect(payload["messages"]?[0]?["seq"] == 11)
        #expect(payload["messages"]?[0]?["message_id"] == "65f8ec20-4475-42ca-b8b6-d0955c8ac211")
        #expect(payload["messages"]?[0]?["timestamp"] == "2026-11-21T11:01:21.560Z")
    }

    @Test(arguments: ["before", "after"])
    func aPageTooBigForOneAnswerIsCutAwayFromItsAnchor(key: String) throws {
        let long = String(repeating: "x", count: 16_000)
        let messages = (1...200).map { Sample.message(long, seq: Seq($0)) }
        let frames = try self.answer(
            self.page(messages), to: #"{"type":"history_get","payload":{"channel_id":7,"\#(key)":200}}"#, .extended)
        let payload = try #require(frames.first?["payload"])
        #expect((1..<200).contains(payload["messages"]?.array?.count ?? 0))
        #expect(payload["first_seq"] == (key == "after" ? 1 : payload["first_seq"]))
        #expect(payload["last_seq"] == (key == "before" ? 200 : payload["last_seq"]))
        #expect(payload["has_more_before"] == .bool(key == "before"))
        #expect(payload["has_more_after"] == .bool(key == "after"))
    }

    @Test func listsAreAnsweredWithTheirRef() throws {
        let members = Reply.members(
            [MemberInfo(profile: Sample.alice, membership: Sample.membership(.owner), isOnline: true)],
            next: Sample.alice.id)
        let frames = try self.answer(
            members,
            to: #"{"type":"member_list","id":"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d","payload":{"channel_id":7}}"#, [])
        #expect(frames.first?["ref"] == self.ref)
        #expect(frames.first?["payload"]?["next"] == "alice")
        #expect(frames.first?["payload"]?["members"]?[0]?["role"] == "owner")
        let rooms = try self.answer(
            .rooms([Sample.info()], next: Sample.seven), to: #"{"type":"room_list","payload":{}}"#, [])
        let room = try #require(rooms.first?["payload"]?["rooms"]?[0])
        for key in [
            "channel_id", "room_id", "alias", "title", "topic", "kind", "access", "members", "online", "role", "status",
            "seq", "epoch", "read", "unread", "mentions",
        ] { #expect(room[key] != nil, "\(key)") }
        #expect(rooms.first?["payload"]?["next"] == "7")
    }

    // MARK: - Hello

    private func welcome(_ extensions: Hello.Extensions?, resumed: [ResumedRoom] = []) -> Welcome {
        Welcome(
            identity: Identity(
                profile: Sample.guest, serverRole: .user, tokenID: nil, tokenExpiresAt: nil, guestToken: "tok",
                address: .local),
            hello: Hello(ref: "r1", token: nil, extensions: extensions), sessionID: "s_1", contentLimit: 4000,
            rooms: [Sample.info(Sample.membership(.owner))], resumed: resumed)
    }

    @Test func anOldClientIsGreetedAsByTheReference() {
        var buffer = ByteBuffer()
        self.encoder([]).append(self.welcome(nil), helloDialect: [], into: &buffer)
        let id = FrameIDs(seed: (1, 2)).next().text
        #expect(
            texts(buffer) == [
                #"{"type":"hello","timestamp":"2026-11-21T11:01:21.560Z","id":"\#(id)","payload":{"token":"tok","#
                    + #""user":{"username":"Guest0042","is_guest":true,"id":"guest0042","display_name":"Guest0042","#
                    + #""role":"user"}}}"#
            ])
    }

    @Test func anExtendedClientIsToldWhatItCanHave() throws {
        var buffer = ByteBuffer()
        let seven = RoomReference.number(Sample.seven)
        let eight = RoomReference.number(try #require(RoomNumber(8)))
        let resumed = [
            ResumedRoom(
                reference: seven, info: Sample.info(Sample.membership(.owner)),
                result: .replayed([Sample.event(.message(Sample.message("x")))])),
            ResumedRoom(reference: eight, info: nil, result: .gone(ChatError(.banned))),
        ]
        let extensions = Hello.Extensions(features: [.ack, .edit], positions: [])
        self.encoder(.extended).append(
            self.welcome(extensions, resumed: resumed), helloDialect: .extended, into: &buffer)
        let frames = values(buffer)
        #expect(self.types(frames) == ["hello", "chat_send", "resumed"])
        let ext = try #require(frames.first?["payload"]?["ext"])
        #expect(frames.first?["ref"] == "r1")
        #expect(ext["v"] == 1)
        #expect(ext["have"] == ["ack", "edit"])
        #expect(ext["session"] == "s_1")
        #expect(ext["resume_ttl_s"] == 86400)
        #expect(ext["limits"] == ["content": 4000, "frame": 65536, "rate": ["burst": 10, "per_s": 1]])
        #expect(ext["rooms"]?.array?.count == 2)
        #expect(ext["rooms"]?[0]?["result"] == "replayed")
        #expect(ext["rooms"]?[1] == ["channel_id": 8, "result": "gone", "reason": "banned"])
    }

    @Test func compactBeginsAfterTheHelloThatAskedForIt() {
        var buffer = ByteBuffer()
        let extensions = Hello.Extensions(features: [.compact], positions: [])
        let resumed = ResumedRoom(
            reference: .number(Sample.seven), info: Sample.info(), result: .replayed([]))
        self.encoder([.extended, .compact]).append(
            self.welcome(extensions, resumed: [resumed]), helloDialect: .extended, into: &buffer)
        let frames = values(buffer)
        #expect(frames.map { $0["type"] != nil } == [true, false])
        #expect(frames.last == ["t": 51, "p": ["c": 7, "epoch": "k3", "q": 12]])
    }
}
