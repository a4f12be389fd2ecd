package import Credentials

/// The tokens by which the command line proves to a running node that it may read the node's own secrets.
///
/// Signed with the keys of the data directory for an audience of their own, so that no user's token is ever one.
package struct OperatorAuthority: Sendable {
    /// Seconds; a call takes far less, and a token that leaks is of no use soon.
    private static let lifetime: Int64 = 60
    private static let issuer = "parley"
    private static let audience = "parley-operator"

    private let signer: TokenSigner
    private let verifier: TokenVerifier

    package init(keys: TokenKeySet) {
        self.signer = TokenSigner(keys: keys, issuer: Self.issuer, audience: Self.audience)
        self.verifier = TokenVerifier(keys: keys, issuer: Self.issuer, audience: Self.audience, leeway: 5)
    }

    /// - Parameter now: Seconds since 1970.
    package func issue(id: String, now: Int64) -> String {
        self.signer.sign(subject: "operator", id: id, now: now, lifetime: Self.lifetime)
    }

    package func accepts(_ token: String, now: Int64) -> Bool {
        (try? self.verifier.verify(token, now: now)) != nil
    }
}
