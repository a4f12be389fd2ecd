package import ChatCore
package import ChatModel

/// The event logs.
extension SQLiteStore {
    package func append(
        _ entries: [LogEntry], completion: @escaping @Sendable ([Result<AppendOutcome, StoreError>]) -> Void
    ) {
        self.writer.append(AppendJob(entries: entries, completion: completion))
    }

    package func events(
        in room: RoomID, after: Seq, through: Seq, limit: Int
    ) async throws(StoreError) -> [RoomEvent] {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.events(in: room, after: after, through: through, limit: limit)
        }
    }

    package func messages(
        in room: RoomID, window: HistoryWindow, visibleFrom: Seq
    ) async throws(StoreError) -> MessagePage {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.messages(in: room, window: window, visibleFrom: visibleFrom)
        }
    }

    package func message(_ id: MessageID, in room: RoomID) async throws(StoreError) -> Message? {
        try await self.readers.read { (connection) throws(StoreError) in try connection.message(id, in: room) }
    }

    package func search(_ search: MessageSearch) async throws(StoreError) -> SearchResults {
        try await self.readers.read { (connection) throws(StoreError) in try connection.search(search) }
    }

    package func messageIDs(
        by sender: UserID, in room: RoomID, since: Timestamp
    ) async throws(StoreError) -> [MessageID] {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.messageIDs(by: sender, in: room, since: since)
        }
    }

    package func reactions(
        to message: MessageID, in room: RoomID, emote: String, after: UserID?, limit: Int
    ) async throws(StoreError) -> ReactionPage {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.reactions(to: message, in: room, emote: emote, after: after, limit: limit)
        }
    }

    package func userPosition(_ user: UserID) async throws(StoreError) -> (epoch: Epoch, seq: Seq) {
        let known = try await self.readers.read { (connection) throws(StoreError) in
            try connection.userPosition(user)
        }
        if let known { return known }
        return try await self.writer.write { (session) throws(StoreError) in
            let now = Timestamp.now
            _ = try session.users.number(of: user, at: now, on: session.connection)
            guard let made = try session.connection.userPosition(user) else {
                throw StoreError(.damaged, "user \(user) has no log")
            }
            return made
        }
    }

    package func userEvents(_ user: UserID, after: Seq, limit: Int) async throws(StoreError) -> [UserEvent] {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.userEvents(user, after: after, limit: limit)
        }
    }
}
