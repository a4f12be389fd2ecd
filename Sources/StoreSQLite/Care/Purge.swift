import ChatCore
import ChatModel

/// The single steps of a purge: each one small transaction.
extension WriteSession {
    /// How long a group room may stand empty, in seconds.
    static let emptyRoomSeconds: Int64 = 7 * 86_400

    func dropRevokedTokens(at now: Timestamp) throws(StoreError) {
        let statement = try self.connection.statement("DELETE FROM revoked_tokens WHERE until <= ?1")
        statement.bind(1, now)
        try statement.run()
    }

    /// Forgets some of those who were last seen at or before `time` and leave no message behind: guests, and users of
    /// whom nothing but their name is known.
    /// - Returns: The rooms that this changed; nil when there was nobody left to forget.
    func forgetSomeUsers(lastSeenThrough time: Timestamp) throws(StoreError) -> Set<Int64>? {
        let statement = try self.connection.statement(
            """
            SELECT no FROM users WHERE has_messages = 0 AND ((state = 1 AND is_guest = 1) OR state = 0)
                AND coalesce(last_seen_at, created_at) <= ?1
                AND (state = 1 OR NOT EXISTS (SELECT 1 FROM members WHERE user = no)) LIMIT 50
            """)
        defer { statement.reset() }
        statement.bind(1, time)
        var users: [Int64] = []
        while try statement.step() { users.append(statement.integer(0)) }
        guard !users.isEmpty else { return nil }
        var rooms: Set<Int64> = []
        for user in users {
            rooms.formUnion(try self.connection.mentionRooms(of: user))
            while let changed = try self.eraseReactions(of: user) { rooms.formUnion(changed) }
            rooms.formUnion(try self.dropTraces(of: user))
            let row = try self.connection.statement("DELETE FROM users WHERE no = ?1")
            row.bind(1, user)
            try row.run()
        }
        self.forget()
        return rooms
    }

    /// Marks a room deleted if it is still empty; gives back its id then.
    func deleteEmptyRoom(_ room: Int64, at now: Timestamp) throws(StoreError) -> RoomID? {
        guard let id = try self.connection.emptyRooms(at: now, only: room).first?.id else { return nil }
        try self.connection.markRoomDeleted(room, at: now)
        try self.connection.insertAudit(
            AuditEntry(at: now, actor: "server", action: "room_deleted", room: id, reason: "empty"))
        self.rooms.forgetAll()
        return id
    }
}

extension Connection {
    /// Group rooms made by a user that have had no members, and nothing happening, for a while; also direct rooms of
    /// which both accounts are deleted. Who has only left a direct room has a record, and may come back.
    func emptyRooms(at now: Timestamp, only room: Int64? = nil) throws(StoreError) -> [(no: Int64, id: RoomID)] {
        let limit = now.adding(seconds: -WriteSession.emptyRoomSeconds)
        let statement = try self.statement(
            """
            SELECT no, id FROM rooms JOIN heads ON heads.room = rooms.no
            WHERE member_count = 0 AND deleted_at IS NULL AND (kind = 'group' AND creator IS NOT NULL
                    OR kind = 'direct' AND NOT EXISTS (SELECT 1 FROM members WHERE members.room = rooms.no))
                AND created_at <= ?1 AND last_archive_id / 1000 <= ?1 AND (?2 IS NULL OR no = ?2)
                AND NOT EXISTS (SELECT 1 FROM members
                    WHERE members.room = rooms.no AND (is_member OR status = 'pending'))
            """)
        defer { statement.reset() }
        statement.bind(1, limit)
        statement.bind(2, room)
        var rooms: [(no: Int64, id: RoomID)] = []
        while try statement.step() { rooms.append((statement.integer(0), RoomID(statement.text(1)))) }
        return rooms
    }

    /// Rooms that are deleted and still have something to erase.
    func roomsToErase() throws(StoreError) -> [Int64] {
        let statement = try self.statement(
            """
            SELECT no FROM rooms JOIN heads ON heads.room = rooms.no
            WHERE deleted_at IS NOT NULL
                AND (first_seq <= last_seq OR EXISTS (SELECT 1 FROM members WHERE members.room = no))
            """)
        defer { statement.reset() }
        var rooms: [Int64] = []
        while try statement.step() { rooms.append(statement.integer(0)) }
        return rooms
    }

    /// Rooms that do not keep everything, with what of them may go.
    func roomsWithRetention(at now: Timestamp) throws(StoreError) -> [(room: Int64, expiry: WriteSession.Expiry)] {
        let statement = try self.statement(
            "SELECT no, retention, retention_amount FROM rooms WHERE retention <> 0 AND deleted_at IS NULL")
        defer { statement.reset() }
        var rooms: [(room: Int64, expiry: WriteSession.Expiry)] = []
        while try statement.step() {
            switch Retention(kind: statement.integer(1), amount: statement.integer(2)) {
            case .forever: break
            case .days(let days):
                let oldest = now.adding(seconds: -Int64(days) * 86_400).milliseconds
                let (micros, overflow) = oldest.multipliedReportingOverflow(by: 1000)
                if !overflow { rooms.append((statement.integer(0), .before(archiveID: micros))) }
            case .count(let count): rooms.append((statement.integer(0), .keepingMessages(Int64(count))))
            }
        }
        return rooms
    }
}
