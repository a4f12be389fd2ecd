import ChatCore
import ChatModel

extension Connection {
    /// How far each count goes.
    private static let most = 100
    /// How many of the newest events are looked through. Bounds the time for a user who never marks what he reads, in a
    /// room where hardly anything is news to him.
    private static let window: Seq = 10_000

    /// Messages and mentions with `after` < seq ≤ `through` that are news to a user: not his own, not retracted.
    func unread(of user: Int64, in room: Int64, after: Seq, through: Seq) throws(StoreError) -> UnreadCounts {
        guard after < through else { return UnreadCounts() }
        let messages = try self.statement(
            """
            SELECT count(*) FROM (SELECT 1 FROM events
                WHERE key > ?1 AND key <= ?2 AND kind = 0 AND actor <> ?3 AND flags & 1 = 0 LIMIT ?4)
            """)
        defer { messages.reset() }
        messages.bind(1, EventKey(room: room, seq: max(after, through - Self.window)).value)
        messages.bind(2, EventKey(room: room, seq: through).value)
        messages.bind(3, user)
        messages.bind(4, Self.most)
        let mentions = try self.statement(
            """
            SELECT count(*) FROM (SELECT 1 FROM mentions
                WHERE user = ?1 AND room = ?2 AND seq > ?3 AND seq <= ?4 LIMIT ?5)
            """)
        defer { mentions.reset() }
        mentions.bind(1, user)
        mentions.bind(2, room)
        mentions.bind(3, after)
        mentions.bind(4, through)
        mentions.bind(5, Self.most)
        return UnreadCounts(
            messages: try messages.step() ? messages.int(0) : 0, mentions: try mentions.step() ? mentions.int(0) : 0)
    }

    func readState(of user: UserID, in room: RoomID) throws(StoreError) -> (seq: Seq, unread: UnreadCounts) {
        let statement = try self.statement(
            """
            SELECT users.no, rooms.no, read_marks.seq, members.joined_seq, heads.last_seq
            FROM users JOIN rooms ON rooms.id = ?2 AND deleted_at IS NULL JOIN heads ON heads.room = rooms.no
                LEFT JOIN read_marks ON read_marks.user = users.no AND read_marks.room = rooms.no
                LEFT JOIN members ON members.room = rooms.no AND members.user = users.no
                    AND (is_member OR members.status = 'pending')
            WHERE users.id = ?1
            """)
        defer { statement.reset() }
        statement.bind(1, user.value)
        statement.bind(2, room.value)
        guard try statement.step() else { return (0, UnreadCounts()) }
        let mark = statement.optionalInteger(2)
        let joined = statement.optionalInteger(3)
        // A visitor who never marked anything has nothing to catch up with.
        guard mark != nil || joined != nil else { return (0, UnreadCounts()) }
        let unread = try self.unread(
            of: statement.integer(0), in: statement.integer(1), after: max(mark ?? 0, joined ?? 0),
            through: statement.integer(4))
        return (mark ?? 0, unread)
    }
}
