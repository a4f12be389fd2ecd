import ChatModel

extension ChatService {
    /// Words of a search, at most; more are refused.
    private static let mostSearchWords = 8

    /// Finds messages of one room that the actor may see.
    func search(_ query: MessageQuery, in reference: RoomReference, by actor: Actor) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.require(.read, of: actor, in: room)
        guard query.text.utf8.count <= 256 else { throw ChatError(.invalidArgument, detail: "256 bytes at most") }
        let words = query.text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
        guard (1...Self.mostSearchWords).contains(words.count) else {
            throw ChatError(.invalidArgument, detail: "1 to \(Self.mostSearchWords) words")
        }
        let now = self.clock.now()
        let identity = room.identity
        guard let visibleFrom = room.withState({ $0.visibleFrom(actor, now: now) }) else {
            return .found([], room: identity, epoch: room.epoch, next: nil)
        }
        do {
            let found = try await self.store.search(
                MessageSearch(
                    room: identity.id, words: words, visibleFrom: visibleFrom, before: query.before,
                    limit: min(max(query.limit, 1), 100), scanLimit: self.limits.searchScan))
            return .found(found.messages, room: identity, epoch: room.epoch, next: found.next)
        } catch {
            throw ChatError(error)
        }
    }
}
