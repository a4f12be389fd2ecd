import ChatCore
import ChatModel
import NIOCore

@testable import GatewayJSON

/// People, rooms and messages that the tests talk about.
enum Sample {
    static let alice = UserProfile(id: UserID(canonical: "alice"), username: "Alice", displayName: "Alice A.")
    static let bob = UserProfile(id: UserID(canonical: "bob"), username: "bob")
    static let guest = UserProfile(id: UserID(canonical: "guest0042"), username: "Guest0042", isGuest: true)

    /// 2026-11-21T11:01:21.560Z
    static let time = Timestamp(milliseconds: 1_795_258_881_560)
    static let epoch = Epoch("k3")
    static let room = RoomIdentity(id: RoomID("tea"), number: seven)
    static let seven = RoomNumber(7) ?? RoomNumber.one

    /// 65f8ec20-4475-42ca-b8b6-d0955c8ac211
    static let messageID = MessageID(high: 0x65f8_ec20_4475_42ca, low: 0xb8b6_d095_5c8a_c211)

    static func message(
        _ body: String, from sender: UserProfile = alice, seq: Seq = 12, reactions: [ReactionSummary] = []
    ) -> Message {
        Message(
            id: self.messageID, seq: seq, archiveID: 1, sender: sender, sentAt: self.time,
            content: MessageContent(body: body), clientID: nil, reactions: reactions)
    }

    static func event(_ change: RoomEvent.Change, by actor: UserProfile = alice, seq: Seq = 12) -> RoomEvent {
        RoomEvent(
            room: self.room.id, number: self.room.number, epoch: self.epoch, seq: seq, archiveID: 1, at: self.time,
            actor: actor, change: change)
    }

    static func record(access: RoomAccess = .isPublic) -> RoomRecord {
        RoomRecord(
            id: self.room.id, number: self.room.number, kind: .group, creator: self.alice.id, createdAt: self.time,
            settings: RoomSettings(title: "Tea", access: access), epoch: self.epoch, lastSeq: 12)
    }

    static func info(_ membership: Membership? = nil) -> RoomInfo {
        RoomInfo(
            record: self.record(), membership: membership, members: 3, online: 2, readSeq: 10,
            unread: UnreadCounts(messages: 2, mentions: 1))
    }

    static func membership(
        _ role: Role, _ status: MembershipStatus = .active, until: Timestamp? = nil, reason: String = ""
    ) -> Membership {
        Membership(role: role, status: status, joinedAt: self.time, joinedSeq: 1, until: until, reason: reason)
    }

    static func arrival(of user: UserProfile, role: Role, present: PresenceSnapshot?) -> EphemeralEvent {
        .presence(.arrived(PresenceArrival(profile: user, role: role, meta: Self.meta, present: present)))
    }

    static func departure(of user: UserProfile, present: PresenceSnapshot?) -> EphemeralEvent {
        .presence(.departed(PresenceDeparture(profile: user, metas: [Self.meta], present: present)))
    }

    static let meta = PresenceMeta(id: PresenceID(1), since: Timestamp(milliseconds: 0))

    static func present(_ users: UserProfile...) -> PresenceSnapshot {
        PresenceSnapshot(users: users, count: users.count)
    }
}

extension RoomNumber {
    /// The lobby's number.
    static var one: RoomNumber {
        guard let one = RoomNumber(1) else { fatalError("1 is a room number") }
        return one
    }
}
