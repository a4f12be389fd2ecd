import ChatCore
import ChatModel

/// Pages of messages, and single ones.
extension Connection {
    /// Ids that one call of ``messageIDs(by:in:since:)`` gives at most.
    private static let mostMessageIDs = 1000

    /// Which seqs a page is taken from, and from which end.
    private enum Direction {
        case ascending, descending
    }

    func messages(
        in room: RoomID, window: HistoryWindow, visibleFrom: Seq
    ) throws(StoreError) -> MessagePage {
        let identity = try self.identity(of: room)
        let first = max(visibleFrom, 1)
        let limit = max(1, PageSize.clamp(window.limit))
        let messages = try self.messages(identity, try self.anchor(window.anchor, identity, first), first, limit)
        // An empty page has its place, too: something may lie on either side of the anchor.
        let edges = try self.edges(of: messages, anchor: window.anchor, identity, first)
        return MessagePage(
            room: room, number: identity.number, epoch: identity.epoch, messages: messages,
            hasMoreBefore: edges.before, hasMoreAfter: edges.after)
    }

    func message(_ id: MessageID, in room: RoomID) throws(StoreError) -> Message? {
        guard let identity = try self.identityIfAny(of: room) else { return nil }
        let statement = try self.statement(
            """
            SELECT key, kind, actor, at, archive_id, message_id, target_id, client_id, body, reply_to, mentions,
                metadata, version, edited_at, flags
            FROM events WHERE message_id = ?1 AND kind = 0
            """)
        defer { statement.reset() }
        statement.bind(1, id)
        guard try statement.step(), EventKey(value: statement.integer(0)).room == identity.no else { return nil }
        var decoder = EventDecoder(room: identity, connection: self)
        return try decoder.messageWithReactions(statement)
    }

    /// Newest first, tombstones left out.
    func messageIDs(by sender: UserID, in room: RoomID, since: Timestamp) throws(StoreError) -> [MessageID] {
        let identity = try self.identity(of: room)
        guard let no = try self.userNumber(sender) else { return [] }
        // Archive ids ascend with seq and are never behind the clock: where they end, so do the messages.
        let (micros, overflow) = since.milliseconds.multipliedReportingOverflow(by: 1000)
        let earliest = overflow ? (since.milliseconds < 0 ? Int64.min : .max) : micros
        let statement = try self.statement(
            """
            SELECT archive_id, message_id, kind = 0 AND actor = ?3 AND at >= ?4 AND flags & 1 = 0
            FROM events WHERE key > ?1 AND key <= ?2 ORDER BY key DESC
            """)
        defer { statement.reset() }
        statement.bind(1, EventKey(room: identity.no, seq: 0).value)
        statement.bind(2, EventKey(room: identity.no, seq: EventKey.maximumSeq).value)
        statement.bind(3, no)
        statement.bind(4, since)
        var ids: [MessageID] = []
        while ids.count < Self.mostMessageIDs, try statement.step(), statement.integer(0) >= earliest {
            if statement.flag(2), let id = statement.messageID(1) { ids.append(id) }
        }
        return ids
    }

    /// A user's messages in all rooms, newest first.
    func messages(
        by sender: UserID, offset: Int, limit: Int
    ) throws(StoreError) -> (total: Int, messages: [(RoomNumber, Message)]) {
        guard let no = try self.userNumber(sender) else { return (0, []) }
        let keys = try self.keys(by: no, offset: offset, limit: limit)
        var messages: [(RoomNumber, Message)] = []
        for key in keys {
            if let message = try self.message(at: key) { messages.append(message) }
        }
        return (try self.messageCount(by: no), messages)
    }

    // MARK: Pages

    /// The ranges of seqs that make a page, each with its share of the limit.
    private func messages(
        _ identity: RoomIdentity, _ anchor: HistoryWindow.Anchor, _ first: Seq, _ limit: Int
    ) throws(StoreError) -> [Message] {
        switch anchor {
        case .before(let seq): return try self.page(identity, first, seq - 1, .descending, limit)
        case .after(let seq): return try self.page(identity, max(first, seq + 1), .max, .ascending, limit)
        case .around(let seq):
            let before = limit / 2
            let earlier = before == 0 ? [] : try self.page(identity, first, seq - 1, .descending, before)
            return earlier + (try self.page(identity, max(first, seq), .max, .ascending, limit - before))
        case .end, .beforeMessage, .afterMessage, .aroundMessage:
            return try self.page(identity, first, .max, .descending, limit)
        }
    }

    /// The anchor by position.
    /// - Throws: `notFound` for a message that is not in the room, or not for this reader.
    private func anchor(
        _ anchor: HistoryWindow.Anchor, _ identity: RoomIdentity, _ first: Seq
    ) throws(StoreError) -> HistoryWindow.Anchor {
        switch anchor {
        case .end: return .end
        // Positions come from clients; within these bounds a step aside cannot overflow.
        case .before(let seq): return .before(min(max(seq, 0), EventKey.maximumSeq))
        case .after(let seq): return .after(min(max(seq, 0), EventKey.maximumSeq))
        case .around(let seq): return .around(min(max(seq, 0), EventKey.maximumSeq))
        case .beforeMessage(let id): return .before(try self.seq(of: id, identity, first))
        case .afterMessage(let id): return .after(try self.seq(of: id, identity, first))
        case .aroundMessage(let id): return .around(try self.seq(of: id, identity, first))
        }
    }

    private func seq(of id: MessageID, _ identity: RoomIdentity, _ first: Seq) throws(StoreError) -> Seq {
        let statement = try self.statement("SELECT key FROM events WHERE message_id = ?1 AND kind = 0")
        defer { statement.reset() }
        statement.bind(1, id)
        if try statement.step() {
            let key = EventKey(value: statement.integer(0))
            if key.room == identity.no, key.seq >= first { return key.seq }
        }
        throw StoreError(.notFound, "no such message in room \(identity.id)")
    }

    /// Up to `limit` messages with `first` ≤ seq ≤ `last` from one end of the range, ascending.
    private func page(
        _ identity: RoomIdentity, _ first: Seq, _ last: Seq, _ direction: Direction, _ limit: Int
    ) throws(StoreError) -> [Message] {
        guard first <= last else { return [] }
        let statement =
            direction == .ascending
            ? try self.statement(
                """
                SELECT key, kind, actor, at, archive_id, message_id, target_id, client_id, body, reply_to, mentions,
                    metadata, version, edited_at, flags
                FROM events WHERE key >= ?1 AND key <= ?2 AND kind = 0 ORDER BY key LIMIT ?3
                """)
            : try self.statement(
                """
                SELECT key, kind, actor, at, archive_id, message_id, target_id, client_id, body, reply_to, mentions,
                    metadata, version, edited_at, flags
                FROM events WHERE key >= ?1 AND key <= ?2 AND kind = 0 ORDER BY key DESC LIMIT ?3
                """)
        defer { statement.reset() }
        statement.bind(1, EventKey(room: identity.no, seq: first).value)
        statement.bind(2, EventKey(room: identity.no, seq: last).value)
        statement.bind(3, limit)
        var decoder = EventDecoder(room: identity, connection: self)
        var messages: [Message] = []
        messages.reserveCapacity(limit)
        while try statement.step() { messages.append(try decoder.messageWithReactions(statement)) }
        if direction == .descending { messages.reverse() }
        return messages
    }

    /// Whether there are visible messages on either side of a page.
    private func edges(
        of messages: [Message], anchor: HistoryWindow.Anchor, _ identity: RoomIdentity, _ first: Seq
    ) throws(StoreError) -> (before: Bool, after: Bool) {
        guard let oldest = messages.first?.seq, let newest = messages.last?.seq else {
            let any = try self.hasMessage(identity, first, .max)
            switch anchor {
            case .before, .beforeMessage: return (false, any)
            case .after, .afterMessage: return (any, false)
            case .end, .around, .aroundMessage: return (any, false)
            }
        }
        return (
            try self.hasMessage(identity, first, oldest - 1), try self.hasMessage(identity, newest + 1, .max)
        )
    }

    private func hasMessage(_ identity: RoomIdentity, _ first: Seq, _ last: Seq) throws(StoreError) -> Bool {
        guard first <= last else { return false }
        let statement = try self.statement(
            "SELECT 1 FROM events WHERE key >= ?1 AND key <= ?2 AND kind = 0 LIMIT 1")
        defer { statement.reset() }
        statement.bind(1, EventKey(room: identity.no, seq: first).value)
        statement.bind(2, EventKey(room: identity.no, seq: last).value)
        return try statement.step()
    }

    // MARK: By author

    /// The index holds the author, so the rows of others are not touched.
    private func keys(by user: Int64, offset: Int, limit: Int) throws(StoreError) -> [EventKey] {
        let statement = try self.statement(
            """
            SELECT key FROM events INDEXED BY events_by_message
            WHERE message_id IS NOT NULL AND kind = 0 AND actor = ?1 ORDER BY message_id DESC LIMIT ?2 OFFSET ?3
            """)
        defer { statement.reset() }
        statement.bind(1, user)
        statement.bind(2, PageSize.clamp(limit))
        statement.bind(3, max(0, offset))
        var keys: [EventKey] = []
        while try statement.step() { keys.append(EventKey(value: statement.integer(0))) }
        return keys
    }

    private func messageCount(by user: Int64) throws(StoreError) -> Int {
        let statement = try self.statement(
            """
            SELECT count(*) FROM events INDEXED BY events_by_message
            WHERE message_id IS NOT NULL AND kind = 0 AND actor = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, user)
        return try statement.step() ? statement.int(0) : 0
    }

    private func message(at key: EventKey) throws(StoreError) -> (RoomNumber, Message)? {
        let identity = try self.identity(ofNumber: key.room)
        let statement = try self.statement(
            """
            SELECT key, kind, actor, at, archive_id, message_id, target_id, client_id, body, reply_to, mentions,
                metadata, version, edited_at, flags
            FROM events WHERE key = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, key.value)
        guard try statement.step() else { return nil }
        var decoder = EventDecoder(room: identity, connection: self)
        return (identity.number, try decoder.messageWithReactions(statement))
    }

    private func identityIfAny(of room: RoomID) throws(StoreError) -> RoomIdentity? {
        do throws(StoreError) {
            return try self.identity(of: room)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }
}
