import ChatCore
import ChatModel

extension Connection {
    func account(_ id: UserID) throws(StoreError) -> Account? {
        let statement = try self.statement(
            """
            SELECT id, username, display_name, is_guest, role, host_roles, password, created_at, last_seen_at,
                is_disabled, generation, tokens_valid_from FROM users WHERE id = ?1 AND state = 1
            """)
        defer { statement.reset() }
        statement.bind(1, id.value)
        return try statement.step() ? try statement.account() : nil
    }

    func accounts(matching query: AccountQuery) throws(StoreError) -> (total: Int, accounts: [Account]) {
        let text = Folding.fold(query.text)
        let counting = try self.statement(
            """
            SELECT count(*) FROM users
            WHERE state = 1 AND (?1 = '' OR instr(id, ?1) > 0) AND (?2 = 0 OR is_guest = 0)
            """)
        defer { counting.reset() }
        counting.bind(1, text)
        counting.bind(2, query.registeredOnly)
        let total = try counting.step() ? counting.int(0) : 0
        let statement = try self.statement(
            """
            SELECT id, username, display_name, is_guest, role, host_roles, password, created_at, last_seen_at,
                is_disabled, generation, tokens_valid_from FROM users
            WHERE state = 1 AND (?1 = '' OR instr(id, ?1) > 0) AND (?2 = 0 OR is_guest = 0)
            ORDER BY id LIMIT ?3 OFFSET ?4
            """)
        defer { statement.reset() }
        statement.bind(1, text)
        statement.bind(2, query.registeredOnly)
        statement.bind(3, PageSize.clamp(query.limit))
        statement.bind(4, max(0, query.offset))
        var accounts: [Account] = []
        while try statement.step() { accounts.append(try statement.account()) }
        return (total, accounts)
    }

    /// Ascending. A registered name that looks like a guest's is taken, too.
    func takenGuests() throws(StoreError) -> [UserID] {
        let statement = try self.statement(
            """
            SELECT id FROM users WHERE (is_guest = 1 AND state <> 2)
                OR (id GLOB 'guest[0-9]*' AND substr(id, 6) NOT GLOB '*[^0-9]*')
            UNION SELECT id FROM retired_ids WHERE id GLOB 'guest[0-9]*' AND substr(id, 6) NOT GLOB '*[^0-9]*'
            ORDER BY id
            """)
        defer { statement.reset() }
        var ids: [UserID] = []
        while try statement.step() { ids.append(UserID(canonical: statement.text(0))) }
        return ids
    }

    func revokedTokens(at now: Timestamp) throws(StoreError) -> [String] {
        let statement = try self.statement("SELECT id FROM revoked_tokens WHERE until > ?1")
        defer { statement.reset() }
        statement.bind(1, now)
        var ids: [String] = []
        while try statement.step() { ids.append(statement.text(0)) }
        return ids
    }
}

extension Statement {
    /// Twelve columns: the profile's four, role, host_roles, password, created_at, last_seen_at, is_disabled,
    /// generation, tokens_valid_from.
    fileprivate func account() throws(StoreError) -> Account {
        Account(
            profile: self.profile(from: 0), role: try self.value(4, as: ServerRole.self),
            hostRoles: self.text(5).split(separator: "\n").map(String.init), passwordRecord: self.optionalText(6),
            createdAt: self.time(7), lastSeenAt: self.optionalTime(8), isDisabled: self.flag(9),
            generation: self.integer(10), tokensValidFrom: self.optionalTime(11))
    }
}
