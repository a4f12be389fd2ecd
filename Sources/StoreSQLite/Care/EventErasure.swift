import ChatCore
import ChatModel

/// Erasing the oldest events of a room, a few hundred at a time. Positions are never given out again.
extension WriteSession {
    static let eventsPerStep = 500

    /// What of a room may go.
    enum Expiry: Sendable {
        case all
        /// Events with a lesser archive id.
        case before(archiveID: Int64)
        /// Events older than the newest so many messages.
        case keepingMessages(Int64)
    }

    private struct Doomed {
        var last: EventKey?
        var messages: Int64 = 0
        var mentions: [(key: EventKey, list: String)] = []
    }

    /// Erases some expired events; false when nothing more is expired now.
    func eraseExpired(in room: Int64, _ expiry: Expiry) throws(StoreError) -> Bool {
        let head = try self.connection.statement("SELECT first_seq, messages FROM heads WHERE room = ?1")
        defer { head.reset() }
        head.bind(1, room)
        guard try head.step() else { return false }
        let first = EventKey(room: room, seq: head.integer(0))
        let doomed = try self.doomed(from: first, expiry, messages: head.integer(1))
        guard let last = doomed.last else { return false }
        for mention in doomed.mentions {
            for user in MentionList.numbers(mention.list) {
                try self.connection.deleteMention(of: user, in: mention.key)
            }
        }
        try self.connection.deleteReactions(from: first, through: last)
        try self.deleteRows(from: first, through: last)
        let update = try self.connection.statement(
            "UPDATE heads SET first_seq = ?2, messages = messages - ?3 WHERE room = ?1")
        update.bind(1, room)
        update.bind(2, last.seq + 1)
        update.bind(3, doomed.messages)
        try update.run()
        self.rooms.forgetAll()
        self.hasErased = true
        return true
    }

    private func doomed(from first: EventKey, _ expiry: Expiry, messages: Int64) throws(StoreError) -> Doomed {
        let statement = try self.connection.statement(
            """
            SELECT key, kind, archive_id, mentions FROM events WHERE key >= ?1 AND key <= ?2 ORDER BY key LIMIT ?3
            """)
        defer { statement.reset() }
        statement.bind(1, first.value)
        statement.bind(2, EventKey(room: first.room, seq: EventKey.maximumSeq).value)
        statement.bind(3, Self.eventsPerStep)
        var doomed = Doomed()
        while try statement.step() {
            switch expiry {
            case .all: break
            case .before(let archiveID): if statement.integer(2) >= archiveID { return doomed }
            case .keepingMessages(let kept): if messages - doomed.messages <= kept { return doomed }
            }
            let key = EventKey(value: statement.integer(0))
            doomed.last = key
            if statement.integer(1) == EventKind.message.rawValue { doomed.messages += 1 }
            if let list = statement.optionalText(3) { doomed.mentions.append((key, list)) }
        }
        return doomed
    }

    private func deleteRows(from first: EventKey, through last: EventKey) throws(StoreError) {
        for statement in [
            try self.connection.statement("DELETE FROM membership_events WHERE key BETWEEN ?1 AND ?2"),
            try self.connection.statement("DELETE FROM settings_events WHERE key BETWEEN ?1 AND ?2"),
            try self.connection.statement("DELETE FROM events WHERE key BETWEEN ?1 AND ?2"),
        ] {
            statement.bind(1, first.value)
            statement.bind(2, last.value)
            try statement.run()
        }
    }

    /// Erases some members of a deleted room, and their marks; false when none is left.
    func eraseMembers(of room: Int64) throws(StoreError) -> Bool {
        let statement = try self.connection.statement("SELECT user FROM members WHERE room = ?1 LIMIT ?2")
        defer { statement.reset() }
        statement.bind(1, room)
        statement.bind(2, Self.eventsPerStep)
        var users: [Int64] = []
        while try statement.step() { users.append(statement.integer(0)) }
        for user in users {
            for deletion in [
                try self.connection.statement("DELETE FROM members WHERE user = ?1 AND room = ?2"),
                try self.connection.statement("DELETE FROM read_marks WHERE user = ?1 AND room = ?2"),
            ] {
                deletion.bind(1, user)
                deletion.bind(2, room)
                try deletion.run()
            }
        }
        return !users.isEmpty
    }
}
