package import ChatCore
package import NetTransport

/// What the node knows of itself and this gateway does not.
package struct NodeProbe: Sendable {
    package enum Readiness: Sendable, Equatable {
        case ready
        /// Why not, for an operator.
        case notReady(String)
    }

    let readiness: @Sendable () async -> Readiness
    let transport: @Sendable () -> ConnectionCounters.Snapshot
    /// nil when the store does not answer.
    let store: @Sendable () async -> StoreStatistics?

    package init(
        readiness: @escaping @Sendable () async -> Readiness,
        transport: @escaping @Sendable () -> ConnectionCounters.Snapshot,
        store: @escaping @Sendable () async -> StoreStatistics?
    ) {
        self.readiness = readiness
        self.transport = transport
        self.store = store
    }
}
