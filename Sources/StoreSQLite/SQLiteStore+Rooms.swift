package import ChatCore
package import ChatModel

/// Rooms, members and the audit log.
extension SQLiteStore {
    package func createRoom(
        _ room: NewRoom, creator: UserProfile?, at: Timestamp
    ) async throws(StoreError) -> RoomRecord {
        try await self.writer.write { (session) throws(StoreError) in
            try session.createRoom(room, creator: creator, at: at)
        }
    }

    package func openDirect(
        _ opener: UserProfile, _ other: UserProfile, at: Timestamp
    ) async throws(StoreError) -> DirectRoom {
        try await self.writer.write { (session) throws(StoreError) in try session.openDirect(opener, other, at: at) }
    }

    package func directRoom(of one: UserID, and other: UserID) async throws(StoreError) -> RoomRecord? {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.directRoom(of: one, and: other)
        }
    }

    package func room(_ reference: RoomReference) async throws(StoreError) -> RoomRecord? {
        try await self.readers.read { (connection) throws(StoreError) in try connection.room(reference) }
    }

    package func members(of room: RoomID) async throws(StoreError) -> [StoredMember] {
        try await self.readers.read { (connection) throws(StoreError) in try connection.members(of: room) }
    }

    package func rooms(of user: UserID) async throws(StoreError) -> [UserRoom] {
        try await self.readers.read { (connection) throws(StoreError) in try connection.rooms(of: user) }
    }

    package func readState(
        of user: UserID, in room: RoomID
    ) async throws(StoreError) -> (seq: Seq, unread: UnreadCounts) {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.readState(of: user, in: room)
        }
    }

    package func rooms(matching query: RoomQuery, member: UserID?) async throws(StoreError) -> [RoomSummary] {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.rooms(matching: query, member: member)
        }
    }

    package func audit(of room: RoomID?, before: Int64?, limit: Int) async throws(StoreError) -> [AuditEntry] {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.audit(of: room, before: before, limit: limit)
        }
    }

    package func appendAudit(_ entry: AuditEntry) async throws(StoreError) {
        try await self.writer.write { (session) throws(StoreError) in try session.connection.insertAudit(entry) }
    }
}
