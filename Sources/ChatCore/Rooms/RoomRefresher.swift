import ChatModel

/// Brings loaded rooms up to what the store has, after something changed there without an event.
final class RoomRefresher: Sendable {
    private let rooms: RoomDirectory
    private let store: any ChatStore
    private let hub: Hub
    private let clock: any WallClock

    init(rooms: RoomDirectory, store: any ChatStore, hub: Hub, clock: any WallClock) {
        self.rooms = rooms
        self.store = store
        self.hub = hub
        self.clock = clock
    }

    func refresh(_ ids: [RoomID]) async {
        for id in ids {
            if let room = self.rooms.loaded(.id(id)) { await self.refresh(room) }
        }
    }

    /// Every loaded room: another process has changed something, and did not say where.
    func refreshAll() async {
        for room in self.rooms.loadedRooms() { await self.refresh(room) }
    }

    /// Reads members and settings anew; again when events come in between.
    func refresh(_ room: Room) async {
        for _ in 0..<16 {
            let count = room.changeCount
            do {
                guard let record = try await self.store.room(.id(room.identity.id)) else {
                    room.vanish(through: self.hub)
                    return self.rooms.forget(room)
                }
                let members = try await self.store.members(of: room.identity.id)
                let now = self.clock.now()
                if room.refresh(record, members, changeCount: count, at: now, through: self.hub) { return }
                // What was read is stored but not published yet; it will be in a moment.
                await Task.yield()
            } catch {
                // The store does not answer: the next conflict tries again.
                return
            }
        }
    }
}
