import ChatCore
import ChatModel

/// Looking for damage.
extension Connection {
    /// Lines of findings that are told before the rest is only counted.
    private static let mostFindings = 20

    func check() throws(StoreError) -> StoreReport {
        var lines: [String] = []
        var isSound = true
        for (what, findings) in [
            ("database pages", try self.quickCheck()), ("room logs without holes", try self.logGaps()),
            ("rows that belong to something", try self.orphans()),
        ] {
            lines.append("\(what): \(findings.isEmpty ? "sound" : "\(findings.count) findings")")
            lines += findings.prefix(Self.mostFindings).map { "  " + $0 }
            isSound = isSound && findings.isEmpty
        }
        return StoreReport(isSound: isSound, lines: lines)
    }

    private func quickCheck() throws(StoreError) -> [String] {
        let statement = try self.statement("PRAGMA quick_check")
        defer { statement.reset() }
        var lines: [String] = []
        while try statement.step() { lines.append(statement.text(0)) }
        return lines == ["ok"] ? [] : lines
    }

    /// Rooms whose events are not exactly first_seq…last_seq, or whose count of messages is wrong.
    private func logGaps() throws(StoreError) -> [String] {
        let statement = try self.statement(
            """
            SELECT id, first_seq, last_seq, messages, count(key), min(key & 68719476735), max(key & 68719476735),
                coalesce(sum(events.kind = 0), 0)
            FROM heads JOIN rooms ON rooms.no = heads.room
                LEFT JOIN events ON key BETWEEN (heads.room << 36) AND ((heads.room << 36) | 68719476735)
            GROUP BY heads.room
            """)
        defer { statement.reset() }
        var findings: [String] = []
        while try statement.step() {
            let first = statement.integer(1)
            let last = statement.integer(2)
            let count = statement.integer(4)
            let isDense =
                count == last - first + 1
                && (count == 0 || (statement.integer(5) == first && statement.integer(6) == last))
            if !isDense {
                findings.append("room \(statement.text(0)): \(count) events where \(first)…\(last) should be")
            } else if statement.integer(3) != statement.integer(7) {
                findings.append(
                    "room \(statement.text(0)): \(statement.integer(7)) messages, not \(statement.integer(3))")
            }
        }
        return findings
    }

    private func orphans() throws(StoreError) -> [String] {
        var findings: [String] = []
        for (what, count) in [
            (
                "events of no room",
                try self.integer("SELECT count(*) FROM events WHERE key >> 36 NOT IN (SELECT no FROM rooms)")
            ),
            (
                "rooms without a head",
                try self.integer("SELECT count(*) FROM rooms WHERE no NOT IN (SELECT room FROM heads)")
            ),
            (
                "members of no room",
                try self.integer("SELECT count(*) FROM members WHERE room NOT IN (SELECT no FROM rooms)")
            ),
            (
                "members who are nobody",
                try self.integer("SELECT count(*) FROM members WHERE user NOT IN (SELECT no FROM users)")
            ),
            (
                "rooms with miscounted members",
                try self.integer(
                    """
                    SELECT count(*) FROM rooms WHERE deleted_at IS NULL AND member_count <>
                        (SELECT count(*) FROM members WHERE members.room = rooms.no AND is_member)
                    """)
            ),
            (
                "pairs without a direct room",
                try self.integer(
                    """
                    SELECT count(*) FROM direct_rooms WHERE room NOT IN
                        (SELECT no FROM rooms WHERE kind = 'direct' AND deleted_at IS NULL)
                    """)
            ),
            (
                "reactions to nothing",
                try self.integer("SELECT count(*) FROM reactions WHERE message NOT IN (SELECT key FROM events)")
            ),
            (
                "miscounted reactions",
                try self.integer(
                    """
                    SELECT count(*) FROM reaction_totals WHERE total <> (SELECT count(*) FROM reactions
                        WHERE reactions.message = reaction_totals.message AND reactions.emote = reaction_totals.emote)
                    """)
            ),
            (
                "membership events without details",
                try self.integer(
                    "SELECT count(*) FROM events WHERE kind = 5 AND key NOT IN (SELECT key FROM membership_events)")
            ),
            (
                "settings events without details",
                try self.integer(
                    "SELECT count(*) FROM events WHERE kind = 6 AND key NOT IN (SELECT key FROM settings_events)")
            ),
        ] {
            if let count, count > 0 { findings.append("\(count) \(what)") }
        }
        return findings
    }

    func statistics() throws(StoreError) -> StoreStatistics {
        let pages = try self.integer("PRAGMA page_count") ?? 0
        let pageSize = try self.integer("PRAGMA page_size") ?? 0
        return StoreStatistics(
            bytes: pages * pageSize,
            rooms: Int(try self.integer("SELECT count(*) FROM rooms WHERE deleted_at IS NULL") ?? 0),
            accounts: Int(try self.integer("SELECT count(*) FROM users WHERE state = 1") ?? 0),
            schemaVersion: Int(try self.integer("PRAGMA user_version") ?? 0))
    }
}
