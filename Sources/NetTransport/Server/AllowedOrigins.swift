import Synchronization

/// The other sites whose pages may use this server, by WebSocket or by API. Can be replaced while running.
package final class AllowedOrigins: Sendable {
    private struct State {
        var policy: OriginPolicy
        var isEmpty: Bool
    }

    private let state: Mutex<State>

    /// None but our own.
    package init() {
        self.state = Mutex(State(policy: .sameHost, isEmpty: true))
    }

    /// - Throws: ``OriginPolicyError`` for an entry that is no origin.
    package init(_ origins: [String]) throws(OriginPolicyError) {
        self.state = Mutex(State(policy: try OriginPolicy(allowed: origins), isEmpty: origins.isEmpty))
    }

    /// - Throws: ``OriginPolicyError``; the old list stays in force then.
    package func replace(with origins: [String]) throws(OriginPolicyError) {
        let policy = try OriginPolicy(allowed: origins)
        self.state.withLock { $0 = State(policy: policy, isEmpty: origins.isEmpty) }
    }

    package var isEmpty: Bool { self.state.withLock { $0.isEmpty } }

    /// Whether the list has this origin. Requests of our own pages need no entry: they are not cross-origin.
    package func contains(_ origin: String) -> Bool {
        self.state.withLock { !$0.isEmpty && $0.policy.permits(origins: [origin], host: nil) }
    }

    /// Whether a WebSocket may be opened: by no page at all, by one of ours, or by one of the list.
    func permits(origins: [String], host: String?) -> Bool {
        self.state.withLock { $0.policy.permits(origins: origins, host: host) }
    }
}
