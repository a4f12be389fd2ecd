import ChatCore
import ChatModel

/// The numbers by which the database knows users, for those who wrote lately.
struct UserNumbers {
    private struct Entry {
        let no: Int64
        var hasMessages: Bool
    }

    /// Some 100 bytes each.
    private static let capacity = 32_768

    private var entries: [UserID: Entry] = [:]

    /// The user's number; a user whom the database has not seen gets a row without an account.
    mutating func number(
        of profile: UserProfile, at: Timestamp, on connection: Connection
    ) throws(StoreError) -> Int64 {
        try self.entry(profile.id, at: at, on: connection) { profile }.no
    }

    /// The same for somebody of whom only the id is known.
    mutating func number(of id: UserID, at: Timestamp, on connection: Connection) throws(StoreError) -> Int64 {
        try self.entry(id, at: at, on: connection) { UserProfile(id: id, username: id.value) }.no
    }

    /// The number of somebody who sends a message; his first one is noted, so that he is never just forgotten.
    mutating func author(_ profile: UserProfile, at: Timestamp, on connection: Connection) throws(StoreError) -> Int64 {
        var entry = try self.entry(profile.id, at: at, on: connection) { profile }
        guard !entry.hasMessages else { return entry.no }
        let statement = try connection.statement("UPDATE users SET has_messages = 1 WHERE no = ?1")
        statement.bind(1, entry.no)
        try statement.run()
        entry.hasMessages = true
        self.entries[profile.id] = entry
        return entry.no
    }

    mutating func forgetAll() { self.entries.removeAll(keepingCapacity: true) }

    private mutating func entry(
        _ id: UserID, at: Timestamp, on connection: Connection, profile: () -> UserProfile
    ) throws(StoreError) -> Entry {
        if let known = self.entries[id] { return known }
        if self.entries.count >= Self.capacity { self.entries.removeAll(keepingCapacity: true) }
        let entry: Entry
        if let stored = try self.stored(id, on: connection) {
            entry = stored
        } else {
            entry = Entry(no: try connection.insertSeenUser(profile(), at: at), hasMessages: false)
        }
        self.entries[id] = entry
        return entry
    }

    private func stored(_ id: UserID, on connection: Connection) throws(StoreError) -> Entry? {
        let statement = try connection.statement("SELECT no, has_messages FROM users WHERE id = ?1")
        defer { statement.reset() }
        statement.bind(1, id.value)
        guard try statement.step() else { return nil }
        return Entry(no: statement.integer(0), hasMessages: statement.flag(1))
    }
}

extension Connection {
    /// A row for somebody who appears in events without an account.
    fileprivate func insertSeenUser(_ profile: UserProfile, at: Timestamp) throws(StoreError) -> Int64 {
        let statement = try self.statement(
            """
            INSERT INTO users (id, username, display_name, is_guest, state, created_at, log_epoch)
            VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)
            """)
        statement.bind(1, profile.id.value)
        statement.bind(2, profile.username)
        statement.bind(3, profile.displayName)
        statement.bind(4, profile.isGuest)
        statement.bind(5, at)
        statement.bind(6, RandomNames.epoch().value)
        try statement.run()
        return self.lastInsertedRow
    }

    /// nil for somebody whom the database has never seen.
    func userNumber(_ id: UserID) throws(StoreError) -> Int64? {
        let statement = try self.statement("SELECT no FROM users WHERE id = ?1")
        defer { statement.reset() }
        statement.bind(1, id.value)
        return try statement.step() ? statement.integer(0) : nil
    }
}
