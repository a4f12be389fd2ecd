import ChatCore
import ChatModel

/// Turns event rows of one room into values.
///
/// Rows have fifteen columns: key, kind, actor, at, archive_id, message_id, target_id, client_id, body, reply_to,
/// mentions, metadata, version, edited_at, flags.
struct EventDecoder {
    private let connection: Connection
    private let room: RoomIdentity
    /// A page has few authors: each is read once.
    private var profiles: [Int64: UserProfile] = [:]

    init(room: RoomIdentity, connection: Connection) {
        self.room = room
        self.connection = connection
    }

    mutating func event(_ row: Statement) throws(StoreError) -> RoomEvent {
        let key = EventKey(value: row.integer(0))
        return RoomEvent(
            room: self.room.id, number: self.room.number, epoch: self.room.epoch, seq: key.seq,
            archiveID: row.integer(4), at: row.time(3), actor: try self.profile(row.integer(2)),
            change: try self.change(key, row))
    }

    /// A message row, without its reactions.
    mutating func message(_ row: Statement) throws(StoreError) -> Message {
        let key = EventKey(value: row.integer(0))
        return Message(
            id: try self.required(row, 5), seq: key.seq, archiveID: row.integer(4),
            sender: try self.profile(row.integer(2)), sentAt: row.time(3), content: try self.content(row),
            clientID: row.optionalText(7).flatMap { ClientID($0) }, version: Int32(clamping: row.integer(12)),
            editedAt: row.optionalTime(13), isRetracted: row.integer(14) & EventFlags.retracted != 0)
    }

    /// A message row with its reactions.
    mutating func messageWithReactions(_ row: Statement) throws(StoreError) -> Message {
        var message = try self.message(row)
        if row.integer(14) & EventFlags.hasReactions != 0 {
            message.reactions = try self.connection.reactionSummaries(of: EventKey(value: row.integer(0)))
        }
        return message
    }

    // MARK: Parts

    private mutating func change(_ key: EventKey, _ row: Statement) throws(StoreError) -> RoomEvent.Change {
        switch EventKind(rawValue: row.integer(1)) {
        case .message: return .message(try self.message(row))
        case .edited:
            let edit = EditedMessage(
                id: try self.required(row, 5), content: try self.content(row),
                version: Int32(clamping: row.integer(12)))
            return .edited(edit)
        case .retracted: return .retracted(try self.required(row, 6), reason: row.text(8))
        case .reactionAdded: return .reactionAdded(try self.required(row, 6), emote: row.text(8))
        case .reactionRemoved: return .reactionRemoved(try self.required(row, 6), emote: row.text(8))
        case .membership: return .membership(try self.connection.membershipChange(of: key))
        case .settings: return .settings(try self.connection.settingsChange(of: key))
        case .deleted: return .deleted
        case nil: throw StoreError(.damaged, "event \(key.seq) of room \(self.room.id) is of no known kind")
        }
    }

    private mutating func content(_ row: Statement) throws(StoreError) -> MessageContent {
        var mentions: [UserID] = []
        if !row.isNull(10) {
            for user in MentionList.numbers(row.text(10)) { mentions.append(try self.profile(user).id) }
        }
        return MessageContent(
            body: row.text(8), replyTo: row.messageID(9), mentions: mentions,
            metadata: row.optionalText(11).map { OpaqueJSON(validated: $0) })
    }

    private func required(_ row: Statement, _ column: Int32) throws(StoreError) -> MessageID {
        guard let id = row.messageID(column) else {
            throw StoreError(.damaged, "an event of room \(self.room.id) lacks its message")
        }
        return id
    }

    private mutating func profile(_ user: Int64) throws(StoreError) -> UserProfile {
        if let known = self.profiles[user] { return known }
        let profile = try self.connection.profile(user)
        self.profiles[user] = profile
        return profile
    }
}

extension Connection {
    /// Who a number is; a forgotten guest leaves an unnamed one.
    func profile(_ user: Int64) throws(StoreError) -> UserProfile {
        let statement = try self.statement(
            """
            SELECT users.id, users.username, users.display_name, users.is_guest
            FROM users known JOIN users ON users.no = coalesce(known.moved_to, known.no) WHERE known.no = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, user)
        guard try statement.step() else {
            return UserProfile(id: UserID(canonical: "deleted-\(user)"), username: "deleted-\(user)", isGuest: true)
        }
        return statement.profile(from: 0)
    }

    fileprivate func membershipChange(of key: EventKey) throws(StoreError) -> MembershipChange {
        let statement = try self.statement(
            """
            SELECT user, action, duration, membership_events.role, status, joined_at, joined_seq, until, reason, movers.id
            FROM membership_events LEFT JOIN users movers ON movers.no = by_user WHERE key = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, key.value)
        guard try statement.step() else { throw StoreError(.damaged, "membership event \(key.value) has no details") }
        return MembershipChange(
            user: try self.profile(statement.integer(0)), action: try statement.value(1, as: MembershipAction.self),
            membership: try statement.membership(from: 3), durationSeconds: statement.optionalInteger(2))
    }

    fileprivate func settingsChange(of key: EventKey) throws(StoreError) -> RoomSettings {
        let statement = try self.statement(
            """
            SELECT alias, title, topic, access, history_visibility, retention, retention_amount, slow_mode,
                members_invite FROM settings_events WHERE key = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, key.value)
        guard try statement.step() else { throw StoreError(.damaged, "settings event \(key.value) has no details") }
        return try statement.settings(from: 0)
    }
}
