package import ChatCore
package import ChatModel

/// Purging and checking.
extension SQLiteStore {
    package func purge(now: Timestamp, limits: Limits) async throws(StoreError) {
        let keysThrough = now.adding(seconds: -limits.idempotencySeconds)
        try await self.repeatedly { (session) throws(StoreError) in
            try session.idempotency.dropOne(through: keysThrough, on: session.connection)
        }
        try await self.writer.write { (session) throws(StoreError) in try session.dropRevokedTokens(at: now) }
        let seenThrough = now.adding(seconds: -limits.guestIdleSeconds)
        try await self.repeatedly { (session) throws(StoreError) in
            try session.forgetSomeUsers(lastSeenThrough: seenThrough)
        }
        let pending = try await self.readers.read { (connection) throws(StoreError) in
            try connection.pendingErasures()
        }
        for erasure in pending {
            try await self.finishDeletion(of: erasure.user, removesMessages: erasure.removesMessages)
        }
        let moves = try await self.readers.read { (connection) throws(StoreError) in try connection.pendingMoves() }
        for move in moves { try await self.finishMove(from: move.guest, to: move.account) }
        try await self.purgeRooms(now: now)
    }

    private func purgeRooms(now: Timestamp) async throws(StoreError) {
        let retained = try await self.readers.read { (connection) throws(StoreError) in
            try connection.roomsWithRetention(at: now)
        }
        for (room, expiry) in retained {
            try await self.repeatedly { (session) throws(StoreError) in
                try session.eraseExpired(in: room, expiry)
            }
        }
        let empty = try await self.readers.read { (connection) throws(StoreError) in
            try connection.emptyRooms(at: now)
        }
        for room in empty {
            try await self.writer.write { (session) throws(StoreError) in
                try session.deleteEmptyRoom(room.no, at: now)
            }
        }
        let deleted = try await self.readers.read { (connection) throws(StoreError) in try connection.roomsToErase() }
        for room in deleted {
            try await self.repeatedly { (session) throws(StoreError) in try session.eraseExpired(in: room, .all) }
            try await self.repeatedly { (session) throws(StoreError) in try session.eraseMembers(of: room) }
        }
        try await self.writer.write { (session) throws(StoreError) in session.sweepErased() }
    }

    /// Runs a step, each time in a transaction of its own, until it says that nothing is left.
    private func repeatedly(
        _ step: @escaping @Sendable (WriteSession) throws(StoreError) -> Bool
    ) async throws(StoreError) {
        while try await self.writer.write(step) {}
    }

    package func check() async throws(StoreError) -> StoreReport {
        try await self.readers.read { (connection) throws(StoreError) in try connection.check() }
    }

    package func statistics() async throws(StoreError) -> StoreStatistics {
        try await self.readers.read { (connection) throws(StoreError) in try connection.statistics() }
    }
}
