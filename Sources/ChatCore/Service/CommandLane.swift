import NIOCore

/// How a command stands to the others of its connection.
package enum CommandPace: Sendable, Hashable {
    /// A send: it may be handed over while earlier ones are under way, and the core keeps their order.
    case pipelined
    /// Everything else that asks something of the core: it starts when all before it have been answered, and what comes
    /// after it waits for its answer.
    case exclusive
    /// Asks nothing of the core, like the answer to a malformed frame. It keeps its place in the order and is done as
    /// soon as it has run: ``CommandLane/completed(_:)`` is not called for it.
    case immediate
}

/// Keeps the commands of one connection in order: sends may be under way together, everything else goes alone.
///
/// What cannot run yet waits here, bounded: when it is too much, the connection stops reading until it has run. What
/// must be answered whatever is under way, a heartbeat, is not admitted at all but answered past the lane.
package struct CommandLane<Entry> {
    package enum Admission {
        case run(Entry)
        /// It waits. `pausesReading`: stop reading from the socket now.
        case held(pausesReading: Bool)
    }

    private struct Held {
        let entry: Entry
        let pace: CommandPace
        let bytes: Int
    }

    // Computed, for a generic type has no stored constants.
    private static var mostSends: Int { 256 }
    private static var mostHeld: Int { 64 }
    private static var mostHeldBytes: Int { 128 * 1024 }

    /// False until the session is there: then everything waits.
    private var isOpen = false
    private var sendsUnderWay = 0
    private var isExclusiveUnderWay = false
    /// nil while nothing waits, which is nearly always: it costs an idle connection nothing.
    private var held: CircularBuffer<Held>?
    private var heldBytes = 0
    private var isPaused = false

    package init() {}

    /// The session is there: commands may run.
    package mutating func open() {
        self.isOpen = true
    }

    /// - Parameter bytes: how much memory the entry holds, about; 0 or more.
    package mutating func admit(_ entry: Entry, _ pace: CommandPace, bytes: Int) -> Admission {
        if self.held == nil, self.mayRun(pace) {
            self.started(pace)
            return .run(entry)
        }
        self.held = self.held ?? CircularBuffer(initialCapacity: 4)
        self.held?.append(Held(entry: entry, pace: pace, bytes: bytes))
        self.heldBytes += bytes
        return .held(pausesReading: self.pauseIfFull())
    }

    /// A command that was run has been answered.
    package mutating func completed(_ pace: CommandPace) {
        switch pace {
        case .pipelined: self.sendsUnderWay = max(0, self.sendsUnderWay - 1)
        case .exclusive: self.isExclusiveUnderWay = false
        case .immediate: return
        }
    }

    /// Takes the next entry that waits and may run now.
    package mutating func next() -> Entry? {
        guard let first = self.held?.first, self.mayRun(first.pace) else { return nil }
        self.held?.removeFirst()
        self.heldBytes -= first.bytes
        if self.held?.isEmpty ?? true { self.held = nil }
        self.started(first.pace)
        return first.entry
    }

    /// Whether reading was paused and may go on: what waits is down to half of what is allowed.
    package mutating func resumesReading() -> Bool {
        guard self.isPaused, self.heldCount <= Self.mostHeld / 2, self.heldBytes <= Self.mostHeldBytes / 2 else {
            return false
        }
        self.isPaused = false
        return true
    }

    package var hasWaiting: Bool { self.held != nil }

    /// Whether reading has been paused and may not go on yet.
    package var isFull: Bool { self.isPaused }

    private var heldCount: Int { self.held?.count ?? 0 }

    private mutating func pauseIfFull() -> Bool {
        guard !self.isPaused, self.heldCount >= Self.mostHeld || self.heldBytes >= Self.mostHeldBytes else {
            return false
        }
        self.isPaused = true
        return true
    }

    private func mayRun(_ pace: CommandPace) -> Bool {
        guard self.isOpen, !self.isExclusiveUnderWay else { return false }
        return switch pace {
        case .immediate: true
        case .pipelined: self.sendsUnderWay < Self.mostSends
        case .exclusive: self.sendsUnderWay == 0
        }
    }

    private mutating func started(_ pace: CommandPace) {
        switch pace {
        case .pipelined: self.sendsUnderWay += 1
        case .exclusive: self.isExclusiveUnderWay = true
        case .immediate: return
        }
    }
}
