import ChatCore
import ChatModel

extension WriteSession {
    /// - Throws: `exists` when the id is an account's or was one's.
    func createAccount(_ account: Account) throws(StoreError) {
        guard !(try self.connection.isIDTaken(account.id)) else {
            throw StoreError(.exists, "the name \(account.id) is or was an account's")
        }
        // Somebody who has been in events without an account keeps his row, and with it what he wrote.
        let statement = try self.connection.statement(
            """
            INSERT INTO users (id, username, display_name, is_guest, state, role, host_roles, password, created_at,
                last_seen_at, is_disabled, generation, tokens_valid_from, log_epoch)
            VALUES (?1, ?2, ?3, ?4, 1, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
            ON CONFLICT (id) DO UPDATE SET username = excluded.username, display_name = excluded.display_name,
                is_guest = excluded.is_guest, state = 1, role = excluded.role, host_roles = excluded.host_roles,
                password = excluded.password, created_at = excluded.created_at,
                last_seen_at = excluded.last_seen_at, is_disabled = excluded.is_disabled,
                generation = excluded.generation, tokens_valid_from = excluded.tokens_valid_from
            """)
        statement.bind(1, account.id.value)
        statement.bind(2, account.profile.username)
        statement.bind(3, account.profile.displayName)
        statement.bind(4, account.profile.isGuest)
        statement.bind(account, from: 5)
        statement.bind(13, RandomNames.epoch().value)
        try statement.run()
    }

    func updateAccount(_ id: UserID, _ change: AccountChange) throws(StoreError) -> Account {
        guard var account = try self.connection.account(id) else { throw StoreError(.notFound, "no account \(id)") }
        account.apply(change)
        let statement = try self.connection.statement(
            """
            UPDATE users SET display_name = ?2, role = ?3, host_roles = ?4, password = ?5, created_at = ?6,
                last_seen_at = ?7, is_disabled = ?8, generation = ?9, tokens_valid_from = ?10 WHERE id = ?1
            """)
        statement.bind(1, id.value)
        statement.bind(2, account.profile.displayName)
        statement.bind(account, from: 3)
        try statement.run()
        return account
    }

    func revokeToken(_ id: String, until: Timestamp) throws(StoreError) {
        let statement = try self.connection.statement(
            """
            INSERT INTO revoked_tokens (id, until) VALUES (?1, ?2)
            ON CONFLICT (id) DO UPDATE SET until = max(until, excluded.until)
            """)
        statement.bind(1, id)
        statement.bind(2, until)
        try statement.run()
    }
}

extension Account {
    fileprivate mutating func apply(_ change: AccountChange) {
        if let name = change.displayName { self.profile.displayName = name }
        if let role = change.role { self.role = role }
        if let roles = change.hostRoles { self.hostRoles = roles }
        if let record = change.passwordRecord { self.passwordRecord = record }
        if let isDisabled = change.isDisabled { self.isDisabled = isDisabled }
        if let seen = change.lastSeenAt { self.lastSeenAt = seen }
        if change.raisesGeneration { self.generation += 1 }
        if let time = change.tokensValidFrom { self.tokensValidFrom = max(time, self.tokensValidFrom ?? time) }
    }
}

extension Statement {
    /// Eight columns: role, host_roles, password, created_at, last_seen_at, is_disabled, generation,
    /// tokens_valid_from.
    fileprivate func bind(_ account: Account, from index: Int32) {
        self.bind(index, account.role.rawValue)
        self.bind(index + 1, account.hostRoles.joined(separator: "\n"))
        self.bind(index + 2, account.passwordRecord)
        self.bind(index + 3, account.createdAt)
        self.bind(index + 4, account.lastSeenAt)
        self.bind(index + 5, account.isDisabled)
        self.bind(index + 6, account.generation)
        self.bind(index + 7, account.tokensValidFrom)
    }
}

extension Connection {
    fileprivate func isIDTaken(_ id: UserID) throws(StoreError) -> Bool {
        let statement = try self.statement(
            "SELECT 1 FROM users WHERE id = ?1 AND state <> 0 UNION ALL SELECT 1 FROM retired_ids WHERE id = ?1")
        defer { statement.reset() }
        statement.bind(1, id.value)
        return try statement.step()
    }
}
