import ChatCore
import ChatModel

/// Membership, settings and the end of a room.
extension WriteSession {
    func appendMembership(
        _ change: MembershipChange, _ draft: RoomDraft, _ cursor: RoomCursor
    ) throws(StoreError) -> RoomEvent {
        let place = try self.nextPlace(in: cursor, at: draft.at)
        let change = change.placed(at: place.seq)
        try self.insertEvent(.membership, at: place, draft)
        try self.insertMembershipEvent(change, at: place.key, draft.at)
        try self.writeMember(change.user, change.membership, in: cursor, at: draft.at)
        try self.raiseVersion(of: cursor)
        if change.action.isModeration {
            let entry = AuditEntry(
                at: draft.at, actor: draft.actor.id.value, action: change.action.rawValue, room: draft.room,
                target: change.user.id.value, reason: change.membership.reason,
                durationSeconds: change.durationSeconds)
            try self.connection.insertAudit(entry)
        }
        return self.makeEvent(.membership(change), at: place, draft, cursor)
    }

    func appendSettings(
        _ settings: RoomSettings, _ draft: RoomDraft, _ cursor: RoomCursor
    ) throws(StoreError) -> RoomEvent {
        let room = cursor.identity.no
        try self.connection.claimAlias(settings.alias, for: room, at: draft.at)
        let place = try self.nextPlace(in: cursor, at: draft.at)
        try self.insertEvent(.settings, at: place, draft)
        try self.insertSettingsEvent(settings, at: place.key)
        try self.writeSettings(settings, of: room)
        try self.raiseVersion(of: cursor)
        try self.connection.insertAudit(
            AuditEntry(at: draft.at, actor: draft.actor.id.value, action: "room_updated", room: draft.room))
        return self.makeEvent(.settings(settings), at: place, draft, cursor)
    }

    func appendDeletion(_ draft: RoomDraft, _ cursor: RoomCursor) throws(StoreError) -> RoomEvent {
        let place = try self.nextPlace(in: cursor, at: draft.at)
        try self.insertEvent(.deleted, at: place, draft)
        try self.connection.markRoomDeleted(cursor.identity.no, at: draft.at)
        cursor.isDeleted = true
        try self.connection.insertAudit(
            AuditEntry(at: draft.at, actor: draft.actor.id.value, action: "room_deleted", room: draft.room))
        return self.makeEvent(.deleted, at: place, draft, cursor)
    }

    // MARK: Rows

    /// Writes the member's row and counts the members.
    func writeMember(
        _ user: UserProfile, _ membership: Membership, in cursor: RoomCursor, at: Timestamp
    ) throws(StoreError) {
        let room = cursor.identity.no
        let no = try self.users.number(of: user, at: at, on: self.connection)
        if try self.connection.isMember(user: no, room: room) { cursor.memberCount -= 1 }
        let statement = try self.connection.statement(
            """
            INSERT OR REPLACE INTO members (room, user, role, status, joined_at, joined_seq, until, reason, by_user)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING is_member
            """)
        defer { statement.reset() }
        statement.bind(1, room)
        statement.bind(2, no)
        try self.bind(membership, to: statement, from: 3, at: at)
        if try statement.step(), statement.flag(0) { cursor.memberCount += 1 }
    }

    /// Binds seven columns: role, status, joined_at, joined_seq, until, reason, by_user.
    private func bind(
        _ membership: Membership, to statement: Statement, from index: Int32, at: Timestamp
    ) throws(StoreError) {
        var by: Int64?
        if let user = membership.by { by = try self.users.number(of: user, at: at, on: self.connection) }
        statement.bind(index, membership.role.rawValue)
        statement.bind(index + 1, membership.status.rawValue)
        statement.bind(index + 2, membership.joinedAt)
        statement.bind(index + 3, membership.joinedSeq)
        statement.bind(index + 4, membership.until)
        statement.bind(index + 5, membership.reason)
        statement.bind(index + 6, by)
    }

    private func insertMembershipEvent(
        _ change: MembershipChange, at key: EventKey, _ at: Timestamp
    ) throws(StoreError) {
        let user = try self.users.number(of: change.user, at: at, on: self.connection)
        let statement = try self.connection.statement(
            """
            INSERT INTO membership_events (key, user, action, role, status, joined_at, joined_seq, until, reason,
                by_user, duration) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
            """)
        statement.bind(1, key.value)
        statement.bind(2, user)
        statement.bind(3, change.action.rawValue)
        try self.bind(change.membership, to: statement, from: 4, at: at)
        statement.bind(11, change.durationSeconds)
        try statement.run()
    }

    private func insertSettingsEvent(_ settings: RoomSettings, at key: EventKey) throws(StoreError) {
        let statement = try self.connection.statement(
            """
            INSERT INTO settings_events (key, alias, title, topic, access, history_visibility, retention,
                retention_amount, slow_mode, members_invite) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        statement.bind(1, key.value)
        statement.bind(settings, from: 2)
        try statement.run()
    }

    private func writeSettings(_ settings: RoomSettings, of room: Int64) throws(StoreError) {
        let statement = try self.connection.statement(
            """
            UPDATE rooms SET alias = ?2, title = ?3, topic = ?4, access = ?5, history_visibility = ?6, retention = ?7,
                retention_amount = ?8, slow_mode = ?9, members_invite = ?10, search_text = ?11 WHERE no = ?1
            """)
        statement.bind(1, room)
        statement.bind(settings, from: 2)
        statement.bind(11, settings.searchText)
        try statement.run()
    }

    private func raiseVersion(of cursor: RoomCursor) throws(StoreError) {
        cursor.version += 1
        let statement = try self.connection.statement("UPDATE rooms SET version = ?2, member_count = ?3 WHERE no = ?1")
        statement.bind(1, cursor.identity.no)
        statement.bind(2, cursor.version)
        statement.bind(3, cursor.memberCount)
        try statement.run()
    }
}

extension MembershipChange {
    /// The change as it is stored: whoever comes in has come in at the event's own position.
    fileprivate func placed(at seq: Seq) -> MembershipChange {
        switch self.action {
        case .joined, .accepted:
            var membership = self.membership
            membership.joinedSeq = seq
            return MembershipChange(
                user: self.user, action: self.action, membership: membership, durationSeconds: self.durationSeconds)
        default: return self
        }
    }
}

extension Connection {
    /// - Throws: `conflict` when the stored membership is another than the one on which somebody decided.
    func checkMember(_ user: UserID, is expected: Membership?, in room: RoomIdentity) throws(StoreError) {
        guard try self.membership(of: user, in: room) == expected else {
            throw StoreError(.conflict, "the membership of \(user) in \(room.id) has changed")
        }
    }

    /// nil when there is no record.
    func membership(of user: UserID, in room: RoomIdentity) throws(StoreError) -> Membership? {
        let statement = try self.statement(
            """
            SELECT members.role, status, joined_at, joined_seq, until, reason, movers.id
            FROM users JOIN members ON members.room = ?2 AND members.user = users.no
                LEFT JOIN users movers ON movers.no = by_user
            WHERE users.id = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, user.value)
        statement.bind(2, room.no)
        return try statement.step() ? try statement.membership(from: 0) : nil
    }

    fileprivate func isMember(user: Int64, room: Int64) throws(StoreError) -> Bool {
        let statement = try self.statement("SELECT is_member FROM members WHERE room = ?1 AND user = ?2")
        defer { statement.reset() }
        statement.bind(1, room)
        statement.bind(2, user)
        return try statement.step() && statement.flag(0)
    }
}
