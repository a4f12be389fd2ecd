import ChatCore
import ChatModel
import NIOCore
import Testing
import WireJSON

@testable import GatewayJSON

/// The exact bytes of every event in every dialect that shows it differently.
struct JSONEventEncoderTests {
    private let encoder = JSONEventEncoder(presenceDetail: 500, ids: FrameIDs(seed: (1, 2)))
    private let time = "2026-11-21T11:01:21.560Z"
    private let message = "65f8ec20-4475-42ca-b8b6-d0955c8ac211"
    private let alice = #"{"username":"Alice","is_guest":false,"id":"alice","display_name":"Alice A."}"#
    private let bob = #"{"username":"bob","is_guest":false,"id":"bob","display_name":"bob"}"#

    private func encode(_ change: RoomEvent.Change, _ dialect: Dialect, by actor: UserProfile = Sample.alice)
        -> [String]
    {
        var buffer = ByteBuffer()
        self.encoder.encode(Sample.event(change, by: actor), as: dialect.format(gateway: 1), into: &buffer)
        return texts(buffer)
    }

    private func encode(_ event: EphemeralEvent, _ dialect: Dialect) -> [String] {
        var buffer = ByteBuffer()
        let encoder = JSONEventEncoder(presenceDetail: 500, ids: FrameIDs(seed: (1, 2)))
        encoder.encode(event, in: Sample.room, at: Sample.time, as: dialect.format(gateway: 1), into: &buffer)
        return texts(buffer)
    }

    /// A frame of the event log in full, for a client with or without extensions.
    private func frame(_ type: String, _ payload: String, extended: Bool, id: String? = nil) -> String {
        let id = id ?? FrameIDs.id(epoch: Sample.epoch, seq: 12).text
        let position = extended ? #""seq":12,"epoch":"k3","# : ""
        return #"{"type":"\#(type)","timestamp":"\#(self.time)","id":"\#(id)",\#(position)"payload":\#(payload)}"#
    }

    /// The `number`th frame that belongs to no log.
    private func passing(_ type: String, _ payload: String, _ number: Int = 1) -> String {
        let ids = FrameIDs(seed: (1, 2))
        let id = (0..<number).map { _ in ids.next() }.last?.text ?? ""
        return #"{"type":"\#(type)","timestamp":"\#(self.time)","id":"\#(id)","payload":\#(payload)}"#
    }

    // MARK: - Messages

    @Test func aMessageKeepsItsIDAndTime() {
        let payload = #"{"channel_id":7,"sender":\#(self.alice),"content":"hi","reactions":null}"#
        let change = RoomEvent.Change.message(Sample.message("hi"))
        #expect(self.encode(change, []) == [self.frame("chat_send", payload, extended: false, id: self.message)])
        #expect(self.encode(change, .extended) == [self.frame("chat_send", payload, extended: true, id: self.message)])
        #expect(
            self.encode(change, .compact) == [
                #"{"t":10,"i":"ZfjsIER1Qsq4ttCVXIrCEQ","ts":1795258881560,"p":{"c":7,"u":"Alice","m":"hi"}}"#
            ])
        #expect(
            self.encode(change, [.compact, .extended]) == [
                #"{"t":10,"i":"ZfjsIER1Qsq4ttCVXIrCEQ","ts":1795258881560,"q":12,"p":{"c":7,"u":"Alice","m":"hi"}}"#
            ])
    }

    @Test func aShortCompactMessageFitsInto100Bytes() throws {
        for dialect: Dialect in [.compact, [.compact, .extended]] {
            let frame = try #require(self.encode(.message(Sample.message("hi")), dialect).first)
            #expect(frame.utf8.count <= 100)
        }
    }

    @Test func theSizesOfTheSpecificationAreKept() {
        let sender = UserProfile(id: UserID(canonical: "alice"), username: "alice")
        #expect(self.encode(.message(Sample.message("hi", from: sender)), .compact).first?.utf8.count == 89)
        #expect(self.encode(.typing(sender, isTyping: true), .compact).first?.utf8.count == 32)
        let reaction = RoomEvent.Change.reactionAdded(Sample.messageID, emote: "👍")
        #expect(self.encode(reaction, [.compact, .extended], by: sender).first?.utf8.count == 79)
    }

    @Test func aGuestIsMarkedInEveryDialect() {
        let change = RoomEvent.Change.message(Sample.message("hi", from: Sample.guest))
        #expect(self.encode(change, .compact).first?.contains(#""u":["Guest0042",1]"#) == true)
        #expect(self.encode(change, []).first?.contains(#""username":"Guest0042","is_guest":true"#) == true)
    }

    @Test func whatAMessageHasBesidesItsTextIsWrittenWhenItIsThere() {
        var message = Sample.message("hi")
        message.content.replyTo = Sample.messageID
        message.content.mentions = [Sample.bob.id]
        message.content.metadata = OpaqueJSON(validated: #"{"a":[1]}"#)
        message.version = 2
        message.editedAt = Sample.time
        let payload =
            #"{"channel_id":7,"sender":\#(self.alice),"content":"hi","reactions":null,"reply_to":"\#(self.message)","#
            + #""mentions":["bob"],"metadata":{"a":[1]},"version":2,"edited_at":"\#(self.time)"}"#
        #expect(
            self.encode(.message(message), []) == [self.frame("chat_send", payload, extended: false, id: self.message)])
    }

    @Test func anEditIsShownToThoseWhoUnderstandIt() {
        let change = RoomEvent.Change.edited(
            EditedMessage(id: Sample.messageID, content: MessageContent(body: "ho"), version: 2))
        let payload =
            #"{"channel_id":7,"message_id":"\#(self.message)","content":"ho","version":2,"edited_at":"\#(self.time)","#
            + #""user":\#(self.alice)}"#
        #expect(self.encode(change, [.extended, .edits]) == [self.frame("chat_edited", payload, extended: true)])
        #expect(
            self.encode(change, .extended) == [
                self.frame("room_event", #"{"channel_id":7,"kind":"chat_edited"}"#, extended: true)
            ])
        #expect(self.encode(change, []).isEmpty)
    }

    @Test func aRetractionIsShownToThoseWhoUnderstandIt() {
        let change = RoomEvent.Change.retracted(Sample.messageID, reason: "spam")
        let payload = #"{"channel_id":7,"message_id":"\#(self.message)","user":\#(self.alice),"reason":"spam"}"#
        #expect(self.encode(change, [.extended, .edits]) == [self.frame("chat_deleted", payload, extended: true)])
        #expect(self.encode(change, []).isEmpty)
    }

    @Test func aReactionSaysWho() {
        let payload =
            #"{"channel_id":7,"message_id":"\#(self.message)","emote":"👍","user":\#(self.alice),"user_id":"alice"}"#
        #expect(
            self.encode(.reactionAdded(Sample.messageID, emote: "👍"), []) == [
                self.frame("chat_react_add", payload, extended: false)
            ])
        #expect(
            self.encode(.reactionRemoved(Sample.messageID, emote: "👍"), .extended) == [
                self.frame("chat_react_remove", payload, extended: true)
            ])
    }

    // MARK: - Members

    private func change(
        _ action: MembershipAction, _ membership: Membership, seconds: Int64? = nil
    ) -> RoomEvent.Change {
        .membership(
            MembershipChange(user: Sample.bob, action: action, membership: membership, durationSeconds: seconds))
    }

    @Test func aKickHasTheThreeKeysOfTheReference() {
        let change = self.change(.kicked, Sample.membership(.none, .none, reason: "spam"))
        #expect(
            self.encode(change, []) == [
                self.frame("chat_kick", #"{"channel_id":7,"target":"bob","reason":"spam"}"#, extended: false)
            ])
        #expect(
            self.encode(change, .extended) == [
                self.frame(
                    "chat_kick", #"{"channel_id":7,"target":"bob","reason":"spam","by":\#(self.alice)}"#, extended: true
                )
            ])
    }

    @Test func aBanIsAKickToOldClients() {
        let change = self.change(
            .banned, Sample.membership(.none, .banned, until: Sample.time, reason: "x"), seconds: 5)
        #expect(
            self.encode(change, []) == [
                self.frame("chat_kick", #"{"channel_id":7,"target":"bob","reason":"x"}"#, extended: false)
            ])
        let payload =
            #"{"channel_id":7,"target":"bob","duration":5,"reason":"x","until":"\#(self.time)","by":\#(self.alice)}"#
        #expect(self.encode(change, .extended) == [self.frame("chat_ban", payload, extended: true)])
        #expect(
            self.encode(change, [.compact, .extended]) == [
                #"{"t":23,"q":12,"p":{"c":7,"a":"bob","d":5,"w":"x","until":1795258881560,"by":"Alice"}}"#
            ])
    }

    @Test func aMuteForEverHasDurationZero() {
        let change = self.change(.muted, Sample.membership(.member, .muted), seconds: 0)
        #expect(
            self.encode(change, []) == [
                self.frame("chat_mute", #"{"channel_id":7,"target":"bob","duration":0,"reason":""}"#, extended: false)
            ])
    }

    @Test func anUnmuteHasNoDuration() {
        #expect(
            self.encode(self.change(.unmuted, Sample.membership(.member)), []) == [
                self.frame("chat_unmute", #"{"channel_id":7,"target":"bob"}"#, extended: false)
            ])
    }

    @Test func otherChangesReachExtendedClientsOnly() {
        let change = self.change(.roleChanged, Sample.membership(.moderator))
        let payload =
            #"{"channel_id":7,"user":\#(self.bob),"role":"moderator","status":"active","action":"role_changed","#
            + #""by":\#(self.alice)}"#
        #expect(self.encode(change, .extended) == [self.frame("member_update", payload, extended: true)])
        #expect(self.encode(change, []).isEmpty)
    }

    // MARK: - Nothing is missing

    @Test(arguments: Dialect.all.filter { $0.contains(.extended) })
    func everyEventHasExactlyOneFrameForExtendedClients(dialect: Dialect) throws {
        for change in Self.everyChange {
            var buffer = ByteBuffer()
            self.encoder.encode(Sample.event(change), as: dialect.format(gateway: 1), into: &buffer)
            let frames = values(buffer)
            #expect(frames.count == 1)
            let seq = frames.first?[dialect.contains(.compact) ? "q" : "seq"]
            #expect(seq == 12)
        }
    }

    @Test(arguments: Dialect.all.filter { !$0.contains(.extended) })
    func oldClientsSeeOnlyTypesThatTheyKnow(dialect: Dialect) {
        let known: Set<String> = [
            "chat_send", "chat_react_add", "chat_react_remove", "chat_kick", "chat_mute", "chat_unmute",
        ]
        let numbers = Set(known.compactMap { FrameType(rawValue: $0)?.number })
        for change in Self.everyChange {
            var buffer = ByteBuffer()
            self.encoder.encode(Sample.event(change), as: dialect.format(gateway: 1), into: &buffer)
            for frame in values(buffer) {
                if let type = frame["type"]?.string { #expect(known.contains(type)) }
                if let number = frame["t"]?.integer { #expect(numbers.contains(number)) }
                #expect(frame["seq"] == nil && frame["q"] == nil && frame["epoch"] == nil)
            }
        }
    }

    private static let everyChange: [RoomEvent.Change] =
        [
            .message(Sample.message("hi")),
            .edited(EditedMessage(id: Sample.messageID, content: MessageContent(body: "ho"), version: 2)),
            .retracted(Sample.messageID, reason: ""), .reactionAdded(Sample.messageID, emote: "👍"),
            .reactionRemoved(Sample.messageID, emote: "👍"), .settings(RoomSettings()), .deleted,
        ]
        + MembershipAction.allCases.map { action in
            .membership(MembershipChange(user: Sample.bob, action: action, membership: Sample.membership(.member)))
        }

    // MARK: - Presence and typing

    @Test func anArrivalIsTheListThenTheJoin() {
        let event = Sample.arrival(of: Sample.bob, role: .member, present: Sample.present(Sample.alice, Sample.bob))
        let names = #"[{"username":"Alice","is_guest":false},{"username":"bob","is_guest":false}]"#
        #expect(
            self.encode(event, []) == [
                self.passing("channel_members", #"{"channel_id":7,"members":\#(names)}"#),
                self.passing("channel_join", #"{"channel_id":7,"user":\#(self.bob)}"#, 2),
            ])
        #expect(
            self.encode(event, .extended) == [
                self.passing("channel_members", #"{"channel_id":7,"members":[\#(self.alice),\#(self.bob)],"count":2}"#),
                self.passing("channel_join", #"{"channel_id":7,"user":\#(self.bob),"count":2,"role":"member"}"#, 2),
            ])
    }

    @Test func aDepartureIsTheListThenTheLeave() {
        let event = Sample.departure(of: Sample.bob, present: Sample.present(Sample.alice))
        #expect(
            self.encode(event, []) == [
                self.passing(
                    "channel_members", #"{"channel_id":7,"members":[{"username":"Alice","is_guest":false}]}"#),
                self.passing("channel_leave", #"{"channel_id":7,"user":\#(self.bob)}"#, 2),
            ])
    }

    @Test(arguments: [(100, 2, 2), (101, 2, 1), (500, 2, 1), (501, 1, 1)])
    func listsAreLeftOutWhereTheyAreLong(count: Int, toOld: Int, toExtended: Int) {
        let present = PresenceSnapshot(users: Array(repeating: Sample.alice, count: min(count, 500)), count: count)
        let event = Sample.departure(of: Sample.bob, present: present)
        #expect(self.encode(event, []).count == toOld)
        #expect(self.encode(event, .extended).count == toExtended)
    }

    @Test func oldClientsHearOfTypingButNotOfItsEnd() {
        #expect(
            self.encode(.typing(Sample.bob, isTyping: true), []) == [
                self.passing("chat_typing", #"{"channel_id":7,"user":\#(self.bob)}"#)
            ])
        #expect(self.encode(.typing(Sample.bob, isTyping: false), []).isEmpty)
        #expect(
            self.encode(.typing(Sample.bob, isTyping: false), .extended) == [
                self.passing("chat_typing", #"{"channel_id":7,"user":\#(self.bob),"state":"stopped"}"#)
            ])
    }

    @Test func theCountOfABigRoomReachesExtendedClients() {
        #expect(self.encode(.presence(.count(501)), []).isEmpty)
        #expect(
            self.encode(.presence(.count(501)), .extended) == [
                self.passing("channel_occupancy", #"{"channel_id":7,"count":501}"#)
            ])
    }

    // MARK: - A user's own log

    @Test func readMarksReachTheUsersExtendedDevices() {
        let event = UserEvent(
            user: Sample.alice.id, epoch: Sample.epoch, seq: 12, at: Sample.time,
            change: .readMark(Sample.seven, Sample.room.id, seq: 9, unread: UnreadCounts(messages: 3, mentions: 1)))
        var buffer = ByteBuffer()
        self.encoder.encode(event, as: Dialect.extended.format(gateway: 1), into: &buffer)
        #expect(
            texts(buffer) == [
                self.frame(
                    "read_update", #"{"channel_id":7,"user":"alice","seq":9,"unread":3,"mentions":1}"#, extended: true)
            ])
        var old = ByteBuffer()
        self.encoder.encode(event, as: Dialect().format(gateway: 1), into: &old)
        #expect(old.readableBytes == 0)
    }

    // MARK: - Compression

    @Test func longFramesAreCompressedForThoseWhoTakeIt() {
        func encode(_ body: String) -> [WireFrame] {
            var buffer = ByteBuffer()
            self.encoder.encode(
                Sample.event(.message(Sample.message(body))), as: Dialect.deflate.format(gateway: 1), into: &buffer)
            return wireFrames(buffer) ?? []
        }
        #expect(encode("short").map(\.isCompressed) == [false])
        #expect(encode(String(repeating: "long ", count: 400)).map(\.isCompressed) == [true])
    }
}
