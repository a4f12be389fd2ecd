import ChatCore
import ChatModel

/// Messages, edits and retractions.
extension WriteSession {
    /// Where a message is stored and what an act upon it needs to know.
    struct StoredMessageRow {
        let key: EventKey
        let flags: Int64
        let version: Int64
        /// User numbers with spaces between.
        let mentions: String

        var isRetracted: Bool { self.flags & EventFlags.retracted != 0 }
    }

    func appendMessage(
        _ id: MessageID, _ content: MessageContent, _ draft: RoomDraft, _ cursor: RoomCursor
    ) throws(StoreError) -> RoomEvent {
        let author = try self.users.author(draft.actor, at: draft.at, on: self.connection)
        let mentions = try self.mentionNumbers(content.mentions, at: draft.at)
        let place = try self.nextPlace(in: cursor, at: draft.at)
        try self.insertContent(.message, id, content, mentions, version: 1, at: place, by: author, draft)
        try self.insertMentions(mentions, of: place.key, except: author)
        cursor.messages += 1
        let message = Message(
            id: id, seq: place.seq, archiveID: place.archiveID, sender: draft.actor, sentAt: draft.at,
            content: content, clientID: draft.clientID)
        return self.makeEvent(.message(message), at: place, draft, cursor)
    }

    /// The message's own row shows the new text at once; the event's row keeps it in its place in the log.
    func appendEdit(
        of id: MessageID, _ content: MessageContent, _ draft: RoomDraft, _ cursor: RoomCursor
    ) throws(StoreError) -> RoomEvent {
        let stored = try self.liveMessage(id, in: cursor)
        let author = try self.users.number(of: draft.actor, at: draft.at, on: self.connection)
        let mentions = try self.mentionNumbers(content.mentions, at: draft.at)
        let version = Int32(clamping: stored.version &+ 1)
        let place = try self.nextPlace(in: cursor, at: draft.at)
        try self.insertContent(
            .edited, id, content, mentions, version: Int64(version), at: place, by: author, draft)
        try self.deleteMentions(stored.mentions, of: stored.key)
        try self.insertMentions(mentions, of: stored.key, except: try self.author(of: stored.key))
        try self.rewrite(stored.key, content, mentions, version: Int64(version), at: draft.at)
        let edit = EditedMessage(id: id, content: content, version: version)
        return self.makeEvent(.edited(edit), at: place, draft, cursor)
    }

    func retract(
        _ id: MessageID, reason: String, _ draft: RoomDraft, _ cursor: RoomCursor
    ) throws(StoreError) -> [RoomEvent] {
        let stored = try self.storedMessage(id, in: cursor)
        guard !stored.isRetracted else { return [] }
        let place = try self.nextPlace(in: cursor, at: draft.at)
        try self.insertEvent(.retracted, at: place, draft, target: id, body: reason)
        try self.eraseContent(id, stored)
        return [self.makeEvent(.retracted(id, reason: reason), at: place, draft, cursor)]
    }

    /// Takes away what a message said, in all its versions, its reactions and mentions; leaves a tombstone.
    func eraseContent(_ id: MessageID, _ stored: StoredMessageRow) throws(StoreError) {
        let message = try self.connection.statement(
            """
            UPDATE events SET body = '', reply_to = NULL, mentions = NULL, metadata = NULL,
                flags = (flags | 1) & ~2 WHERE key = ?1
            """)
        message.bind(1, stored.key.value)
        try message.run()
        let edits = try self.connection.statement(
            """
            UPDATE events SET body = '', reply_to = NULL, mentions = NULL, metadata = NULL
            WHERE message_id = ?1 AND kind = 1
            """)
        edits.bind(1, id)
        try edits.run()
        try self.deleteMentions(stored.mentions, of: stored.key)
        try self.connection.deleteReactions(from: stored.key, through: stored.key)
    }

    // MARK: Rows

    /// - Throws: `notFound` when the message is not in the room or is a tombstone.
    func liveMessage(_ id: MessageID, in cursor: RoomCursor) throws(StoreError) -> StoredMessageRow {
        let stored = try self.storedMessage(id, in: cursor)
        guard !stored.isRetracted else { throw StoreError(.notFound, "the message is retracted") }
        return stored
    }

    /// - Throws: `notFound` when the message is not in the room.
    func storedMessage(_ id: MessageID, in cursor: RoomCursor) throws(StoreError) -> StoredMessageRow {
        guard let stored = try self.storedMessage(id), stored.key.room == cursor.identity.no else {
            throw StoreError(.notFound, "no such message in room \(cursor.identity.id)")
        }
        return stored
    }

    func storedMessage(_ id: MessageID) throws(StoreError) -> StoredMessageRow? {
        let statement = try self.connection.statement(
            "SELECT key, flags, version, mentions FROM events WHERE message_id = ?1 AND kind = 0")
        defer { statement.reset() }
        statement.bind(1, id)
        guard try statement.step() else { return nil }
        return StoredMessageRow(
            key: EventKey(value: statement.integer(0)), flags: statement.integer(1), version: statement.integer(2),
            mentions: statement.text(3))
    }

    private func author(of key: EventKey) throws(StoreError) -> Int64 {
        let statement = try self.connection.statement("SELECT actor FROM events WHERE key = ?1")
        defer { statement.reset() }
        statement.bind(1, key.value)
        return try statement.step() ? statement.integer(0) : 0
    }

    private func insertContent(
        _ kind: EventKind, _ id: MessageID, _ content: MessageContent, _ mentions: [Int64], version: Int64,
        at place: Place, by author: Int64, _ draft: RoomDraft
    ) throws(StoreError) {
        let statement = try self.connection.statement(
            """
            INSERT INTO events (key, kind, actor, at, archive_id, message_id, client_id, body, reply_to, mentions,
                metadata, version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """)
        statement.bind(1, place.key.value)
        statement.bind(2, kind.rawValue)
        statement.bind(3, author)
        statement.bind(4, draft.at)
        statement.bind(5, place.archiveID)
        statement.bind(6, id)
        statement.bind(7, draft.clientID?.value)
        statement.bind(8, content.body)
        statement.bind(9, content.replyTo)
        statement.bind(10, MentionList.text(mentions))
        statement.bind(11, content.metadata?.text)
        statement.bind(12, version)
        try statement.run()
    }

    private func rewrite(
        _ key: EventKey, _ content: MessageContent, _ mentions: [Int64], version: Int64, at: Timestamp
    ) throws(StoreError) {
        let statement = try self.connection.statement(
            """
            UPDATE events SET body = ?2, reply_to = ?3, mentions = ?4, metadata = ?5, version = ?6, edited_at = ?7
            WHERE key = ?1
            """)
        statement.bind(1, key.value)
        statement.bind(2, content.body)
        statement.bind(3, content.replyTo)
        statement.bind(4, MentionList.text(mentions))
        statement.bind(5, content.metadata?.text)
        statement.bind(6, version)
        statement.bind(7, at)
        try statement.run()
    }

    // MARK: Mentions

    private func mentionNumbers(_ users: [UserID], at: Timestamp) throws(StoreError) -> [Int64] {
        guard !users.isEmpty else { return [] }
        var numbers: [Int64] = []
        for user in users { numbers.append(try self.users.number(of: user, at: at, on: self.connection)) }
        return numbers
    }

    /// Nobody has a mention of himself to read.
    private func insertMentions(_ users: [Int64], of key: EventKey, except author: Int64) throws(StoreError) {
        for user in users where user != author {
            let statement = try self.connection.statement(
                "INSERT OR IGNORE INTO mentions (user, room, seq) VALUES (?1, ?2, ?3)")
            statement.bind(1, user)
            statement.bind(2, key.room)
            statement.bind(3, key.seq)
            try statement.run()
        }
    }

    private func deleteMentions(_ list: String, of key: EventKey) throws(StoreError) {
        for user in MentionList.numbers(list) { try self.connection.deleteMention(of: user, in: key) }
    }
}

/// The users whom a message mentions, as its row keeps them: by number, so that a renamed user is renamed here too.
enum MentionList {
    static func text(_ users: [Int64]) -> String? {
        users.isEmpty ? nil : users.map(String.init).joined(separator: " ")
    }

    static func numbers(_ text: String) -> [Int64] { text.split(separator: " ").compactMap { Int64($0) } }
}

extension Connection {
    func deleteMention(of user: Int64, in key: EventKey) throws(StoreError) {
        let statement = try self.statement("DELETE FROM mentions WHERE user = ?1 AND room = ?2 AND seq = ?3")
        statement.bind(1, user)
        statement.bind(2, key.room)
        statement.bind(3, key.seq)
        try statement.run()
    }
}
