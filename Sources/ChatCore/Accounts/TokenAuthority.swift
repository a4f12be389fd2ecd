import ChatModel
package import Credentials
import Synchronization

/// Issues and checks the tokens of this server: for accounts, and for guests that want to come back.
package final class TokenAuthority: Sendable {
    package struct Settings: Sendable {
        /// Life of an account's token in seconds: 12 hours.
        package var lifetimeSeconds: Int64 = 12 * 3600
        /// Life of a guest's token in seconds: a day.
        package var guestLifetimeSeconds: Int64 = 86_400
        /// How far clocks may differ, in seconds.
        package var leewaySeconds: Int64 = 60

        package init() {}
    }

    private let signer: TokenSigner
    private let verifier: TokenVerifier
    private let settings: Settings
    private let random = Mutex(IDGenerator())
    /// Ids of tokens that were logged out one by one and have not expired yet.
    private let revoked = Mutex<Set<String>>([])

    package init(keys: TokenKeySet, domain: String, settings: Settings) {
        self.settings = settings
        self.signer = TokenSigner(keys: keys, issuer: domain, audience: "parley")
        self.verifier = TokenVerifier(
            keys: keys, issuer: domain, audience: "parley", leeway: settings.leewaySeconds)
    }

    func issue(
        to user: UserID, isGuest: Bool, generation: Int64, lifetimeSeconds: Int64?, now: Timestamp
    ) -> (token: String, lifetimeSeconds: Int64) {
        let lifetime = lifetimeSeconds ?? (isGuest ? self.settings.guestLifetimeSeconds : self.settings.lifetimeSeconds)
        let id = self.random.withLock { $0.token() }
        let token = self.signer.sign(
            subject: user.value, isGuest: isGuest, generation: generation, id: id, now: now.milliseconds / 1000,
            lifetime: lifetime)
        return (token, lifetime)
    }

    /// - Throws: ``ChatError/Code/authExpired`` or ``ChatError/Code/authInvalid``; what exactly was wrong is in `detail`.
    func verify(_ token: String, now: Timestamp) throws(ChatError) -> TokenClaims {
        let claims: TokenClaims
        do throws(TokenError) {
            claims = try self.verifier.verify(token, now: now.milliseconds / 1000)
        } catch {
            throw ChatError(error == .expired ? .authExpired : .authInvalid, detail: "\(error)")
        }
        guard !self.revoked.withLock({ $0.contains(claims.id) }) else {
            throw ChatError(.authInvalid, detail: "revoked")
        }
        return claims
    }

    func revoke(_ id: String) { self.revoked.withLock { _ = $0.insert(id) } }

    func replaceRevoked(_ ids: [String]) { self.revoked.withLock { $0.formUnion(ids) } }

    func randomWords() -> (UInt64, UInt64) { self.random.withLock { $0.words() } }
}
