package import ChatModel

/// The room of exactly two accounts, as opening it has found or made it.
package struct DirectRoom: Sendable {
    package let record: RoomRecord
    package let isNew: Bool
    /// What opening has stored, ascending, for whoever has the room in memory: both `joined` when it is new, the
    /// `joined` of who had left and is back, mostly nothing.
    package let events: [RoomEvent]

    package init(record: RoomRecord, isNew: Bool, events: [RoomEvent]) {
        self.record = record
        self.isNew = isNew
        self.events = events
    }
}
