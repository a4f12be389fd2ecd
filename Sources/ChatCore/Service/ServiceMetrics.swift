import ChatModel
import Synchronization

/// What the core counts; read by `/metrics` and `parley status`.
package final class ServiceMetrics: Sendable {
    private let appended = Atomic<UInt64>(0)
    private let batches = Atomic<UInt64>(0)
    private let deliveries = Atomic<UInt64>(0)
    private let ephemeral = Atomic<UInt64>(0)
    private let refused = Mutex<[String: UInt64]>([:])
    private let commits = Mutex(DurationHistogram())

    package init() {}

    func batchStored(entries: Int, took: Duration) {
        self.appended.add(UInt64(entries), ordering: .relaxed)
        self.batches.add(1, ordering: .relaxed)
        self.commits.withLock { $0.record(took) }
    }

    func delivered(events: Int, receivers: Int) {
        self.deliveries.add(UInt64(events * receivers), ordering: .relaxed)
    }

    func deliveredEphemeral(receivers: Int) {
        self.ephemeral.add(UInt64(receivers), ordering: .relaxed)
    }

    func refused(_ code: ChatError.Code) {
        self.refused.withLock { $0[code.rawValue, default: 0] += 1 }
    }

    func fill(_ status: inout ServiceStatus) {
        status.appendedTotal = self.appended.load(ordering: .relaxed)
        status.batchesTotal = self.batches.load(ordering: .relaxed)
        status.deliveredTotal = self.deliveries.load(ordering: .relaxed)
        status.ephemeralTotal = self.ephemeral.load(ordering: .relaxed)
        status.refusedByCode = self.refused.withLock { $0 }
        status.commitDurations = self.commits.withLock { $0 }
    }
}

/// How long something took, in the cumulative buckets that Prometheus wants.
package struct DurationHistogram: Sendable {
    /// Upper bounds in seconds.
    package static let bounds: [Double] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
    ]
    /// One more than there are bounds: the last counts what is above all of them.
    package private(set) var counts = [UInt64](repeating: 0, count: bounds.count + 1)
    package private(set) var sum = 0.0

    package init() {}

    package var total: UInt64 { self.counts.reduce(0, +) }

    package mutating func record(_ duration: Duration) {
        let seconds = duration / .seconds(1)
        self.sum += seconds
        self.counts[Self.bounds.firstIndex { seconds <= $0 } ?? Self.bounds.count] += 1
    }
}

/// The state of the core at one moment.
package struct ServiceStatus: Sendable {
    package var connections = 0
    package var guests = 0
    package var loadedRooms = 0
    package var appendQueueDepth = 0
    package var appendedTotal: UInt64 = 0
    package var batchesTotal: UInt64 = 0
    package var deliveredTotal: UInt64 = 0
    package var ephemeralTotal: UInt64 = 0
    package var refusedByCode: [String: UInt64] = [:]
    package var commitDurations = DurationHistogram()
    package var isDraining = false

    package init() {}
}
