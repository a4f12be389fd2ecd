package import ChatCore
package import ChatModel

/// Purging and checking.
extension SQLiteStore {
    package func purge(now: Timestamp, limits: Limits) async throws(StoreError) -> [RoomID] {
        let keysThrough = now.adding(seconds: -limits.idempotencySeconds)
        try await self.repeatedly { (session) throws(StoreError) in
            try session.idempotency.dropOne(through: keysThrough, on: session.connection) ? [] : nil
        }
        try await self.repeatedly { (session) throws(StoreError) in
            try session.dropClaims(through: keysThrough) ? [] : nil
        }
        try await self.writer.write { (session) throws(StoreError) in try session.dropRevokedTokens(at: now) }
        let seenThrough = now.adding(seconds: -limits.guestIdleSeconds)
        var changed = try await self.repeatedly { (session) throws(StoreError) in
            try session.forgetSomeUsers(lastSeenThrough: seenThrough)
        }
        changed.formUnion(try await self.finishPending())
        changed.formUnion(try await self.purgeExpired(now: now))
        let deleted = try await self.deleteEmptyRooms(now: now)
        try await self.eraseDeletedRooms()
        try await self.writer.write { (session) throws(StoreError) in session.sweepErased() }
        return try await self.roomIDs(of: changed, and: deleted)
    }

    /// Takes up the deletions and moves of users that a crash or a failure left undone.
    private func finishPending() async throws(StoreError) -> Set<Int64> {
        var changed: Set<Int64> = []
        let erasures = try await self.readers.read { (connection) throws(StoreError) in
            try connection.pendingErasures()
        }
        for erasure in erasures {
            // Whoever began it may not have come to tell.
            changed.formUnion(try await self.messageRooms(of: erasure.user))
            changed.formUnion(
                try await self.finishDeletion(of: erasure.user, removesMessages: erasure.removesMessages))
        }
        let moves = try await self.readers.read { (connection) throws(StoreError) in try connection.pendingMoves() }
        for move in moves { changed.formUnion(try await self.finishMove(from: move.guest, to: move.account)) }
        return changed
    }

    private func purgeExpired(now: Timestamp) async throws(StoreError) -> Set<Int64> {
        let retained = try await self.readers.read { (connection) throws(StoreError) in
            try connection.roomsWithRetention(at: now)
        }
        var changed: Set<Int64> = []
        for (room, expiry) in retained {
            let erased = try await self.repeatedly { (session) throws(StoreError) in
                try session.eraseExpired(in: room, expiry) ? [room] : nil
            }
            changed.formUnion(erased)
        }
        return changed
    }

    private func deleteEmptyRooms(now: Timestamp) async throws(StoreError) -> Set<RoomID> {
        let empty = try await self.readers.read { (connection) throws(StoreError) in
            try connection.emptyRooms(at: now)
        }
        var deleted: Set<RoomID> = []
        for room in empty {
            let id = try await self.writer.write { (session) throws(StoreError) in
                try session.deleteEmptyRoom(room.no, at: now)
            }
            if let id { deleted.insert(id) }
        }
        return deleted
    }

    private func eraseDeletedRooms() async throws(StoreError) {
        let rooms = try await self.readers.read { (connection) throws(StoreError) in try connection.roomsToErase() }
        for room in rooms {
            try await self.repeatedly { (session) throws(StoreError) in
                try session.eraseExpired(in: room, .all) ? [room] : nil
            }
            try await self.repeatedly { (session) throws(StoreError) in
                try session.eraseMembers(of: room) ? [room] : nil
            }
        }
    }

    /// Runs a step, each time in a transaction of its own, until it says with nil that nothing is left.
    /// - Returns: All rooms that the steps changed.
    @discardableResult
    func repeatedly(
        _ step: @escaping @Sendable (WriteSession) throws(StoreError) -> Set<Int64>?
    ) async throws(StoreError) -> Set<Int64> {
        var rooms: Set<Int64> = []
        while let changed = try await self.writer.write(step) { rooms.formUnion(changed) }
        return rooms
    }

    package func check() async throws(StoreError) -> StoreReport {
        try await self.readers.read { (connection) throws(StoreError) in try connection.check() }
    }

    package func statistics() async throws(StoreError) -> StoreStatistics {
        try await self.readers.read { (connection) throws(StoreError) in try connection.statistics() }
    }
}
