import ChatCore
import ChatModel

/// A guest becomes an account: what was his is the account's.
///
/// One transaction moves what is found by user and makes his number stand for the account, so that all he ever did
/// shows the new name at once; his messages get the account's number in small transactions after it.
extension WriteSession {
    struct Move: Sendable {
        let guest: Int64
        let account: Int64
        /// The rooms that its first transaction changed.
        let rooms: Set<Int64>
    }

    /// nil when there is no such guest.
    /// - Throws: `notFound` when the account is not there.
    func beginMove(from guest: UserID, to account: UserID) throws(StoreError) -> Move? {
        guard try self.connection.account(account) != nil, let target = try self.connection.userNumber(account)
        else { throw StoreError(.notFound, "no account \(account)") }
        guard let source = try self.connection.movableGuest(guest), source != target else { return nil }
        let rooms = try self.connection.memberRooms(of: source)
            .union(try self.connection.mentionRooms(of: source))
            .union(try self.connection.moderatedRooms(of: source))
            .union(try self.connection.reactionRooms(of: source))
        try self.moveMemberships(from: source, to: target)
        try self.moveMarks(from: source, to: target)
        let reactions = try self.connection.statement("UPDATE OR IGNORE reactions SET user = ?2 WHERE user = ?1")
        try reactions.run(source, target)
        while try self.eraseReactions(of: source) != nil {}
        _ = try self.dropTraces(of: source)
        for statement in [
            try self.connection.statement("UPDATE rooms SET creator = ?2 WHERE creator = ?1"),
            try self.connection.statement(
                """
                UPDATE users SET has_messages = 1
                WHERE no = ?2 AND EXISTS (SELECT 1 FROM users WHERE no = ?1 AND has_messages = 1)
                """),
            try self.connection.statement(
                "UPDATE users SET state = 2, moved_to = ?2, password = NULL, is_disabled = 1 WHERE no = ?1"),
            try self.connection.statement("INSERT OR REPLACE INTO pending_moves (guest, account) VALUES (?1, ?2)"),
        ] { try statement.run(source, target) }
        self.forget()
        return Move(guest: source, account: target, rooms: rooms)
    }

    /// The account keeps what it has of its own, a ban above all; a membership that it gave up is as good as none.
    private func moveMemberships(from guest: Int64, to account: Int64) throws(StoreError) {
        for statement in [
            try self.connection.statement(
                """
                DELETE FROM members WHERE user = ?2 AND status = 'none'
                    AND room IN (SELECT room FROM members WHERE user = ?1 AND status <> 'none')
                """),
            try self.connection.statement(
                """
                UPDATE rooms SET version = version + 1, member_count = member_count - 1
                WHERE no IN (SELECT room FROM members WHERE user = ?1 AND is_member
                    AND room IN (SELECT room FROM members WHERE user = ?2))
                """),
            try self.connection.statement(
                """
                UPDATE rooms SET version = version + 1 WHERE no IN (SELECT room FROM members WHERE user = ?1)
                    AND no NOT IN (SELECT room FROM members WHERE user = ?2)
                """),
            try self.connection.statement("UPDATE OR IGNORE members SET user = ?2 WHERE user = ?1"),
            try self.connection.statement("DELETE FROM members WHERE user = ?1 AND ?2 <> ?1"),
        ] { try statement.run(guest, account) }
    }

    private func moveMarks(from guest: Int64, to account: Int64) throws(StoreError) {
        for statement in [
            try self.connection.statement(
                """
                INSERT INTO read_marks (user, room, seq) SELECT ?2, room, seq FROM read_marks WHERE user = ?1
                ON CONFLICT (user, room) DO UPDATE SET seq = max(seq, excluded.seq)
                """),
            try self.connection.statement("UPDATE OR IGNORE mentions SET user = ?2 WHERE user = ?1"),
        ] { try statement.run(guest, account) }
    }

    /// Gives messages and edits an author.
    func moveContent(_ keys: [EventKey], to account: Int64) throws(StoreError) {
        let statement = try self.connection.statement("UPDATE events SET actor = ?2 WHERE key = ?1")
        for key in keys { try statement.run(key.value, account) }
    }

    func endMove(of guest: Int64) throws(StoreError) {
        let statement = try self.connection.statement("DELETE FROM pending_moves WHERE guest = ?1")
        statement.bind(1, guest)
        try statement.run()
    }
}

extension Statement {
    fileprivate func run(_ first: Int64, _ second: Int64) throws(StoreError) {
        self.bind(1, first)
        self.bind(2, second)
        try self.run()
    }
}

extension Connection {
    fileprivate func movableGuest(_ id: UserID) throws(StoreError) -> Int64? {
        let statement = try self.statement("SELECT no FROM users WHERE id = ?1 AND is_guest = 1 AND state <> 2")
        defer { statement.reset() }
        statement.bind(1, id.value)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Messages and edits that bear a user's number.
    func contentKeys(by user: Int64, limit: Int) throws(StoreError) -> [EventKey] {
        let statement = try self.statement(
            """
            SELECT key FROM events INDEXED BY events_by_message WHERE message_id IS NOT NULL AND actor = ?1 LIMIT ?2
            """)
        defer { statement.reset() }
        statement.bind(1, user)
        statement.bind(2, limit)
        var keys: [EventKey] = []
        while try statement.step() { keys.append(EventKey(value: statement.integer(0))) }
        return keys
    }

    func pendingMoves() throws(StoreError) -> [(guest: Int64, account: Int64)] {
        let statement = try self.statement("SELECT guest, account FROM pending_moves")
        defer { statement.reset() }
        var moves: [(guest: Int64, account: Int64)] = []
        while try statement.step() { moves.append((statement.integer(0), statement.integer(1))) }
        return moves
    }
}
