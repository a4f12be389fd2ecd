import ChatCore
import ChatModel

extension Connection {
    func insertAudit(_ entry: AuditEntry) throws(StoreError) {
        let statement = try self.statement(
            """
            INSERT INTO audit (at, actor, action, room, target, reason, duration)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        statement.bind(1, entry.at)
        statement.bind(2, entry.actor)
        statement.bind(3, entry.action)
        statement.bind(4, entry.room?.value)
        statement.bind(5, entry.target)
        statement.bind(6, entry.reason)
        statement.bind(7, entry.durationSeconds)
        try statement.run()
    }

    /// Newest first; of one room, or of all.
    func audit(of room: RoomID?, before: Int64?, limit: Int) throws(StoreError) -> [AuditEntry] {
        let statement =
            room == nil
            ? try self.statement(
                """
                SELECT id, at, actor, action, room, target, reason, duration FROM audit
                WHERE id < ?2 ORDER BY id DESC LIMIT ?3
                """)
            : try self.statement(
                """
                SELECT id, at, actor, action, room, target, reason, duration FROM audit
                WHERE room = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3
                """)
        defer { statement.reset() }
        if let room { statement.bind(1, room.value) }
        statement.bind(2, before ?? .max)
        statement.bind(3, PageSize.clamp(limit))
        var entries: [AuditEntry] = []
        while try statement.step() {
            entries.append(
                AuditEntry(
                    id: statement.integer(0), at: statement.time(1), actor: statement.text(2),
                    action: statement.text(3), room: statement.optionalText(4).map { RoomID($0) },
                    target: statement.optionalText(5), reason: statement.text(6),
                    durationSeconds: statement.optionalInteger(7)))
        }
        return entries
    }
}

/// How much one read gives at most, whatever it is asked for.
enum PageSize {
    static let maximum = 10_000

    static func clamp(_ limit: Int) -> Int { min(max(limit, 0), self.maximum) }
}
