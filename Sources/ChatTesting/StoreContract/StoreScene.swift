import ChatCore
import ChatModel

/// A store and the words to write a rule with.
struct StoreScene: Sendable {
    let store: any ChatStore

    init(_ store: any ChatStore) { self.store = store }

    /// When nothing else is said, things happen at this time.
    static let noon = Timestamp(milliseconds: 1_700_000_000_000)

    static let juliet = StoreScene.profile("juliet")
    static let romeo = StoreScene.profile("romeo")
    static let nurse = StoreScene.profile("nurse")

    static func profile(_ name: String, isGuest: Bool = false) -> UserProfile {
        UserProfile(id: UserID(canonical: name.lowercased()), username: name, isGuest: isGuest)
    }

    static func messageID(at: Timestamp = noon) -> MessageID {
        MessageID(at: at, random: (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)))
    }

    // MARK: Appending

    func append(_ entries: [LogEntry]) async -> [Result<AppendOutcome, StoreError>] {
        await withCheckedContinuation { continuation in
            self.store.append(entries) { continuation.resume(returning: $0) }
        }
    }

    func append(_ entry: LogEntry) async throws -> AppendOutcome {
        try await require(self.append([entry]).first, "a result").get()
    }

    /// Appends a change and gives back its events.
    func apply(
        _ change: RoomDraftChange, by actor: UserProfile, in room: RoomID, at: Timestamp = noon,
        clientID: String? = nil, expectedVersion: Int64? = nil
    ) async throws -> [RoomEvent] {
        let draft = RoomDraft(
            room: room, actor: actor, at: at, clientID: clientID.flatMap { ClientID($0) },
            expectedVersion: expectedVersion, change: change)
        switch try await self.append(.room(draft)) {
        case .room(let events): return events
        case .duplicate(let event): throw ContractViolation(what: "new, not \(event)", file: #fileID, line: #line)
        case .user: throw ContractViolation(what: "a room's outcome", file: #fileID, line: #line)
        }
    }

    @discardableResult
    func send(
        _ body: String, by actor: UserProfile, in room: RoomID, at: Timestamp = noon, mentions: [UserID] = [],
        clientID: String? = nil
    ) async throws -> Message {
        let content = MessageContent(body: body, mentions: mentions)
        let events = try await self.apply(
            .message(Self.messageID(at: at), content), by: actor, in: room, at: at, clientID: clientID)
        guard case .message(let message) = try require(events.first, "an event").change else {
            throw ContractViolation(what: "the event is a message", file: #fileID, line: #line)
        }
        return message
    }

    /// Writes a membership over whatever is stored, and gives it back as the event has it.
    @discardableResult
    func setMember(
        _ user: UserProfile, _ role: Role, _ status: MembershipStatus, in room: RoomID,
        action: MembershipAction = .joined, by actor: UserProfile? = nil, reason: String = ""
    ) async throws -> Membership {
        let stored = try await self.membership(of: user, in: room)
        let membership = Membership(
            role: role, status: status, joinedAt: Self.noon, joinedSeq: stored?.joinedSeq ?? 0, reason: reason,
            by: actor?.id)
        let change = MembershipChange(user: user, action: action, membership: membership)
        let events = try await self.apply(.membership(change, replacing: stored), by: actor ?? user, in: room)
        guard case .membership(let written) = try require(events.first, "an event").change else {
            throw ContractViolation(what: "the event is a membership", file: #fileID, line: #line)
        }
        return written.membership
    }

    func mark(_ seq: Seq, by user: UserProfile, in room: RoomID) async throws -> UserEvent? {
        let draft = UserDraft(user: user.id, at: Self.noon, change: .readMark(room, seq: seq))
        guard case .user(let event) = try await self.append(.user(draft)) else {
            throw ContractViolation(what: "a user's outcome", file: #fileID, line: #line)
        }
        return event
    }

    // MARK: Making and reading

    func room(
        _ id: String = "verona", creator: UserProfile? = juliet, settings: RoomSettings = .init(), at: Timestamp = noon
    ) async throws -> RoomRecord {
        try await self.store.createRoom(NewRoom(id: RoomID(id), settings: settings), creator: creator, at: at)
    }

    func account(_ profile: UserProfile, lastSeenAt: Timestamp? = nil) async throws {
        try await self.store.createAccount(Account(profile: profile, createdAt: Self.noon, lastSeenAt: lastSeenAt))
    }

    func membership(of user: UserProfile, in room: RoomID) async throws -> Membership? {
        try await self.store.members(of: room).first { $0.profile.id == user.id }?.membership
    }

    func record(_ room: RoomID) async throws -> RoomRecord {
        try await require(self.store.room(.id(room)), "room \(room)")
    }

    func message(_ id: MessageID, in room: RoomID) async throws -> Message {
        try await require(self.store.message(id, in: room), "message \(id)")
    }

    func allEvents(in room: RoomID) async throws -> [RoomEvent] {
        var events: [RoomEvent] = []
        while true {
            let page = try await self.store.events(
                in: room, after: events.last?.seq ?? 0, through: .max, limit: 500)
            guard !page.isEmpty else { return events }
            events += page
        }
    }

    func page(
        _ anchor: HistoryWindow.Anchor, limit: Int = 50, in room: RoomID, visibleFrom: Seq = 0
    ) async throws -> MessagePage {
        try await self.store.messages(
            in: room, window: HistoryWindow(anchor: anchor, limit: limit), visibleFrom: visibleFrom)
    }
}

extension RoomEvent {
    /// What a rule looks at in an event.
    var brief: String {
        switch self.change {
        case .message(let message): "\(self.seq) message \(message.content.body)"
        case .edited(let edit): "\(self.seq) edited \(edit.version) \(edit.content.body)"
        case .retracted(_, let reason): "\(self.seq) retracted \(reason)"
        case .reactionAdded(_, let emote): "\(self.seq) +\(emote)"
        case .reactionRemoved(_, let emote): "\(self.seq) -\(emote)"
        case .membership(let change): "\(self.seq) \(change.action.rawValue) \(change.user.id)"
        case .settings(let settings): "\(self.seq) settings \(settings.title)"
        case .deleted: "\(self.seq) deleted"
        }
    }
}
