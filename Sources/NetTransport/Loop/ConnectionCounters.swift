import Synchronization

/// What one event loop, or one listener, has counted. Each writes its own, so that they do not fight for a cache line.
package final class LoopCounters: Sendable {
    private let openSockets = Atomic<Int>(0)
    private let openWebSockets = Atomic<Int>(0)
    private let acceptedTotal = Atomic<Int>(0)
    private let bytesIn = Atomic<Int>(0)
    private let bytesOut = Atomic<Int>(0)
    private let slowConsumerCloses = Atomic<Int>(0)
    private let queueBytes = Atomic<Int>(0)

    func socketOpened() {
        openSockets.wrappingAdd(1, ordering: .relaxed)
        acceptedTotal.wrappingAdd(1, ordering: .relaxed)
    }

    func socketClosed() { openSockets.wrappingSubtract(1, ordering: .relaxed) }
    func webSocketOpened() { openWebSockets.wrappingAdd(1, ordering: .relaxed) }
    func webSocketClosed() { openWebSockets.wrappingSubtract(1, ordering: .relaxed) }
    func received(_ count: Int) { bytesIn.wrappingAdd(count, ordering: .relaxed) }
    func sent(_ count: Int) { bytesOut.wrappingAdd(count, ordering: .relaxed) }
    func slowConsumerClosed() { slowConsumerCloses.wrappingAdd(1, ordering: .relaxed) }
    func setQueueBytes(_ count: Int) { queueBytes.store(count, ordering: .relaxed) }

    func add(to sum: inout ConnectionCounters.Snapshot) {
        sum.openSockets &+= openSockets.load(ordering: .relaxed)
        sum.openWebSockets &+= openWebSockets.load(ordering: .relaxed)
        sum.acceptedTotal &+= acceptedTotal.load(ordering: .relaxed)
        sum.bytesIn &+= bytesIn.load(ordering: .relaxed)
        sum.bytesOut &+= bytesOut.load(ordering: .relaxed)
        sum.slowConsumerCloses &+= slowConsumerCloses.load(ordering: .relaxed)
        sum.queueBytes &+= queueBytes.load(ordering: .relaxed)
    }
}

/// The transport's figures for `/metrics`, readable from any thread.
package final class ConnectionCounters: Sendable {
    package struct Snapshot: Sendable, Equatable {
        /// Accepted sockets open now, HTTP and WebSocket.
        package var openSockets = 0
        package var openWebSockets = 0
        /// Sockets accepted since the start.
        package var acceptedTotal = 0
        /// Bytes of WebSocket frames, heads included, since the start.
        package var bytesIn = 0
        package var bytesOut = 0
        /// Connections closed because their peer read too slowly.
        package var slowConsumerCloses = 0
        /// Bytes waiting for peers, as of the last timer tick (about a second ago).
        package var queueBytes = 0
    }

    private let loops: Mutex<[LoopCounters]> = Mutex([])

    package init() {}

    /// Counters for one more event loop or listener.
    package func makeLoopCounters() -> LoopCounters {
        let counters = LoopCounters()
        loops.withLock { $0.append(counters) }
        return counters
    }

    /// The sums over all loops. Each figure is right; together they need not be from the same instant.
    package func snapshot() -> Snapshot {
        var sum = Snapshot()
        for loop in loops.withLock({ $0 }) { loop.add(to: &sum) }
        return sum
    }
}
