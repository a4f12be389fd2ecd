import ChatCore
import ChatModel

/// Keys of programs.
extension WriteSession {
    /// - Throws: `exists` when the id is taken, or the name by a key that is not revoked.
    func addAPIKey(_ key: APIKeyRecord) throws(StoreError) {
        guard !(try self.connection.isTaken(key)) else {
            throw StoreError(.exists, "an API key has the id \(key.id) or is called '\(key.name)'")
        }
        let statement = try self.connection.statement(
            """
            INSERT INTO api_keys (id, name, scopes, secret_hash, created_at, last_used_at, revoked_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        statement.bind(1, key.id)
        statement.bind(2, key.name)
        statement.bind(3, key.scopes.joined(separator: "\n"))
        statement.bind(4, key.secretHash)
        statement.bind(5, key.createdAt)
        statement.bind(6, key.lastUsedAt)
        statement.bind(7, key.revokedAt)
        try statement.run()
    }

    /// - Throws: `notFound` when no key that is not revoked has this name.
    func revokeAPIKey(named name: String, at: Timestamp) throws(StoreError) -> APIKeyRecord {
        let statement = try self.connection.statement(
            """
            UPDATE api_keys SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL
            RETURNING id, name, scopes, secret_hash, created_at, last_used_at, revoked_at
            """)
        defer { statement.reset() }
        statement.bind(1, name)
        statement.bind(2, at)
        guard try statement.step() else { throw StoreError(.notFound, "no API key is called '\(name)'") }
        return statement.apiKey()
    }

    func noteUse(ofAPIKey id: String, at: Timestamp) throws(StoreError) {
        let statement = try self.connection.statement(
            "UPDATE api_keys SET last_used_at = ?2 WHERE id = ?1 AND coalesce(last_used_at < ?2, 1)")
        statement.bind(1, id)
        statement.bind(2, at)
        try statement.run()
    }
}

extension Connection {
    func apiKey(_ id: String) throws(StoreError) -> APIKeyRecord? {
        let statement = try self.statement(
            """
            SELECT id, name, scopes, secret_hash, created_at, last_used_at, revoked_at FROM api_keys WHERE id = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, id)
        return try statement.step() ? statement.apiKey() : nil
    }

    /// Oldest first.
    func apiKeys() throws(StoreError) -> [APIKeyRecord] {
        let statement = try self.statement(
            """
            SELECT id, name, scopes, secret_hash, created_at, last_used_at, revoked_at FROM api_keys
            ORDER BY created_at, rowid
            """)
        defer { statement.reset() }
        var keys: [APIKeyRecord] = []
        while try statement.step() { keys.append(statement.apiKey()) }
        return keys
    }

    fileprivate func isTaken(_ key: APIKeyRecord) throws(StoreError) -> Bool {
        let statement = try self.statement(
            "SELECT 1 FROM api_keys WHERE id = ?1 OR (name = ?2 AND revoked_at IS NULL)")
        defer { statement.reset() }
        statement.bind(1, key.id)
        statement.bind(2, key.name)
        return try statement.step()
    }
}

extension Statement {
    /// Seven columns: id, name, scopes, secret_hash, created_at, last_used_at, revoked_at.
    fileprivate func apiKey() -> APIKeyRecord {
        APIKeyRecord(
            id: self.text(0), name: self.text(1), scopes: self.text(2).split(separator: "\n").map(String.init),
            secretHash: self.text(3), createdAt: self.time(4), lastUsedAt: self.optionalTime(5),
            revokedAt: self.optionalTime(6))
    }
}
