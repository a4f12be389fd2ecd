import ChatCore
import ChatModel

extension Connection {
    /// Usernames that a summary names.
    private static let summaryNames = 20

    /// One summary for each emote, in the order in which they came up.
    func reactionSummaries(of key: EventKey) throws(StoreError) -> [ReactionSummary] {
        let statement = try self.statement(
            "SELECT emote, total FROM reaction_totals WHERE message = ?1 ORDER BY first_seq")
        defer { statement.reset() }
        statement.bind(1, key.value)
        var summaries: [ReactionSummary] = []
        while try statement.step() {
            let emote = statement.text(0)
            let names = try self.firstUsernames(reacting: emote, to: key)
            summaries.append(ReactionSummary(emote: emote, total: statement.int(1), usernames: names))
        }
        return summaries
    }

    private func firstUsernames(reacting emote: String, to key: EventKey) throws(StoreError) -> [String] {
        let statement = try self.statement(
            """
            SELECT username FROM reactions JOIN users ON users.no = user
            WHERE message = ?1 AND emote = ?2 ORDER BY seq LIMIT ?3
            """)
        defer { statement.reset() }
        statement.bind(1, key.value)
        statement.bind(2, emote)
        statement.bind(3, Self.summaryNames)
        var names: [String] = []
        while try statement.step() { names.append(statement.text(0)) }
        return names
    }

    func reactions(
        to message: MessageID, in room: RoomID, emote: String, after: UserID?, limit: Int
    ) throws(StoreError) -> ReactionPage {
        let identity = try self.identity(of: room)
        let found = try self.statement("SELECT key FROM events WHERE message_id = ?1 AND kind = 0")
        defer { found.reset() }
        found.bind(1, message)
        guard try found.step(), EventKey(value: found.integer(0)).room == identity.no else {
            throw StoreError(.notFound, "no such message in room \(room)")
        }
        let limit = max(1, PageSize.clamp(limit))
        let statement = try self.statement(
            """
            SELECT id, username, display_name, is_guest FROM reactions JOIN users ON users.no = user
            WHERE message = ?1 AND emote = ?2 AND id > ?3 ORDER BY id LIMIT ?4
            """)
        defer { statement.reset() }
        statement.bind(1, found.integer(0))
        statement.bind(2, emote)
        statement.bind(3, after?.value ?? "")
        statement.bind(4, limit + 1)
        var users: [UserProfile] = []
        while try statement.step() { users.append(statement.profile(from: 0)) }
        let page = Array(users.prefix(limit))
        return ReactionPage(users: page, next: users.count > limit ? page.last?.id : nil)
    }
}
