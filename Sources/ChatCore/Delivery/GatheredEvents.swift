import ChatModel

/// What one pass over an inbox has for each room, so that a receiver gets one run of bytes for all of it.
struct GatheredEvents {
    /// In order of first mention; few rooms have something in one pass.
    private var rooms: [(room: Room, events: [RoomEvent])] = []
    private var places: [ObjectIdentifier: Int] = [:]
    /// Events of one run at the most: bounds how large one shared buffer grows.
    private let runLimit = 256

    mutating func add(_ events: [RoomEvent], of room: Room, whenFull deliver: ([RoomEvent], Room) -> Void) {
        guard let place = self.places[ObjectIdentifier(room)] else {
            self.places[ObjectIdentifier(room)] = self.rooms.count
            self.rooms.append((room, events))
            return
        }
        self.rooms[place].events.append(contentsOf: events)
        if self.rooms[place].events.count >= self.runLimit { self.take(room, deliver) }
    }

    /// Hands over what is gathered for one room.
    mutating func take(_ room: Room, _ deliver: ([RoomEvent], Room) -> Void) {
        guard let place = self.places[ObjectIdentifier(room)] else { return }
        let events = self.rooms[place].events
        guard !events.isEmpty else { return }
        self.rooms[place].events = []
        deliver(events, room)
    }

    mutating func takeAll(_ deliver: ([RoomEvent], Room) -> Void) {
        let rooms = self.rooms
        self.rooms.removeAll(keepingCapacity: true)
        self.places.removeAll(keepingCapacity: true)
        for (room, events) in rooms where !events.isEmpty { deliver(events, room) }
    }
}
