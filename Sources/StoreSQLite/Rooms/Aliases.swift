import ChatCore
import ChatModel

/// Aliases: unique after folding, and at rest for a while after their room gave them up.
extension Connection {
    /// How long nobody else gets a freed alias, in seconds: 30 days.
    private static let restSeconds: Int64 = 30 * 86_400

    /// Makes `alias` the room's only one; nil frees the one it had.
    /// - Throws: `aliasTaken`, with nothing written.
    func claimAlias(_ alias: String?, for room: Int64, at: Timestamp) throws(StoreError) {
        let name = alias.map(Folding.fold)
        if let name { try self.checkAlias(name, for: room, at: at) }
        let free = try self.statement(
            "UPDATE aliases SET freed_at = ?2 WHERE room = ?1 AND freed_at IS NULL AND name IS NOT ?3")
        free.bind(1, room)
        free.bind(2, at)
        free.bind(3, name)
        try free.run()
        guard let name else { return }
        let claim = try self.statement("INSERT OR REPLACE INTO aliases (name, room, freed_at) VALUES (?1, ?2, NULL)")
        claim.bind(1, name)
        claim.bind(2, room)
        try claim.run()
    }

    /// - Parameter room: who asks; may have its own alias back at any time.
    func checkAlias(_ name: String, for room: Int64?, at: Timestamp) throws(StoreError) {
        let statement = try self.statement("SELECT room, freed_at FROM aliases WHERE name = ?1")
        defer { statement.reset() }
        statement.bind(1, name)
        guard try statement.step(), statement.integer(0) != room else { return }
        if let freed = statement.optionalTime(1), freed.adding(seconds: Self.restSeconds) <= at { return }
        throw StoreError(.aliasTaken, "the alias '\(name)' is taken or rests")
    }
}
