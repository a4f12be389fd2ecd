import ChatCore
import ChatModel

/// Appending to room logs: from a draft to its events.
extension WriteSession {
    /// A refusal is a result; any other failure ends the transaction.
    func result(of entry: LogEntry) throws(StoreError) -> Result<AppendOutcome, StoreError> {
        do throws(StoreError) {
            switch entry {
            case .room(let draft): return .success(try self.append(draft))
            case .user(let draft): return .success(.user(try self.append(draft)))
            }
        } catch {
            guard error.isRefusal else { throw error }
            return .failure(error)
        }
    }

    private func append(_ draft: RoomDraft) throws(StoreError) -> AppendOutcome {
        guard let clientID = draft.clientID else { return .room(try self.events(of: draft)) }
        let user = try self.users.number(of: draft.actor, at: draft.at, on: self.connection)
        let hash = IdempotencyIndex.hash(user: user, clientID)
        for key in try self.idempotency.candidates(hash, on: self.connection) {
            if let first = try self.connection.event(key, by: user, clientID) { return .duplicate(first) }
        }
        let events = try self.events(of: draft)
        if let event = events.last {
            let room = try self.rooms.cursor(ofEvent: event, on: self.connection)
            let key = EventKey(room: room.identity.no, seq: event.seq)
            try self.idempotency.record(hash, event: key, at: draft.at, on: self.connection)
        }
        return .room(events)
    }

    private func events(of draft: RoomDraft) throws(StoreError) -> [RoomEvent] {
        let cursor = try self.rooms.cursor(of: draft.room, on: self.connection)
        if let expected = draft.expectedVersion, expected != cursor.version {
            throw StoreError(.conflict, "room \(draft.room) is at version \(cursor.version), not \(expected)")
        }
        switch draft.change {
        case .message(let id, let content): return [try self.appendMessage(id, content, draft, cursor)]
        case .edit(let id, let content): return [try self.appendEdit(of: id, content, draft, cursor)]
        case .retract(let id, let reason): return try self.retract(id, reason: reason, draft, cursor)
        case .react(let id, let emote, let mode, let perUser, let perMessage):
            let limits = ReactionLimits(perUser: perUser, perMessage: perMessage)
            return try self.react(to: id, emote, mode, limits, draft, cursor)
        case .membership(let change, let replaced):
            try self.connection.checkMember(change.user.id, is: replaced, in: cursor.identity)
            return [try self.appendMembership(change, draft, cursor)]
        case .settings(let settings): return [try self.appendSettings(settings, draft, cursor)]
        case .delete: return [try self.appendDeletion(draft, cursor)]
        }
    }

    /// The next place in a room's log.
    struct Place {
        let key: EventKey
        let seq: Seq
        let archiveID: Int64
    }

    /// - Throws: `full` at the end of the number range.
    func nextPlace(in cursor: RoomCursor, at: Timestamp) throws(StoreError) -> Place {
        guard cursor.lastSeq < EventKey.maximumSeq else { throw StoreError(.full, "the room's log is at its end") }
        let (micros, overflow) = at.milliseconds.multipliedReportingOverflow(by: 1000)
        let archiveID = max(overflow ? 0 : micros, cursor.lastArchiveID &+ 1)
        cursor.lastSeq += 1
        cursor.lastArchiveID = archiveID
        self.rooms.touch(cursor)
        return Place(
            key: EventKey(room: cursor.identity.no, seq: cursor.lastSeq), seq: cursor.lastSeq, archiveID: archiveID)
    }

    func makeEvent(_ change: RoomEvent.Change, at place: Place, _ draft: RoomDraft, _ cursor: RoomCursor) -> RoomEvent {
        let room = cursor.identity
        return RoomEvent(
            room: room.id, number: room.number, epoch: room.epoch, seq: place.seq, archiveID: place.archiveID,
            at: draft.at, actor: draft.actor, change: change)
    }

    /// Writes the row of an event other than a message or edit.
    func insertEvent(
        _ kind: EventKind, at place: Place, _ draft: RoomDraft, target: MessageID? = nil, body: String? = nil
    ) throws(StoreError) {
        let actor = try self.users.number(of: draft.actor, at: draft.at, on: self.connection)
        let statement = try self.connection.statement(
            """
            INSERT INTO events (key, kind, actor, at, archive_id, target_id, client_id, body)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        statement.bind(1, place.key.value)
        statement.bind(2, kind.rawValue)
        statement.bind(3, actor)
        statement.bind(4, draft.at)
        statement.bind(5, place.archiveID)
        statement.bind(6, target)
        statement.bind(7, draft.clientID?.value)
        statement.bind(8, body)
        try statement.run()
    }
}

extension RoomCursors {
    /// The cursor of the room in which an event has just been made; a deletion's too.
    mutating func cursor(ofEvent event: RoomEvent, on connection: Connection) throws(StoreError) -> RoomCursor {
        if let known = self.known(event.room) { return known }
        return try self.cursor(of: event.room, on: connection)
    }
}
