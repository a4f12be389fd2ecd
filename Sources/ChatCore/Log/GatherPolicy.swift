package import ChatModel

/// Decides whether a commit should wait a moment for company.
///
/// One commit and one wake-up of each event loop cost about as much for one message as for ten. Where messages of
/// several people come steadily, waiting a few milliseconds lets them share both (PostgreSQL's `commit_delay` does the
/// same). Somebody who talks alone, or waits for each acknowledgement, is never held up. A pure value.
package struct GatherPolicy: Sendable {
    /// Longest wait in nanoseconds; 0 switches it off.
    private let window: Double
    /// As many entries are company enough: no wait goes on then.
    package let enough = 8
    /// So many in a row from one sender are not several people.
    private let longestRun = 8
    /// Time between two arrivals, smoothed, in nanoseconds.
    private var interval = 1e9
    private var lastArrival: UInt64 = 0
    private var lastSource: UserID?
    private var run = 0

    /// - Parameter milliseconds: Longest wait, 0–100; 0 switches it off.
    package init(milliseconds: Int) {
        self.window = Double(min(max(milliseconds, 0), 100)) * 1e6
    }

    /// Longest wait, in nanoseconds.
    package var nanoseconds: Int64 { Int64(self.window) }

    /// Notes an arrival. True when at least two more can be expected within the window.
    ///
    /// - Parameter now: Monotonic, in nanoseconds.
    package mutating func arrived(from source: UserID, at now: UInt64) -> Bool {
        let elapsed = now > self.lastArrival ? min(Double(now - self.lastArrival), 1e9) : 0
        self.interval += (elapsed - self.interval) / 16
        self.lastArrival = now
        self.run = source == self.lastSource ? min(self.run + 1, self.longestRun) : 0
        self.lastSource = source
        return self.run < self.longestRun && self.interval * 2 <= self.window
    }
}
