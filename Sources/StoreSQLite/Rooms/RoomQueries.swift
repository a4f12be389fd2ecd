import ChatCore
import ChatModel

/// Reading rooms and members.
extension Connection {
    func room(_ reference: RoomReference) throws(StoreError) -> RoomRecord? {
        let statement: Statement
        switch reference {
        case .id(let id):
            statement = try self.statement(
                """
                SELECT rooms.id, number, kind, creators.id, rooms.created_at, epoch, last_seq, version,
                    alias, title, topic, access, history_visibility, retention, retention_amount, slow_mode,
                    members_invite
                FROM rooms JOIN heads ON heads.room = rooms.no LEFT JOIN users creators ON creators.no = creator
                WHERE rooms.id = ?1 AND deleted_at IS NULL
                """)
            statement.bind(1, id.value)
        case .number(let number):
            statement = try self.statement(
                """
                SELECT rooms.id, number, kind, creators.id, rooms.created_at, epoch, last_seq, version,
                    alias, title, topic, access, history_visibility, retention, retention_amount, slow_mode,
                    members_invite
                FROM rooms JOIN heads ON heads.room = rooms.no LEFT JOIN users creators ON creators.no = creator
                WHERE number = ?1 AND deleted_at IS NULL
                """)
            statement.bind(1, Int64(number.value))
        }
        defer { statement.reset() }
        return try statement.step() ? try statement.roomRecord(from: 0) : nil
    }

    /// - Throws: `notFound` for rooms that never were or are deleted.
    func identity(of room: RoomID) throws(StoreError) -> RoomIdentity {
        let statement = try self.statement("SELECT no, number, epoch FROM rooms WHERE id = ?1 AND deleted_at IS NULL")
        defer { statement.reset() }
        statement.bind(1, room.value)
        guard try statement.step() else { throw StoreError(.notFound, "no room \(room)") }
        return RoomIdentity(
            no: statement.integer(0), id: room, number: try statement.roomNumber(1), epoch: Epoch(statement.text(2)))
    }

    func lastSeq(of room: Int64) throws(StoreError) -> Seq {
        let statement = try self.statement("SELECT last_seq FROM heads WHERE room = ?1")
        defer { statement.reset() }
        statement.bind(1, room)
        return try statement.step() ? statement.integer(0) : 0
    }

    /// Ascending by user id.
    func members(of room: RoomID) throws(StoreError) -> [StoredMember] {
        let identity = try self.identity(of: room)
        let statement = try self.statement(
            """
            SELECT users.id, users.username, users.display_name, users.is_guest,
                members.role, status, joined_at, joined_seq, until, reason, movers.id
            FROM members JOIN users ON users.no = user LEFT JOIN users movers ON movers.no = by_user
            WHERE room = ?1 ORDER BY users.id
            """)
        defer { statement.reset() }
        statement.bind(1, identity.no)
        var members: [StoredMember] = []
        while try statement.step() {
            members.append(
                StoredMember(profile: statement.profile(from: 0), membership: try statement.membership(from: 4)))
        }
        return members
    }

    func rooms(of user: UserID) throws(StoreError) -> [UserRoom] {
        guard let no = try self.userNumber(user) else { return [] }
        let statement = try self.statement(
            """
            SELECT rooms.id, number, kind, creators.id, rooms.created_at, epoch, last_seq, version,
                alias, title, topic, access, history_visibility, retention, retention_amount, slow_mode,
                members_invite,
                members.role, status, joined_at, joined_seq, until, reason, movers.id,
                rooms.no, coalesce(read_marks.seq, 0)
            FROM members JOIN rooms ON rooms.no = members.room JOIN heads ON heads.room = rooms.no
                LEFT JOIN users creators ON creators.no = creator LEFT JOIN users movers ON movers.no = by_user
                LEFT JOIN read_marks ON read_marks.user = members.user AND read_marks.room = rooms.no
            WHERE members.user = ?1 AND (is_member OR status = 'pending') AND deleted_at IS NULL
            ORDER BY number
            """)
        defer { statement.reset() }
        statement.bind(1, no)
        var rooms: [UserRoom] = []
        while try statement.step() {
            let record = try statement.roomRecord(from: 0)
            let membership = try statement.membership(from: 17)
            let mark = statement.integer(25)
            let unread = try self.unread(
                of: no, in: statement.integer(24), after: max(mark, membership.joinedSeq), through: record.lastSeq)
            rooms.append(UserRoom(record: record, membership: membership, readSeq: mark, unread: unread))
        }
        return rooms
    }

    func rooms(matching query: RoomQuery, member: UserID?) throws(StoreError) -> [RoomSummary] {
        var no: Int64 = 0
        if let member { no = try self.userNumber(member) ?? 0 }
        let statement = try self.statement(
            """
            SELECT rooms.id, number, kind, creators.id, rooms.created_at, epoch, last_seq, version,
                alias, title, topic, access, history_visibility, retention, retention_amount, slow_mode,
                members_invite, member_count
            FROM rooms JOIN heads ON heads.room = rooms.no LEFT JOIN users creators ON creators.no = creator
            WHERE number > ?1 AND deleted_at IS NULL AND (?2 = '' OR instr(search_text, ?2) > 0)
                AND (access = 'public' OR EXISTS (SELECT 1 FROM members
                    WHERE members.room = rooms.no AND members.user = ?3 AND is_member))
            ORDER BY number LIMIT ?4
            """)
        defer { statement.reset() }
        statement.bind(1, Int64(query.after?.value ?? 0))
        statement.bind(2, Folding.fold(query.text))
        statement.bind(3, no)
        statement.bind(4, PageSize.clamp(query.limit))
        var rooms: [RoomSummary] = []
        while try statement.step() {
            rooms.append(RoomSummary(record: try statement.roomRecord(from: 0), members: statement.int(17)))
        }
        return rooms
    }
}

extension Statement {
    /// Seventeen columns: id, number, kind, the creator's id, created_at, epoch, last_seq, version, settings.
    fileprivate func roomRecord(from column: Int32) throws(StoreError) -> RoomRecord {
        RoomRecord(
            id: RoomID(self.text(column)), number: try self.roomNumber(column + 1),
            kind: try self.value(column + 2, as: RoomKind.self),
            creator: self.optionalText(column + 3).map(UserID.init(canonical:)), createdAt: self.time(column + 4),
            settings: try self.settings(from: column + 8), epoch: Epoch(self.text(column + 5)),
            lastSeq: self.integer(column + 6), version: self.integer(column + 7))
    }
}
