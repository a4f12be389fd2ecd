import ChatModel
package import Credentials
import Synchronization

/// Whose tokens are believed besides this server's own: those of the host application, when the operator has given its
/// keys. They are replaced while the server runs, since keys rotate.
package final class HostTokenAuthority: Sendable {
    private struct State {
        var verifier: HostTokenVerifier?
        var createsAccounts = true
        /// When the newest token was made whose name and roles were taken over, per user.
        var newest: [UserID: Int64] = [:]
    }

    /// Users whose newest token is remembered. Forgetting one costs at most that an older token's roles come back once.
    private static let rememberedUsers = 100_000

    private let state = Mutex(State())

    package init() {}

    /// Believes this verifier from now on; nil believes nobody. Whoever is in stays in.
    ///
    /// - Parameter createsAccounts: Whether an account is made for whom a token names and who has none.
    package func replace(with verifier: HostTokenVerifier?, createsAccounts: Bool) {
        self.state.withLock { state in
            state.verifier = verifier
            state.createsAccounts = createsAccounts
        }
    }

    var createsAccounts: Bool { self.state.withLock { $0.createsAccounts } }

    /// - Returns: nil when there is no host application.
    /// - Throws: ``ChatError/Code/authExpired``, ``ChatError/Code/authInvalid``; what was wrong is in `detail`.
    func verify(_ token: String, now: Timestamp) throws(ChatError) -> HostTokenClaims? {
        guard let verifier = self.state.withLock({ $0.verifier }) else { return nil }
        do throws(HostTokenError) {
            return try verifier.verify(token, now: now.milliseconds / 1000)
        } catch {
            throw ChatError(error == .expired ? .authExpired : .authInvalid, detail: "\(error)")
        }
    }

    /// Whether no newer token of the user has been seen: a device that still holds an older one does not bring back the
    /// name and the roles of then.
    func isNewest(_ claims: HostTokenClaims, of user: UserID) -> Bool {
        let made = claims.issuedAt ?? claims.expiresAt
        return self.state.withLock { state in
            guard made >= state.newest[user] ?? .min else { return false }
            if state.newest.count >= Self.rememberedUsers { state.newest = [:] }
            state.newest[user] = made
            return true
        }
    }
}
