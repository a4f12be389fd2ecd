import ChatCore
import ChatModel

/// Reading room logs event by event.
extension Connection {
    func events(
        in room: RoomID, after: Seq, through: Seq, limit: Int
    ) throws(StoreError) -> [RoomEvent] {
        let identity = try self.identity(of: room)
        let statement = try self.statement(
            """
            SELECT key, kind, actor, at, archive_id, message_id, target_id, client_id, body, reply_to, mentions,
                metadata, version, edited_at, flags
            FROM events WHERE key > ?1 AND key <= ?2 ORDER BY key LIMIT ?3
            """)
        defer { statement.reset() }
        statement.bind(1, EventKey(room: identity.no, seq: after).value)
        statement.bind(2, EventKey(room: identity.no, seq: through).value)
        statement.bind(3, PageSize.clamp(limit))
        var decoder = EventDecoder(room: identity, connection: self)
        var events: [RoomEvent] = []
        while try statement.step() { events.append(try decoder.event(statement)) }
        return events
    }

    /// The event of a client id's first use; nil when the key is another's, or the event is gone.
    func event(_ key: EventKey, by user: Int64, _ clientID: ClientID) throws(StoreError) -> RoomEvent? {
        let statement = try self.statement(
            """
            SELECT key, kind, actor, at, archive_id, message_id, target_id, client_id, body, reply_to, mentions,
                metadata, version, edited_at, flags
            FROM events WHERE key = ?1 AND actor = ?2 AND client_id = ?3
            """)
        defer { statement.reset() }
        statement.bind(1, key.value)
        statement.bind(2, user)
        statement.bind(3, clientID.value)
        guard try statement.step() else { return nil }
        var decoder = EventDecoder(room: try self.identity(ofNumber: key.room), connection: self)
        return try decoder.event(statement)
    }

    /// Also of deleted rooms.
    func identity(ofNumber no: Int64) throws(StoreError) -> RoomIdentity {
        let statement = try self.statement("SELECT id, number, epoch FROM rooms WHERE no = ?1")
        defer { statement.reset() }
        statement.bind(1, no)
        guard try statement.step() else { throw StoreError(.damaged, "events of a room without a row") }
        return RoomIdentity(
            no: no, id: RoomID(statement.text(0)), number: try statement.roomNumber(1),
            epoch: Epoch(statement.text(2)))
    }

    // MARK: Users' logs

    /// nil for a user whom the database has not seen.
    func userPosition(_ user: UserID) throws(StoreError) -> (epoch: Epoch, seq: Seq)? {
        let statement = try self.statement("SELECT log_epoch, log_seq FROM users WHERE id = ?1")
        defer { statement.reset() }
        statement.bind(1, user.value)
        guard try statement.step() else { return nil }
        return (Epoch(statement.text(0)), statement.integer(1))
    }

    func userEvents(_ user: UserID, after: Seq, limit: Int) throws(StoreError) -> [UserEvent] {
        guard let no = try self.userNumber(user), let position = try self.userPosition(user) else { return [] }
        let profile = try self.profile(no)
        let statement = try self.statement(
            """
            SELECT user_events.seq, at, user_events.room, mark, display_name, rooms.id, rooms.number, heads.last_seq
            FROM user_events LEFT JOIN rooms ON rooms.no = user_events.room
                LEFT JOIN heads ON heads.room = user_events.room
            WHERE user = ?1 AND user_events.seq > ?2 ORDER BY user_events.seq LIMIT ?3
            """)
        defer { statement.reset() }
        statement.bind(1, no)
        statement.bind(2, after)
        statement.bind(3, PageSize.clamp(limit))
        var events: [UserEvent] = []
        while try statement.step() {
            let change = try self.userChange(statement, of: no, profile)
            events.append(
                UserEvent(
                    user: user, epoch: position.epoch, seq: statement.integer(0), at: statement.time(1),
                    change: change))
        }
        return events
    }

    private func userChange(
        _ row: Statement, of user: Int64, _ profile: UserProfile
    ) throws(StoreError) -> UserEvent.Change {
        if let name = row.optionalText(4) {
            return .profile(
                UserProfile(id: profile.id, username: profile.username, displayName: name, isGuest: profile.isGuest))
        }
        let mark = row.integer(3)
        let unread = try self.unread(of: user, in: row.integer(2), after: mark, through: row.integer(7))
        return .readMark(try row.roomNumber(6), RoomID(row.text(5)), seq: mark, unread: unread)
    }
}
