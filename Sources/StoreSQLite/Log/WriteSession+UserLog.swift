import ChatCore
import ChatModel

/// Appending to users' own logs.
extension WriteSession {
    /// Events that a user's log keeps; a device that missed more fetches its state anew.
    private static let keptEvents: Int64 = 1000
    /// How many events apart old ones are dropped.
    private static let trimInterval: Int64 = 64

    func append(_ draft: UserDraft) throws(StoreError) -> UserEvent? {
        switch draft.change {
        case .readMark(let room, let seq): try self.appendReadMark(in: room, seq, draft)
        case .displayName(let name): try self.appendDisplayName(name, draft)
        }
    }

    private func appendReadMark(in room: RoomID, _ seq: Seq, _ draft: UserDraft) throws(StoreError) -> UserEvent? {
        let cursor = try self.rooms.cursor(of: room, on: self.connection)
        let user = try self.users.number(of: draft.user, at: draft.at, on: self.connection)
        let mark = min(seq, cursor.lastSeq)
        guard mark > (try self.connection.readMark(of: user, in: cursor.identity.no) ?? 0) else { return nil }
        let statement = try self.connection.statement(
            """
            INSERT INTO read_marks (user, room, seq) VALUES (?1, ?2, ?3)
            ON CONFLICT (user, room) DO UPDATE SET seq = excluded.seq
            """)
        statement.bind(1, user)
        statement.bind(2, cursor.identity.no)
        statement.bind(3, mark)
        try statement.run()
        let log = try self.advanceLog(of: user)
        let row = try self.connection.statement(
            "INSERT INTO user_events (user, seq, at, room, mark) VALUES (?1, ?2, ?3, ?4, ?5)")
        row.bind(1, user)
        row.bind(2, log.seq)
        row.bind(3, draft.at)
        row.bind(4, cursor.identity.no)
        row.bind(5, mark)
        try row.run()
        let unread = try self.connection.unread(
            of: user, in: cursor.identity.no, after: mark, through: cursor.lastSeq)
        return UserEvent(
            user: draft.user, epoch: log.epoch, seq: log.seq, at: draft.at,
            change: .readMark(cursor.identity.number, room, seq: mark, unread: unread))
    }

    /// - Throws: `notFound` for somebody without an account.
    private func appendDisplayName(_ name: String, _ draft: UserDraft) throws(StoreError) -> UserEvent? {
        guard let account = try self.connection.account(draft.user),
            let user = try self.connection.userNumber(draft.user)
        else { throw StoreError(.notFound, "no account \(draft.user)") }
        guard account.profile.displayName != name else { return nil }
        let statement = try self.connection.statement("UPDATE users SET display_name = ?2 WHERE no = ?1")
        statement.bind(1, user)
        statement.bind(2, name)
        try statement.run()
        let log = try self.advanceLog(of: user)
        let row = try self.connection.statement(
            "INSERT INTO user_events (user, seq, at, display_name) VALUES (?1, ?2, ?3, ?4)")
        row.bind(1, user)
        row.bind(2, log.seq)
        row.bind(3, draft.at)
        row.bind(4, name)
        try row.run()
        var profile = account.profile
        profile.displayName = name
        return UserEvent(
            user: draft.user, epoch: log.epoch, seq: log.seq, at: draft.at, change: .profile(profile))
    }

    /// Takes the next position of a user's log.
    private func advanceLog(of user: Int64) throws(StoreError) -> (epoch: Epoch, seq: Seq) {
        let statement = try self.connection.statement(
            "UPDATE users SET log_seq = log_seq + 1 WHERE no = ?1 RETURNING log_epoch, log_seq")
        defer { statement.reset() }
        statement.bind(1, user)
        guard try statement.step() else { throw StoreError(.damaged, "user \(user) has no row") }
        let log = (epoch: Epoch(statement.text(0)), seq: statement.integer(1))
        // To its end: an UPDATE with RETURNING is complete only then.
        _ = try statement.step()
        if log.seq % Self.trimInterval == 0 { try self.trimLog(of: user, through: log.seq - Self.keptEvents) }
        return log
    }

    private func trimLog(of user: Int64, through seq: Seq) throws(StoreError) {
        let statement = try self.connection.statement("DELETE FROM user_events WHERE user = ?1 AND seq <= ?2")
        statement.bind(1, user)
        statement.bind(2, seq)
        try statement.run()
    }
}

extension Connection {
    func readMark(of user: Int64, in room: Int64) throws(StoreError) -> Seq? {
        let statement = try self.statement("SELECT seq FROM read_marks WHERE user = ?1 AND room = ?2")
        defer { statement.reset() }
        statement.bind(1, user)
        statement.bind(2, room)
        return try statement.step() ? statement.integer(0) : nil
    }
}
