import NIOCore

/// Keeps the frames of one connection in order: sends may be under way together, everything else goes alone.
///
/// What cannot run yet waits here, bounded: when it is too much, the connection stops reading until it has run.
struct CommandLane {
    /// A frame as it was decoded; a fault keeps its place in the order too.
    typealias Entry = Result<InboundFrame, FrameError>

    enum Admission {
        case run(Entry)
        /// It waits. `pausesReading`: stop reading from the socket now.
        case held(pausesReading: Bool)
    }

    private struct Held {
        let entry: Entry
        let bytes: Int
    }

    private static let mostSends = 256
    private static let mostHeld = 64
    private static let mostHeldBytes = 128 * 1024

    /// False until the session is there: then everything waits.
    private var isOpen = false
    private var sendsUnderWay = 0
    private var isExclusiveUnderWay = false
    /// nil while nothing waits, which is nearly always: it costs an idle connection nothing.
    private var held: CircularBuffer<Held>?
    private var heldBytes = 0
    private var isPaused = false

    mutating func open() {
        self.isOpen = true
    }

    /// - Parameter bytes: how much memory the frame holds, about.
    mutating func admit(_ entry: Entry, bytes: Int) -> Admission {
        if self.held == nil, self.mayRun(entry) {
            self.started(entry)
            return .run(entry)
        }
        self.held = self.held ?? CircularBuffer(initialCapacity: 4)
        self.held?.append(Held(entry: entry, bytes: bytes))
        self.heldBytes += bytes
        return .held(pausesReading: self.pauseIfFull())
    }

    /// A command that was run has been answered.
    mutating func completed(isPipelined: Bool) {
        if isPipelined {
            self.sendsUnderWay = max(0, self.sendsUnderWay - 1)
        } else {
            self.isExclusiveUnderWay = false
        }
    }

    /// Takes the next frame that waits and may run now.
    mutating func next() -> Entry? {
        guard let first = self.held?.first, self.mayRun(first.entry) else { return nil }
        self.held?.removeFirst()
        self.heldBytes -= first.bytes
        if self.held?.isEmpty ?? true { self.held = nil }
        self.started(first.entry)
        return first.entry
    }

    /// Whether reading was paused and may go on: what waits is down to half of what is allowed.
    mutating func resumesReading() -> Bool {
        guard self.isPaused, self.heldCount <= Self.mostHeld / 2, self.heldBytes <= Self.mostHeldBytes / 2 else {
            return false
        }
        self.isPaused = false
        return true
    }

    var hasWaiting: Bool { self.held != nil }

    private var heldCount: Int { self.held?.count ?? 0 }

    private mutating func pauseIfFull() -> Bool {
        guard !self.isPaused, self.heldCount >= Self.mostHeld || self.heldBytes >= Self.mostHeldBytes else {
            return false
        }
        self.isPaused = true
        return true
    }

    private func mayRun(_ entry: Entry) -> Bool {
        guard self.isOpen, !self.isExclusiveUnderWay else { return false }
        switch entry {
        case .failure: return true
        case .success(let frame):
            return frame.isPipelined ? self.sendsUnderWay < Self.mostSends : self.sendsUnderWay == 0
        }
    }

    private mutating func started(_ entry: Entry) {
        guard case .success(let frame) = entry else { return }
        if frame.isPipelined { self.sendsUnderWay += 1 } else { self.isExclusiveUnderWay = true }
    }
}
