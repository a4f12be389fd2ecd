import ChatCore
import ChatModel

let noon = Timestamp(milliseconds: 1_800_000_000_000)

func roomNumber(_ value: Int64) -> RoomNumber {
    guard let number = RoomNumber(value) else { fatalError("\(value) is no room number") }
    return number
}

func profile(_ name: String, isGuest: Bool = false) -> UserProfile {
    UserProfile(id: UserID(canonical: name.lowercased()), username: name, isGuest: isGuest)
}

func actor(_ name: String, server: ServerRole = .user, isGuest: Bool = false) -> Actor {
    Actor(profile: profile(name, isGuest: isGuest), serverRole: server)
}

func member(
    _ name: String, _ role: Role, _ status: MembershipStatus = .active, joinedSeq: Seq = 0, until: Timestamp? = nil,
    joinedAt: Timestamp = noon
) -> StoredMember {
    StoredMember(
        profile: profile(name),
        membership: Membership(role: role, status: status, joinedAt: joinedAt, joinedSeq: joinedSeq, until: until))
}

func roomState(
    access: RoomAccess = .isPublic, kind: RoomKind = .group, history: HistoryVisibility? = nil, lastSeq: Seq = 100,
    members: [StoredMember] = []
) -> RoomState {
    RoomState(
        record: RoomRecord(
            id: RoomID("r7"), number: roomNumber(7), kind: kind, creator: nil, createdAt: noon,
            settings: RoomSettings(access: access, historyVisibility: history), epoch: Epoch("e1"), lastSeq: lastSeq),
        members: members)
}

func messageEvent(_ seq: Seq, _ body: String = "hi", id: MessageID? = nil, by sender: String = "alice") -> RoomEvent {
    let id = id ?? MessageID(high: UInt64(seq), low: 7)
    let message = Message(
        id: id, seq: seq, archiveID: seq, sender: profile(sender), sentAt: noon, content: MessageContent(body: body),
        clientID: nil)
    return event(seq, .message(message), by: sender)
}

func event(_ seq: Seq, _ change: RoomEvent.Change, by actor: String = "alice") -> RoomEvent {
    RoomEvent(
        room: RoomID("r7"), number: roomNumber(7), epoch: Epoch("e1"), seq: seq, archiveID: seq, at: noon,
        actor: profile(actor), change: change)
}
