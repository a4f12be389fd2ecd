import ChatCore
import ChatModel

/// Deleting accounts. The account goes in one transaction; what it left in many rooms goes in small ones after it, and
/// a purge takes up what a crash left undone.
extension WriteSession {
    /// Reactions or messages erased in one transaction.
    static let erasuresPerStep = 200

    /// Takes the account away and notes what else has to go.
    /// - Returns: The user's number and the rooms that this changed; nil when there is no account.
    func beginDeletion(
        of id: UserID, _ choice: ErasureChoice, at: Timestamp
    ) throws(StoreError) -> (user: Int64, rooms: Set<Int64>)? {
        guard try self.connection.account(id) != nil, let user = try self.connection.userNumber(id) else { return nil }
        var rooms: Set<Int64> = []
        switch choice {
        case .keep: break
        case .anonymise, .remove:
            // Also those whose messages and members only name him.
            rooms.formUnion(try self.connection.mentionRooms(of: user))
            rooms.formUnion(try self.connection.moderatedRooms(of: user))
            try self.rename(user, retiring: id)
        }
        rooms.formUnion(try self.dropTraces(of: user))
        try self.blankAccount(user)
        let pending = try self.connection.statement(
            "INSERT OR REPLACE INTO pending_erasures (user, removes_messages) VALUES (?1, ?2)")
        pending.bind(1, user)
        pending.bind(2, choice == .remove)
        try pending.run()
        self.forget()
        return (user, rooms)
    }

    /// Drops memberships, marks, mentions and the user's own log.
    /// - Returns: The rooms of which there was a membership record.
    func dropTraces(of user: Int64) throws(StoreError) -> Set<Int64> {
        let rooms = try self.connection.memberRooms(of: user)
        let update = try self.connection.statement(
            """
            UPDATE rooms SET version = version + 1, member_count = member_count - (SELECT is_member
                FROM members WHERE room = no AND user = ?1)
            WHERE no IN (SELECT room FROM members WHERE user = ?1)
            """)
        update.bind(1, user)
        try update.run()
        for statement in [
            try self.connection.statement("DELETE FROM members WHERE user = ?1"),
            try self.connection.statement("DELETE FROM read_marks WHERE user = ?1"),
            try self.connection.statement("DELETE FROM mentions WHERE user = ?1"),
            try self.connection.statement("DELETE FROM user_events WHERE user = ?1"),
        ] {
            statement.bind(1, user)
            try statement.run()
        }
        return rooms
    }

    private func blankAccount(_ user: Int64) throws(StoreError) {
        let statement = try self.connection.statement(
            """
            UPDATE users SET state = 2, role = 'user', host_roles = '', password = NULL, last_seen_at = NULL,
                is_disabled = 1, generation = generation + 1 WHERE no = ?1
            """)
        statement.bind(1, user)
        try statement.run()
    }

    /// A name that tells nothing. All that the user wrote refers to his number, so one row is enough.
    private func rename(_ user: Int64, retiring id: UserID) throws(StoreError) {
        let retire = try self.connection.statement("INSERT OR IGNORE INTO retired_ids (id) VALUES (?1)")
        retire.bind(1, id.value)
        try retire.run()
        let name = RandomNames.deletedUser()
        let statement = try self.connection.statement(
            "UPDATE users SET id = ?2, username = ?2, display_name = ?2 WHERE no = ?1")
        statement.bind(1, user)
        statement.bind(2, name.value)
        try statement.run()
    }

    /// Erases some of a user's reactions.
    /// - Returns: The rooms that this changed; nil when there was nothing left to erase.
    func eraseReactions(of user: Int64) throws(StoreError) -> Set<Int64>? {
        let statement = try self.connection.statement(
            "SELECT message, emote, seq FROM reactions WHERE user = ?1 LIMIT ?2")
        defer { statement.reset() }
        statement.bind(1, user)
        statement.bind(2, Self.erasuresPerStep)
        var found: [(key: EventKey, emote: String, seq: Seq)] = []
        while try statement.step() {
            found.append((EventKey(value: statement.integer(0)), statement.text(1), statement.integer(2)))
        }
        for reaction in found {
            try self.connection.deleteReaction(reaction.emote, seq: reaction.seq, from: reaction.key)
        }
        return found.isEmpty ? nil : Set(found.map(\.key.room))
    }

    /// Makes tombstones of messages that are none yet.
    func eraseMessages(_ ids: [MessageID]) throws(StoreError) {
        for id in ids {
            guard let stored = try self.storedMessage(id), !stored.isRetracted else { continue }
            try self.eraseContent(id, stored)
        }
        self.hasErased = true
    }

    func endDeletion(of user: Int64) throws(StoreError) {
        let statement = try self.connection.statement("DELETE FROM pending_erasures WHERE user = ?1")
        statement.bind(1, user)
        try statement.run()
        self.hasErased = true
        self.sweepErased()
    }
}

extension Connection {
    /// Ids of a user's messages in the order of their ids, after `after`.
    func messageIDs(by user: Int64, after: MessageID?, limit: Int) throws(StoreError) -> [MessageID] {
        let statement = try self.statement(
            """
            SELECT message_id FROM events INDEXED BY events_by_message
            WHERE message_id > ?2 AND kind = 0 AND actor = ?1 ORDER BY message_id LIMIT ?3
            """)
        defer { statement.reset() }
        statement.bind(1, user)
        statement.bind(2, after ?? MessageID(high: 0, low: 0))
        statement.bind(3, limit)
        var ids: [MessageID] = []
        while try statement.step() {
            if let id = statement.messageID(0) { ids.append(id) }
        }
        return ids
    }

    func pendingErasures() throws(StoreError) -> [(user: Int64, removesMessages: Bool)] {
        let statement = try self.statement("SELECT user, removes_messages FROM pending_erasures")
        defer { statement.reset() }
        var pending: [(user: Int64, removesMessages: Bool)] = []
        while try statement.step() { pending.append((statement.integer(0), statement.flag(1))) }
        return pending
    }
}
