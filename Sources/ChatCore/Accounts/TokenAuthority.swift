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
    /// Tokens that were logged out one by one, until they would have expired anyway.
    private let revoked = Mutex<[String: Timestamp]>([:])

    package init(keys: TokenKeySet, domain: String, settings: Settings) {
        self.settings = settings
        self.signer = TokenSigner(keys: keys, issuer: domain, audience: "parley")
        self.verifier = TokenVerifier(
            keys: keys, issuer: domain, audience: "parley", leeway: settings.leewaySeconds)
    }

    func issue(
        to user: UserID, isGuest: Bool, generation: Int64, lifetimeSeconds: Int64?, now: Timestamp
    ) -> (token: String, lifetimeSeconds: Int64, id: String) {
        let lifetime = lifetimeSeconds ?? (isGuest ? self.settings.guestLifetimeSeconds : self.settings.lifetimeSeconds)
        let id = self.random.withLock { $0.token() }
        let token = self.signer.sign(
            subject: user.value, isGuest: isGuest, generation: generation, id: id, now: now.milliseconds / 1000,
            lifetime: lifetime)
        return (token, lifetime, id)
    }

    /// Whose a token is.
    enum Recognition {
        case ours(TokenClaims)
        /// Nothing that this server signed; why not is in the error's detail.
        case foreign(ChatError)
    }

    /// - Throws: For our own that are no good any more: ``ChatError/Code/authExpired`` or
    ///   ``ChatError/Code/authInvalid``; what exactly was wrong is in `detail`.
    func recognise(_ token: String, now: Timestamp) throws(ChatError) -> Recognition {
        let claims: TokenClaims
        do throws(TokenError) {
            claims = try self.verifier.verify(token, now: now.milliseconds / 1000)
        } catch {
            switch error {
            case .malformed, .unknownKey, .badSignature: return .foreign(ChatError(.authInvalid, detail: "\(error)"))
            case .expired: throw ChatError(.authExpired, detail: "\(error)")
            case .notYetValid, .wrongIssuer, .wrongAudience, .missingSubject:
                throw ChatError(.authInvalid, detail: "\(error)")
            }
        }
        guard !self.isRevoked(claims.id) else { throw ChatError(.authInvalid, detail: "revoked") }
        return .ours(claims)
    }

    func isRevoked(_ id: String) -> Bool { self.revoked.withLock { $0[id] != nil } }

    func revoke(_ id: String, until: Timestamp) { self.revoked.withLock { $0[id] = until } }

    /// Tokens that the store knows as revoked. It does not tell how long they would live, which may be years: they are
    /// kept until the next start, which gets those that still count.
    func restoreRevoked(_ ids: [String]) {
        self.revoked.withLock { revoked in
            for id in ids { revoked[id] = .distantFuture }
        }
    }

    func sweep(now: Timestamp) { self.revoked.withLock { $0 = $0.filter { $0.value > now } } }

    func randomWords() -> (UInt64, UInt64) { self.random.withLock { $0.words() } }
}
