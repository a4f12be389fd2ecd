import ChatCore
import ChatModel
import NIOCore
import Testing

@testable import GatewayPhoenix

/// The exact messages of every event, in each form that a kind of topic and a version have.
struct PhoenixEventEncoderTests {
    private let encoder = PhoenixEventEncoder(node: 0, requestEvent: "phoenix_gen_api")
    private let alice = #"{"id":"alice","username":"Alice","display_name":"Alice A.","is_guest":false}"#
    private let bob = #"{"id":"bob","username":"bob","display_name":"bob","is_guest":false}"#
    private let position = #""seq":12,"epoch":"k3","at":"2026-11-21T11:01:21.560Z""#

    private func format(_ kind: PhoenixFormat.Kind, _ version: SerializerVersion = .v2) -> WireFormat {
        PhoenixFormat(kind, version).wireFormat(gateway: 2)
    }

    private func encode(
        _ change: RoomEvent.Change, _ kind: PhoenixFormat.Kind = .room, _ version: SerializerVersion = .v2
    ) -> [String] {
        var buffer = ByteBuffer()
        self.encoder.encode(Sample.event(change), as: self.format(kind, version), into: &buffer)
        return texts(buffer)
    }

    private func encode(_ event: EphemeralEvent, _ kind: PhoenixFormat.Kind = .room) -> [String] {
        var buffer = ByteBuffer()
        self.encoder.encode(event, in: Sample.room, at: Sample.time, as: self.format(kind), into: &buffer)
        return texts(buffer)
    }

    // MARK: - Events of the log

    private var hi: String {
        #"{"id":"\#(Sample.messageText)","seq":12,"epoch":"k3","body":"hi","user":\#(self.alice),"#
            + #""sent_at":"2026-11-21T11:01:21.560Z"}"#
    }

    @Test func aMessageIsABroadcastWithoutRefs() {
        let change = RoomEvent.Change.message(Sample.message(MessageContent(body: "hi")))
        #expect(self.encode(change) == [#"[null,null,"room:tea","new_msg",\#(self.hi)]"#])
        #expect(
            self.encode(change, .room, .v1) == [
                #"{"topic":"room:tea","event":"new_msg","ref":null,"payload":\#(self.hi)}"#
            ])
    }

    @Test func toSupabaseEverythingIsABroadcast() {
        let change = RoomEvent.Change.message(Sample.message(MessageContent(body: "hi")))
        #expect(
            self.encode(change, .realtime) == [
                #"[null,null,"realtime:tea","broadcast",{"type":"broadcast","event":"room:new_msg","#
                    + #""payload":\#(self.hi)}]"#
            ])
    }

    @Test func aMessageSaysOnlyWhatItHas() {
        let content = MessageContent(
            body: "hi", replyTo: Sample.messageID, mentions: [UserID(canonical: "bob")],
            metadata: OpaqueJSON(validated: #"{"a":1}"#))
        let payload =
            #"{"id":"\#(Sample.messageText)","seq":12,"epoch":"k3","body":"hi","user":\#(self.alice),"#
            + #""sent_at":"2026-11-21T11:01:21.560Z","client_id":"c1","reply_to":"\#(Sample.messageText)","#
            + #""mentions":["bob"],"metadata":{"a":1}}"#
        #expect(
            self.encode(.message(Sample.message(content, clientID: "c1"))) == [
                #"[null,null,"room:tea","new_msg",\#(payload)]"#
            ])
    }

    @Test func editsAndRetractionsNameTheirMessage() {
        let edited = EditedMessage(id: Sample.messageID, content: MessageContent(body: "ho"), version: 2)
        #expect(
            self.encode(.edited(edited)) == [
                #"[null,null,"room:tea","msg_edited",{"id":"\#(Sample.messageText)","body":"ho","version":2,"#
                    + #""edited_at":"2026-11-21T11:01:21.560Z","user":\#(self.alice),\#(self.position)}]"#
            ])
        #expect(
            self.encode(.retracted(Sample.messageID, reason: "spam")) == [
                #"[null,null,"room:tea","msg_deleted",{"id":"\#(Sample.messageText)","user":\#(self.alice),"#
                    + #""reason":"spam",\#(self.position)}]"#
            ])
    }

    @Test func reactionsNameTheEmote() {
        #expect(
            self.encode(.reactionAdded(Sample.messageID, emote: "👍")) == [
                #"[null,null,"room:tea","reaction_added",{"id":"\#(Sample.messageText)","emote":"👍","#
                    + #""user":\#(self.alice),\#(self.position)}]"#
            ])
    }

    @Test func aMembershipSaysWhatBecameOfWhom() {
        let membership = Membership(
            role: .member, status: .muted, joinedAt: Sample.time, joinedSeq: 1, until: Sample.time, reason: "spam")
        let change = MembershipChange(user: Sample.bob, action: .muted, membership: membership, durationSeconds: 60)
        let payload =
            #""action":"muted","user":\#(self.bob),"role":"member","status":"muted","#
            + #""until":"2026-11-21T11:01:21.560Z","reason":"spam","seconds":60,"by":\#(self.alice),\#(self.position)}"#
        #expect(self.encode(.membership(change)) == [#"[null,null,"room:tea","member",{\#(payload)]"#])
        // To whom it concerns where he is not in the room.
        #expect(
            self.encode(.membership(change), .user) == [#"[null,null,"user:bob","member",{"room":"tea",\#(payload)]"#])
    }

    @Test(arguments: PhoenixFormat.Kind.allCases, SerializerVersion.allCases)
    func aFormatIsReadBackAsItWas(kind: PhoenixFormat.Kind, version: SerializerVersion) {
        let format = PhoenixFormat(kind, version)
        #expect(PhoenixFormat(format.wireFormat(gateway: 9)) == format)
    }

    // MARK: - What is not kept

    @Test func presenceKeysAreUserIDsAndEachConnectionIsAMeta() {
        let arrival = PresenceArrival(profile: Sample.bob, meta: Sample.meta(1))
        let meta =
            #"{"phx_ref":"AAAAAAAAAAAAAAAB","username":"bob","display_name":"bob","is_guest":false,"#
            + #""online_at":"2026-11-21T11:01:21.560Z"}"#
        #expect(
            self.encode(.presence(.arrived(arrival))) == [
                #"[null,null,"room:tea","presence_diff",{"joins":{"bob":{"metas":[\#(meta)]}},"leaves":{}}]"#
            ])
        let departure = PresenceDeparture(profile: Sample.bob, metas: [Sample.meta(1)])
        #expect(
            self.encode(.presence(.departed(departure))) == [
                #"[null,null,"room:tea","presence_diff",{"joins":{},"leaves":{"bob":{"metas":[\#(meta)]}}}]"#
            ])
    }

    @Test func anUpdateIsOneDiffThatNamesThePresenceBefore() {
        let note = PresenceNote(meta: OpaqueJSON(validated: #"{"away":true}"#), previous: PresenceID(1))
        let event = EphemeralEvent.presence(
            .updated(Sample.bob, from: Sample.meta(1), to: Sample.meta(2, note)))
        let common = #""username":"bob","display_name":"bob","is_guest":false,"online_at":"2026-11-21T11:01:21.560Z""#
        #expect(
            self.encode(event) == [
                #"[null,null,"room:tea","presence_diff",{"joins":{"bob":{"metas":[{"phx_ref":"AAAAAAAAAAAAAAAC","#
                    + #""phx_ref_prev":"AAAAAAAAAAAAAAAB",\#(common),"meta":{"away":true}}]}},"#
                    + #""leaves":{"bob":{"metas":[{"phx_ref":"AAAAAAAAAAAAAAAB",\#(common)}]}}}]"#
            ])
    }

    @Test func supabaseShowsThoseWhoTrackThemselvesUnderTheirOwnKeys() {
        let silent = PresenceArrival(profile: Sample.bob, meta: Sample.meta(1))
        #expect(self.encode(.presence(.arrived(silent)), .realtime).isEmpty)
        let note = PresenceNote(
            key: "me", meta: OpaqueJSON(validated: #"{"mood":"good"}"#), previous: PresenceID(1))
        let event = EphemeralEvent.presence(.updated(Sample.bob, from: Sample.meta(1), to: Sample.meta(2, note)))
        #expect(
            self.encode(event, .realtime) == [
                #"[null,null,"realtime:tea","presence_diff",{"joins":{"me":{"metas":[{"mood":"good","#
                    + #""phx_ref":"AAAAAAAAAAAAAAAC","phx_ref_prev":"AAAAAAAAAAAAAAAB"}]}},"leaves":{}}]"#
            ])
    }

    @Test func aCrowdLeavesTheListAndIsCounted() {
        let entries = [PresenceEntry(profile: Sample.bob, metas: [Sample.meta(1)])]
        let messages = self.encode(.presence(.hidden(entries, count: 501)))
        #expect(messages.count == 2)
        #expect(messages.first?.contains(#""joins":{},"leaves":{"bob":"#) ?? false)
        #expect(messages.last == #"[null,null,"room:tea","presence_count",{"count":501}]"#)
    }

    /// 300 users who say a kilobyte each.
    private var crowd: [PresenceEntry] {
        let said = OpaqueJSON(validated: #"{"a":"\#(String(repeating: "x", count: 1000))"}"#)
        return (0..<300).map { number in
            PresenceEntry(
                profile: UserProfile(id: UserID(canonical: "u\(number)"), username: "u\(number)"),
                metas: [Sample.meta(UInt64(number), PresenceNote(key: "k\(number)", meta: said))])
        }
    }

    /// Lists are emptied, whatever is on them, so that nobody stays who goes unseen.
    @Test func aCrowdThatSaysALotLeavesTheListAtOnce() {
        #expect(
            self.encode(.presence(.hidden(self.crowd, count: 300))) == [
                #"[null,null,"room:tea","presence_state",{}]"#,
                #"[null,null,"room:tea","presence_count",{"count":300}]"#,
            ])
        let realtime = self.encode(.presence(.hidden(self.crowd, count: 300)), .realtime)
        #expect(realtime.first == #"[null,null,"realtime:tea","presence_state",{}]"#)
    }

    @Test func aCrowdThatSaysALotIsNotListedAnew() {
        let present = PresenceSnapshot(users: [], count: 300)
        #expect(
            self.encode(.presence(.shown(self.crowd, present: present))) == [
                #"[null,null,"room:tea","presence_count",{"count":300}]"#
            ])
        let few = Array(self.crowd.prefix(100))
        #expect(self.encode(.presence(.shown(few, present: present))).count == 2)
    }

    /// What is not shown costs nothing.
    @Test func supabasesListHasThoseWhoTrackOnly() {
        let silent = self.crowd.map { PresenceEntry(profile: $0.profile, metas: [Sample.meta(1)]) }
        let presence = self.encoder.presence
        #expect(presence.isListable(silent, as: .realtime, within: 0))
        #expect(!presence.isListable(silent, as: .room, within: 1000))
        #expect(!presence.isListable(self.crowd, as: .realtime))
    }

    @Test func broadcastsKeepTheirPayload() {
        let broadcast = Broadcast(from: Sample.bob, event: "cursor", payload: .json(OpaqueJSON(validated: #"{"x":1}"#)))
        #expect(
            self.encode(.broadcast(broadcast)) == [
                #"[null,null,"room:tea","broadcast",{"type":"broadcast","event":"cursor","payload":{"x":1},"#
                    + #""user":\#(self.bob)}]"#
            ])
        #expect(
            self.encode(.broadcast(broadcast), .realtime) == [
                #"[null,null,"realtime:tea","broadcast",{"type":"broadcast","event":"cursor","payload":{"x":1}}]"#
            ])
    }

    @Test func bytesAreLayout02AndNothingToV1() {
        let event = EphemeralEvent.broadcast(Broadcast(from: Sample.bob, event: "b", payload: .bytes([1, 2])))
        var buffer = ByteBuffer()
        self.encoder.encode(event, in: Sample.room, at: Sample.time, as: self.format(.room), into: &buffer)
        let payload = FrameRun(buffer).map { Array(buffer: $0.payload) }
        #expect(payload == [[2, 8, 1] + Array("room:teab".utf8) + [1, 2]])
        var old = ByteBuffer()
        self.encoder.encode(event, in: Sample.room, at: Sample.time, as: self.format(.room, .v1), into: &old)
        #expect(old.readableBytes == 0)
    }

    // MARK: - Users

    @Test func signalsGoToTheTopicOfTheirListeners() {
        func encode(_ signal: Signal, _ topic: SignalTopic) -> [String] {
            var buffer = ByteBuffer()
            self.encoder.encode(signal, to: topic, at: Sample.time, as: self.format(.user), into: &buffer)
            return texts(buffer)
        }
        #expect(encode(.newMessage, .user(Sample.bob.id)) == [#"[null,null,"user:bob","newMessage",{}]"#])
        #expect(
            encode(.permissionsChanged("mod \"x\""), .roles) == [
                #"[null,null,"user:role","permissionsChanged",{"lookup":"mod \"x\""}]"#
            ])
        #expect(
            encode(.logout("e.f.g"), .user(Sample.bob.id)) == [
                #"[null,null,"user:bob","logout",{"token":"e.f.g"}]"#
            ])
    }

    @Test func whoIsConnectedIsToldByRefsAlone() {
        var buffer = ByteBuffer()
        self.encoder.encode(
            .arrived(PresenceArrival(profile: Sample.bob, meta: Sample.meta(3))), to: .everybody,
            as: self.format(.user), into: &buffer)
        #expect(
            texts(buffer) == [
                #"[null,null,"user:public","presence_diff",{"joins":{"bob":{"metas":[{"phx_ref":"AAAAAAAAAAAAAAAD"}]}},"#
                    + #""leaves":{}}]"#
            ])
    }
}
