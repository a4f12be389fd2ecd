import ChatCore
import ChatModel

/// Finding messages by words: a scan of one room's key range. An index over all words would cost every message some
/// scattered pages; this costs only who searches, and no more than the given number of rows and a bounded amount of text.
extension Connection {
    /// How much text one search goes through, as ``SearchedText/work`` counts it: far more than the usual number of
    /// usual messages has, and some tens of milliseconds of a thread that others wait for.
    static let mostSearchWork = 4 * 1024 * 1024

    func search(_ search: MessageSearch) throws(StoreError) -> SearchResults {
        let identity = try self.identity(of: search.room)
        let pattern = SearchPattern(search.words)
        let first = max(search.visibleFrom, try self.firstSeq(of: identity.no), 1)
        // Positions come from clients; within these bounds a step aside cannot overflow.
        let last = search.before.map { min(max($0, 0), EventKey.maximumSeq) - 1 } ?? EventKey.maximumSeq
        guard first <= last, !pattern.isEmpty else { return SearchResults(messages: [], next: nil) }
        let scan = try self.scan(
            from: EventKey(room: identity.no, seq: first), through: EventKey(room: identity.no, seq: last), pattern,
            limit: max(1, PageSize.clamp(search.limit)), scanLimit: max(1, search.scanLimit))
        var decoder = EventDecoder(room: identity, connection: self)
        var messages: [Message] = []
        for key in scan.found {
            if let message = try self.message(at: key, &decoder) { messages.append(message) }
        }
        return SearchResults(messages: messages, next: scan.end.flatMap { $0 > first ? $0 : nil })
    }

    /// Steps through a key range, newest first, until enough is found or read.
    /// - Returns: What was found, and the position at which the scan stopped; nil when it came to the range's end.
    private func scan(
        from first: EventKey, through last: EventKey, _ pattern: SearchPattern, limit: Int, scanLimit: Int
    ) throws(StoreError) -> (found: [EventKey], end: Seq?) {
        // A tombstone's body is empty and matches nothing.
        let statement = try self.statement(
            "SELECT key, kind, body FROM events WHERE key >= ?1 AND key <= ?2 ORDER BY key DESC")
        defer { statement.reset() }
        statement.bind(1, first.value)
        statement.bind(2, last.value)
        var found: [EventKey] = []
        var rows = 0
        var text = SearchedText()
        while try statement.step() {
            let key = EventKey(value: statement.integer(0))
            rows += 1
            if statement.integer(1) == EventKind.message.rawValue {
                statement.withText(2) { text.replace(with: $0) }
                if pattern.matches(text) { found.append(key) }
            }
            if rows == scanLimit || found.count == limit || text.work >= Self.mostSearchWork {
                return (found, key.seq)
            }
        }
        return (found, nil)
    }

    private func firstSeq(of room: Int64) throws(StoreError) -> Seq {
        let statement = try self.statement("SELECT first_seq FROM heads WHERE room = ?1")
        defer { statement.reset() }
        statement.bind(1, room)
        return try statement.step() ? statement.integer(0) : 1
    }

    private func message(at key: EventKey, _ decoder: inout EventDecoder) throws(StoreError) -> Message? {
        let statement = try self.statement(
            """
            SELECT key, kind, actor, at, archive_id, message_id, target_id, client_id, body, reply_to, mentions,
                metadata, version, edited_at, flags
            FROM events WHERE key = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, key.value)
        return try statement.step() ? try decoder.messageWithReactions(statement) : nil
    }
}
