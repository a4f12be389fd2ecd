import ChatCore
import ChatModel

/// The one room of two users.
extension WriteSession {
    /// The two as the database names them: whoever opens the room, it is the same pair.
    struct Pair {
        let first: Int64
        let second: Int64

        init(_ one: Int64, _ other: Int64) {
            self.first = min(one, other)
            self.second = max(one, other)
        }
    }

    /// - Throws: `notFound` when one of the two is a deleted account; nothing is written then.
    func openDirect(
        _ opener: UserProfile, _ other: UserProfile, at: Timestamp
    ) throws(StoreError) -> DirectRoom {
        for user in [opener.id, other.id] where try self.connection.isDeletedAccount(user) {
            throw StoreError(.notFound, "the account \(user) is deleted")
        }
        let pair = Pair(
            try self.users.number(of: opener, at: at, on: self.connection),
            try self.users.number(of: other, at: at, on: self.connection))
        let known = try self.connection.directRoom(of: pair)
        let cursor = try self.directCursor(known, of: pair, at: at)
        var events: [RoomEvent] = []
        for user in opener.id == other.id ? [opener] : [opener, other] {
            if let event = try self.bringIn(user, by: opener, cursor, at: at) { events.append(event) }
        }
        try self.rooms.writeHeads(on: self.connection)
        guard let record = try self.connection.room(.id(cursor.identity.id)) else {
            throw StoreError(.damaged, "the direct room \(cursor.identity.id) has no record")
        }
        return DirectRoom(record: record, isNew: known == nil, events: events)
    }

    /// The cursor of the pair's room, which is made when there is none.
    private func directCursor(_ known: RoomID?, of pair: Pair, at: Timestamp) throws(StoreError) -> RoomCursor {
        if let known { return try self.rooms.cursor(of: known, on: self.connection) }
        let settings = RoomSettings(access: .inviteOnly, historyVisibility: .all, membersInvite: false)
        let record = try self.createRoom(NewRoom(kind: .direct, settings: settings), creator: nil, at: at)
        let cursor = try self.rooms.cursor(of: record.id, on: self.connection)
        let statement = try self.connection.statement(
            "INSERT INTO direct_rooms (first, second, room) VALUES (?1, ?2, ?3)")
        statement.bind(1, pair.first)
        statement.bind(2, pair.second)
        statement.bind(3, cursor.identity.no)
        try statement.run()
        return cursor
    }

    /// Makes a user a member unless he is one, or is kept out; nil when nothing changed.
    private func bringIn(
        _ user: UserProfile, by opener: UserProfile, _ cursor: RoomCursor, at: Timestamp
    ) throws(StoreError) -> RoomEvent? {
        let stored = try self.connection.membership(of: user.id, in: cursor.identity)
        let status = stored?.status(at: at)
        if status == .active || status == .banned { return nil }
        if let stored, status == .muted, stored.role != .none { return nil }
        var membership = Membership(
            role: .member, status: .active, joinedAt: at, joinedSeq: 0, by: user.id == opener.id ? nil : opener.id)
        // A mute outlives the membership, and holds again when the member is back.
        if let stored, status == .muted {
            membership.status = .muted
            membership.until = stored.until
            membership.reason = stored.reason
            membership.by = stored.by
        }
        let change = MembershipChange(user: user, action: .joined, membership: membership)
        let draft = RoomDraft(
            room: cursor.identity.id, actor: opener, at: at, change: .membership(change, replacing: stored))
        return try self.appendMembership(change, draft, cursor)
    }
}

extension Connection {
    func directRoom(of one: UserID, and other: UserID) throws(StoreError) -> RoomRecord? {
        guard let first = try self.userNumber(one), let second = try self.userNumber(other) else { return nil }
        guard let room = try self.directRoom(of: WriteSession.Pair(first, second)) else { return nil }
        return try self.room(.id(room))
    }

    fileprivate func directRoom(of pair: WriteSession.Pair) throws(StoreError) -> RoomID? {
        let statement = try self.statement(
            """
            SELECT id FROM direct_rooms JOIN rooms ON rooms.no = direct_rooms.room
            WHERE first = ?1 AND second = ?2
            """)
        defer { statement.reset() }
        statement.bind(1, pair.first)
        statement.bind(2, pair.second)
        return try statement.step() ? RoomID(statement.text(0)) : nil
    }

    fileprivate func isDeletedAccount(_ id: UserID) throws(StoreError) -> Bool {
        let statement = try self.statement(
            "SELECT 1 FROM users WHERE id = ?1 AND state = 2 UNION ALL SELECT 1 FROM retired_ids WHERE id = ?1")
        defer { statement.reset() }
        statement.bind(1, id.value)
        return try statement.step()
    }
}
