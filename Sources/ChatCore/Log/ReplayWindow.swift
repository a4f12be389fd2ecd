package import ChatModel
import NIOCore

/// The newest events of a room, kept in memory so that a client that was away for a moment costs no query.
package struct ReplayWindow: Sendable {
    private var events = CircularBuffer<RoomEvent>()
    private let limit: Int

    package init(limit: Int) { self.limit = limit }

    package var newest: Seq? { self.events.last?.seq }

    package mutating func append(_ event: RoomEvent) {
        guard self.limit > 0 else { return }
        // A jump means that events went by unseen: what is older is of no use any more.
        if let last = self.events.last, event.seq != last.seq + 1 { self.events.removeAll() }
        if self.events.count == self.limit { self.events.removeFirst() }
        self.events.append(event)
    }

    /// The events after a position, oldest first; nil when the window does not reach back that far.
    package func events(after seq: Seq) -> [RoomEvent]? {
        guard let first = self.events.first?.seq, let last = self.events.last?.seq else { return nil }
        guard seq >= first - 1 else { return nil }
        guard seq < last else { return [] }
        return Array(self.events.suffix(Int(clamping: last - seq)))
    }

    /// Takes the content of a retracted message out of memory as well.
    package mutating func replace(_ event: RoomEvent) {
        guard let first = self.events.first?.seq else { return }
        let offset = event.seq - first
        guard offset >= 0, offset < Int64(self.events.count) else { return }
        self.events[self.events.index(self.events.startIndex, offsetBy: Int(offset))] = event
    }

    /// The event that made a message, when it is still in the window.
    package func message(_ id: MessageID) -> RoomEvent? {
        self.events.last { event in
            if case .message(let message) = event.change { return message.id == id }
            return false
        }
    }

    package func edits(of id: MessageID) -> [RoomEvent] {
        self.events.filter { event in
            if case .edited(let edited) = event.change { return edited.id == id }
            return false
        }
    }
}
