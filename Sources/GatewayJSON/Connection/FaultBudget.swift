import NIOCore

/// How many faulty frames one connection may send before it is cut off: a bucket that fills steadily.
struct FaultBudget: Sendable {
    private static let burst: Float = 100
    private static let perSecond: Float = 10

    private var left = Self.burst
    private var filledAt: NIODeadline

    init(now: NIODeadline) {
        self.filledAt = now
    }

    /// Counts one faulty frame; false when it was one too many.
    mutating func spend(now: NIODeadline) -> Bool {
        let elapsed = Float((now - self.filledAt).nanoseconds) / 1_000_000_000
        self.left = min(Self.burst, self.left + max(0, elapsed) * Self.perSecond)
        self.filledAt = now
        guard self.left >= 1 else { return false }
        self.left -= 1
        return true
    }
}
