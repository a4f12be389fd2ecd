import ChatCore

/// Brings a database's schema up to this binary's.
struct Migrator {
    let connection: Connection

    /// The steps that the database lacks.
    /// - Throws: `damaged` when a newer release has written it.
    func pending() throws(StoreError) -> [Migration] {
        let version = try self.connection.integer("PRAGMA user_version") ?? 0
        guard version <= Migration.newest else {
            throw StoreError(
                .damaged,
                "the database has schema \(version), newer than \(Migration.newest), the newest that this release knows"
            )
        }
        return Migration.all.filter { $0.version > version }
    }

    /// Applies what is pending, each step in a transaction of its own, and returns their names.
    func run() throws(StoreError) -> [String] {
        var applied: [String] = []
        while let next = try self.pending().first {
            if try self.apply(next) { applied.append(next.name) }
        }
        return applied
    }

    /// False when another process was quicker.
    private func apply(_ migration: Migration) throws(StoreError) -> Bool {
        try self.connection.execute("BEGIN IMMEDIATE")
        do {
            let isPending = try self.pending().contains { $0.version == migration.version }
            if isPending {
                try self.connection.execute(migration.sql)
                try self.connection.execute("PRAGMA user_version = \(migration.version)")
            }
            try self.connection.execute("COMMIT")
            return isPending
        } catch {
            if self.connection.isInTransaction { try? self.connection.execute("ROLLBACK") }
            throw error
        }
    }
}
