package import NetTransport
import Synchronization

/// The other sites whose pages may call the API (`http.allowed_origins`); can be replaced while running.
package final class AllowedOrigins: Sendable {
    private struct State {
        var policy: OriginPolicy
        var isEmpty: Bool
    }

    private let state: Mutex<State>

    /// - Throws: ``OriginPolicyError`` for an entry that is no origin.
    package init(_ origins: [String]) throws(OriginPolicyError) {
        self.state = Mutex(State(policy: try OriginPolicy(allowed: origins), isEmpty: origins.isEmpty))
    }

    /// - Throws: ``OriginPolicyError``; the old list stays in force then.
    package func replace(with origins: [String]) throws(OriginPolicyError) {
        let policy = try OriginPolicy(allowed: origins)
        self.state.withLock { $0 = State(policy: policy, isEmpty: origins.isEmpty) }
    }

    var isEmpty: Bool { self.state.withLock { $0.isEmpty } }

    /// Whether the list has this origin. Requests of our own pages need no entry: they are not cross-origin.
    func contains(_ origin: String) -> Bool {
        self.state.withLock { !$0.isEmpty && $0.policy.permits(origins: [origin], host: nil) }
    }
}
