package import ChatModel

/// Puts the events of one room into `seq` order, wherever they come from: this node's commits, another node, or the
/// store when something was missed.
///
/// In order → deliver, early → hold and fetch what is missing, old → drop. A pure value.
package struct RoomFeed: Sendable {
    package struct Step: Sendable {
        /// Events to hand on now, in order.
        package var deliver: [RoomEvent] = []
        /// Positions to read from the store; answered by ``fetched(_:)`` or ``fetchFailed()``. One at a time.
        package var fetch: ClosedRange<Seq>?
    }

    /// The position that is to come next.
    package private(set) var next: Seq
    private var held: [Seq: RoomEvent] = [:]
    /// The newest position that is known to exist.
    private var newest: Seq
    private var isFetching = false
    private let holdLimit: Int
    private let fetchLimit: Int64

    /// - Parameters:
    ///   - lastSeq: The newest position that was taken over already.
    ///   - holdLimit: Most early events kept; beyond that they are read from the store again.
    ///   - fetchLimit: Most positions of one fetch.
    package init(lastSeq: Seq, holdLimit: Int = 1024, fetchLimit: Int64 = 500) {
        self.next = lastSeq + 1
        self.newest = lastSeq
        self.holdLimit = holdLimit
        self.fetchLimit = fetchLimit
    }

    /// Events arrived, ascending.
    package mutating func received(_ events: [RoomEvent]) -> Step {
        for event in events where event.seq >= self.next {
            self.newest = max(self.newest, event.seq)
            if self.held.count < self.holdLimit || event.seq == self.next { self.held[event.seq] = event }
        }
        return self.step()
    }

    /// What a fetch brought, ascending. Nothing at all means that the store has no such events (retention took them):
    /// the feed goes on after them.
    package mutating func fetched(_ events: [RoomEvent], of range: ClosedRange<Seq>) -> Step {
        self.isFetching = false
        for event in events where event.seq >= self.next { self.held[event.seq] = event }
        if self.held[self.next] == nil, range.contains(self.next) {
            self.next = events.first { $0.seq >= self.next }?.seq ?? range.upperBound + 1
        }
        return self.step()
    }

    /// The store did not answer; the next event that arrives tries again.
    package mutating func fetchFailed() {
        self.isFetching = false
    }

    private mutating func step() -> Step {
        var step = Step()
        while let event = self.held.removeValue(forKey: self.next) {
            step.deliver.append(event)
            self.next += 1
        }
        guard self.next <= self.newest, !self.isFetching else { return step }
        self.isFetching = true
        let firstHeld = self.held.keys.min() ?? self.newest + 1
        step.fetch = self.next...min(firstHeld - 1, self.next + self.fetchLimit - 1)
        return step
    }
}
