import ChatCore
import ChatModel

/// Making rooms and marking them deleted.
extension WriteSession {
    /// - Throws: `roomExists`, `aliasTaken`, `full` when no number is left; nothing is written then.
    func createRoom(_ room: NewRoom, creator: UserProfile?, at: Timestamp) throws(StoreError) -> RoomRecord {
        let id = room.id ?? RandomNames.room()
        guard !(try self.connection.isRoomIDTaken(id)) else { throw StoreError(.roomExists, "room \(id) exists") }
        let number = try self.number(for: room)
        if let alias = room.settings.alias {
            try self.connection.checkAlias(Folding.fold(alias), for: nil, at: at)
        }
        let record = RoomRecord(
            id: id, number: number, kind: room.kind, creator: creator?.id, createdAt: at, settings: room.settings,
            epoch: RandomNames.epoch(), lastSeq: creator == nil ? 0 : 1)
        let no = try self.insertRoom(record, isNumberAssigned: room.number == nil, creator: creator)
        try self.connection.claimAlias(room.settings.alias, for: no, at: at)
        if let creator { try self.appendFirstEvent(of: record, no, creator) }
        return record
    }

    /// Event 1: the creator came in.
    private func appendFirstEvent(of record: RoomRecord, _ no: Int64, _ creator: UserProfile) throws(StoreError) {
        let membership = Membership(role: .owner, status: .active, joinedAt: record.createdAt, joinedSeq: 1)
        let change = MembershipChange(user: creator, action: .joined, membership: membership)
        let draft = RoomDraft(
            room: record.id, actor: creator, at: record.createdAt, change: .membership(change, replacing: nil))
        let cursor = RoomCursor(
            identity: RoomIdentity(no: no, id: record.id, number: record.number, epoch: record.epoch), lastSeq: 0,
            lastArchiveID: 0, messages: 0, version: record.version - 1, memberCount: 0)
        _ = try self.appendMembership(change, draft, cursor)
        try self.rooms.writeHeads(on: self.connection)
    }

    private func number(for room: NewRoom) throws(StoreError) -> RoomNumber {
        guard let wanted = room.number else { return try self.freeNumber() }
        guard !(try self.connection.isRoomNumberTaken(wanted)) else {
            throw StoreError(.roomExists, "number \(wanted) is taken")
        }
        return wanted
    }

    /// The number after the greatest that was assigned so far, from 1,000 on: smaller ones are left to clients that
    /// choose their numbers.
    private func freeNumber() throws(StoreError) -> RoomNumber {
        let greatest = try self.connection.integer("SELECT max(number) FROM rooms WHERE is_number_assigned = 1") ?? 999
        var next = greatest + 1
        while let number = RoomNumber(next) {
            if !(try self.connection.isRoomNumberTaken(number)) { return number }
            next += 1
        }
        throw StoreError(.full, "no room number is left")
    }

    private func insertRoom(
        _ record: RoomRecord, isNumberAssigned: Bool, creator: UserProfile?
    ) throws(StoreError) -> Int64 {
        var creatorNumber: Int64?
        if let creator {
            creatorNumber = try self.users.number(of: creator, at: record.createdAt, on: self.connection)
        }
        let statement = try self.connection.statement(
            """
            INSERT INTO rooms (id, number, is_number_assigned, kind, creator, created_at, epoch, version, search_text,
                alias, title, topic, access, history_visibility, retention, retention_amount, slow_mode,
                members_invite)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
            """)
        statement.bind(1, record.id.value)
        statement.bind(2, Int64(record.number.value))
        statement.bind(3, isNumberAssigned)
        statement.bind(4, record.kind.rawValue)
        statement.bind(5, creatorNumber)
        statement.bind(6, record.createdAt)
        statement.bind(7, record.epoch.value)
        statement.bind(8, record.version)
        statement.bind(9, record.settings.searchText)
        statement.bind(record.settings, from: 10)
        try statement.run()
        let no = self.connection.lastInsertedRow
        guard no <= EventKey.maximumRoom else { throw StoreError(.full, "no room fits in any more") }
        let head = try self.connection.statement("INSERT INTO heads (room) VALUES (?1)")
        head.bind(1, no)
        try head.run()
        return no
    }
}

extension Connection {
    fileprivate func isRoomIDTaken(_ id: RoomID) throws(StoreError) -> Bool {
        let statement = try self.statement("SELECT 1 FROM rooms WHERE id = ?1")
        defer { statement.reset() }
        statement.bind(1, id.value)
        return try statement.step()
    }

    fileprivate func isRoomNumberTaken(_ number: RoomNumber) throws(StoreError) -> Bool {
        let statement = try self.statement("SELECT 1 FROM rooms WHERE number = ?1")
        defer { statement.reset() }
        statement.bind(1, Int64(number.value))
        return try statement.step()
    }

    /// The room's id and number stay taken; its alias begins to rest, and two users whose direct room it was may get
    /// another. Its events go with the next purge.
    func markRoomDeleted(_ room: Int64, at: Timestamp) throws(StoreError) {
        try self.claimAlias(nil, for: room, at: at)
        let statement = try self.statement(
            """
            UPDATE rooms SET deleted_at = ?2, version = version + 1, alias = NULL, title = '', topic = '',
                search_text = '' WHERE no = ?1
            """)
        statement.bind(1, room)
        statement.bind(2, at)
        try statement.run()
        let pair = try self.statement("DELETE FROM direct_rooms WHERE room = ?1")
        pair.bind(1, room)
        try pair.run()
    }
}
