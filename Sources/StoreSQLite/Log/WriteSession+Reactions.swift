import ChatCore
import ChatModel

/// How many emotes fit, each at least 1.
struct ReactionLimits {
    let perUser: Int
    let perMessage: Int
}

/// Reactions, decided inside the transaction.
extension WriteSession {
    private struct OwnReaction {
        let emote: String
        let seq: Seq
    }

    func react(
        to id: MessageID, _ emote: String, _ mode: ReactionMode, _ limits: ReactionLimits, _ draft: RoomDraft,
        _ cursor: RoomCursor
    ) throws(StoreError) -> [RoomEvent] {
        let stored = try self.liveMessage(id, in: cursor)
        let user = try self.users.number(of: draft.actor, at: draft.at, on: self.connection)
        let own = try self.reactions(of: user, to: stored.key)
        let has = own.first { $0.emote == emote }
        switch (mode, has) {
        case (.toggle, let reaction?), (.remove, let reaction?):
            return [try self.remove(reaction, from: id, stored.key, of: user, draft, cursor)]
        case (.remove, nil), (.add, .some):
            return []
        case (.toggle, nil), (.add, nil):
            let surplus = Array(own.prefix(max(0, own.count - max(1, limits.perUser) + 1)))
            try self.checkRoom(for: emote, on: stored.key, without: surplus, limits)
            var events: [RoomEvent] = []
            for reaction in surplus {
                events.append(try self.remove(reaction, from: id, stored.key, of: user, draft, cursor))
            }
            events.append(try self.add(emote, to: id, stored.key, of: user, draft, cursor))
            return events
        }
    }

    /// - Throws: `tooManyReactions` when the message bears as many other emotes as it may.
    private func checkRoom(
        for emote: String, on key: EventKey, without surplus: [OwnReaction], _ limits: ReactionLimits
    ) throws(StoreError) {
        let statement = try self.connection.statement("SELECT emote, total FROM reaction_totals WHERE message = ?1")
        defer { statement.reset() }
        statement.bind(1, key.value)
        var others = 0
        while try statement.step() {
            let other = statement.text(0)
            let removed = surplus.contains { $0.emote == other } ? 1 : 0
            if other != emote, statement.int(1) > removed { others += 1 }
        }
        guard others < max(1, limits.perMessage) else {
            throw StoreError(.tooManyReactions, "the message bears \(others) other emotes")
        }
    }

    /// Oldest first.
    private func reactions(of user: Int64, to key: EventKey) throws(StoreError) -> [OwnReaction] {
        let statement = try self.connection.statement(
            "SELECT emote, seq FROM reactions WHERE user = ?1 AND message = ?2 ORDER BY seq")
        defer { statement.reset() }
        statement.bind(1, user)
        statement.bind(2, key.value)
        var own: [OwnReaction] = []
        while try statement.step() { own.append(OwnReaction(emote: statement.text(0), seq: statement.integer(1))) }
        return own
    }

    private func add(
        _ emote: String, to id: MessageID, _ key: EventKey, of user: Int64, _ draft: RoomDraft, _ cursor: RoomCursor
    ) throws(StoreError) -> RoomEvent {
        let place = try self.nextPlace(in: cursor, at: draft.at)
        try self.insertEvent(.reactionAdded, at: place, draft, target: id, body: emote)
        let row = try self.connection.statement(
            "INSERT INTO reactions (message, emote, seq, user) VALUES (?1, ?2, ?3, ?4)")
        row.bind(1, key.value)
        row.bind(2, emote)
        row.bind(3, place.seq)
        row.bind(4, user)
        try row.run()
        let total = try self.connection.statement(
            """
            INSERT INTO reaction_totals (message, emote, total, first_seq) VALUES (?1, ?2, 1, ?3)
            ON CONFLICT (message, emote) DO UPDATE SET total = total + 1
            """)
        total.bind(1, key.value)
        total.bind(2, emote)
        total.bind(3, place.seq)
        try total.run()
        let mark = try self.connection.statement("UPDATE events SET flags = flags | 2 WHERE key = ?1 AND flags & 2 = 0")
        mark.bind(1, key.value)
        try mark.run()
        return self.makeEvent(.reactionAdded(id, emote: emote), at: place, draft, cursor)
    }

    private func remove(
        _ reaction: OwnReaction, from id: MessageID, _ key: EventKey, of user: Int64, _ draft: RoomDraft,
        _ cursor: RoomCursor
    ) throws(StoreError) -> RoomEvent {
        let place = try self.nextPlace(in: cursor, at: draft.at)
        try self.insertEvent(.reactionRemoved, at: place, draft, target: id, body: reaction.emote)
        try self.connection.deleteReaction(reaction.emote, seq: reaction.seq, from: key)
        return self.makeEvent(.reactionRemoved(id, emote: reaction.emote), at: place, draft, cursor)
    }
}

extension Connection {
    /// Deletes one reaction and counts it off.
    func deleteReaction(_ emote: String, seq: Seq, from key: EventKey) throws(StoreError) {
        let row = try self.statement("DELETE FROM reactions WHERE message = ?1 AND emote = ?2 AND seq = ?3")
        row.bind(1, key.value)
        row.bind(2, emote)
        row.bind(3, seq)
        try row.run()
        let total = try self.statement(
            "UPDATE reaction_totals SET total = total - 1 WHERE message = ?1 AND emote = ?2")
        total.bind(1, key.value)
        total.bind(2, emote)
        try total.run()
        let empty = try self.statement(
            "DELETE FROM reaction_totals WHERE message = ?1 AND emote = ?2 AND total <= 0")
        empty.bind(1, key.value)
        empty.bind(2, emote)
        try empty.run()
        let mark = try self.statement(
            """
            UPDATE events SET flags = flags & ~2
            WHERE key = ?1 AND NOT EXISTS (SELECT 1 FROM reaction_totals WHERE message = ?1)
            """)
        mark.bind(1, key.value)
        try mark.run()
    }

    /// Deletes all reactions to the messages in a range of keys.
    func deleteReactions(from first: EventKey, through last: EventKey) throws(StoreError) {
        let rows = try self.statement("DELETE FROM reactions WHERE message BETWEEN ?1 AND ?2")
        rows.bind(1, first.value)
        rows.bind(2, last.value)
        try rows.run()
        let totals = try self.statement("DELETE FROM reaction_totals WHERE message BETWEEN ?1 AND ?2")
        totals.bind(1, first.value)
        totals.bind(2, last.value)
        try totals.run()
    }
}
