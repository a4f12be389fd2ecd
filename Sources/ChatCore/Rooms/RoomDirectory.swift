package import ChatModel
import Synchronization

/// The rooms that are loaded on this node: each once, found by id or number.
package final class RoomDirectory: Sendable {
    fileprivate struct Table {
        var byNumber: [RoomNumber: Room] = [:]
        var byID: [RoomID: Room] = [:]
        /// Who waits for a room that another one is loading.
        var loading: [RoomReference: [CheckedContinuation<Void, Never>]] = [:]
        /// Rooms that were put away; one that somebody still holds must come back as the same object.
        var retired: [RoomID: WeakRoom] = [:]
    }

    fileprivate struct WeakRoom: Sendable {
        weak var room: Room?
    }

    private let table = Mutex(Table())
    private let store: any ChatStore
    private let limits: Limits
    private let clock: any WallClock

    package init(store: any ChatStore, limits: Limits, clock: any WallClock) {
        self.store = store
        self.limits = limits
        self.clock = clock
    }

    package var count: Int { self.table.withLock { $0.byID.count } }

    package func loadedRooms() -> [Room] { self.table.withLock { Array($0.byID.values) } }

    /// The room if it is loaded; costs no query.
    package func loaded(_ reference: RoomReference) -> Room? {
        self.table.withLock { $0.find(reference) }
    }

    /// The room, loaded if need be; nil when there is none.
    package func room(_ reference: RoomReference) async throws(ChatError) -> Room? {
        while true {
            if let room = self.loaded(reference) {
                room.touch(self.clock.now())
                return room
            }
            guard self.beginLoading(reference) else {
                await self.waitForLoader(of: reference)
                continue
            }
            let result: Result<Room?, ChatError>
            do throws(ChatError) { result = .success(try await self.load(reference)) } catch {
                result = .failure(error)
            }
            let waiting = self.table.withLock { $0.loading.removeValue(forKey: reference) } ?? []
            for continuation in waiting { continuation.resume() }
            return try result.get()
        }
    }

    /// The room or ``ChatError/Code/noSuchRoom``.
    package func existing(_ reference: RoomReference) async throws(ChatError) -> Room {
        guard let room = try await self.room(reference) else { throw ChatError(.noSuchRoom) }
        return room
    }

    package func forget(_ room: Room) {
        self.table.withLock { $0.remove(room) }
    }

    /// Puts away rooms in which nobody is and for which nobody asked since a time.
    package func evictIdle(since time: Timestamp) {
        self.table.withLock { table in
            table.retired = table.retired.filter { $0.value.room != nil }
            for room in table.byID.values where room.isIdle(since: time) {
                table.remove(room)
                table.retired[room.identity.id] = WeakRoom(room: room)
            }
        }
    }

    /// Whether the caller is the first who wants the room, and so the one to load it.
    private func beginLoading(_ reference: RoomReference) -> Bool {
        self.table.withLock { table in
            guard table.loading[reference] == nil else { return false }
            table.loading[reference] = []
            return true
        }
    }

    /// Waits until whoever is loading the room is done.
    private func waitForLoader(of reference: RoomReference) async {
        await withCheckedContinuation { continuation in
            let isLoading = self.table.withLock { table in
                guard table.loading[reference] != nil else { return false }
                table.loading[reference]?.append(continuation)
                return true
            }
            if !isLoading { continuation.resume() }
        }
    }

    private func load(_ reference: RoomReference) async throws(ChatError) -> Room? {
        do {
            guard let record = try await self.store.room(reference) else { return nil }
            // The other name of the same room may have been loaded meanwhile.
            if let room = self.table.withLock({ $0.find(.id(record.id)) ?? $0.revive(record.id) }) { return room }
            let members = try await self.store.members(of: record.id)
            let room = Room(
                state: RoomState(record: record, members: members), limits: self.limits, now: self.clock.now())
            return self.table.withLock { $0.insert(room) }
        } catch {
            throw ChatError(error)
        }
    }
}

extension RoomDirectory.Table {
    fileprivate func find(_ reference: RoomReference) -> Room? {
        switch reference {
        case .number(let number): self.byNumber[number]
        case .id(let id): self.byID[id]
        }
    }

    /// The room that is in the table from now on: one that somebody else put in meanwhile wins.
    fileprivate mutating func insert(_ room: Room) -> Room {
        if let present = self.byID[room.identity.id] { return present }
        self.byID[room.identity.id] = room
        self.byNumber[room.identity.number] = room
        return room
    }

    fileprivate mutating func revive(_ id: RoomID) -> Room? {
        guard let room = self.retired.removeValue(forKey: id)?.room else { return nil }
        return self.insert(room)
    }

    fileprivate mutating func remove(_ room: Room) {
        self.byID[room.identity.id] = nil
        self.byNumber[room.identity.number] = nil
    }
}
