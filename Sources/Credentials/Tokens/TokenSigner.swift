import Crypto

/// Makes JWTs signed with HS256 (RFC 7519, RFC 7515).
///
/// Tokens for different purposes (access, refresh, a guest's return) have different audiences, so that one is never
/// taken for another.
package struct TokenSigner: Sendable {
    private let key: TokenKey
    private let issuer: String
    private let audience: String
    /// The encoded header and its dot; the same for every token.
    private let prefix: [UInt8]

    package init(keys: TokenKeySet, issuer: String, audience: String) {
        self.key = keys.signing
        self.issuer = issuer
        self.audience = audience
        var header = ClaimsWriter()
        header.member("alg", "HS256")
        header.member("kid", keys.signing.id)
        header.member("typ", "JWT")
        self.prefix = Base64URL.encodedBytes(header.finished()) + [UInt8(ascii: ".")]
    }

    /// Signs a token.
    ///
    /// - Parameters:
    ///   - subject: The canonical username; not empty, or no verifier accepts the token.
    ///   - session: The login session, if it can be ended by itself.
    ///   - generation: The account's session generation.
    ///   - id: `jti`, unique: ``IDGenerator/token()``.
    ///   - now: Seconds since 1970.
    ///   - lifetime: Seconds; the end is clamped to what 64 bits hold.
    package func sign(
        subject: String, isGuest: Bool = false, session: String? = nil, generation: Int64? = nil, id: String,
        now: Int64, lifetime: Int64
    ) -> String {
        self.sign(
            TokenClaims(
                subject: subject,
                issuer: self.issuer,
                audience: self.audience,
                id: id,
                issuedAt: now,
                expiresAt: now.addingClamped(lifetime),
                isGuest: isGuest,
                session: session,
                generation: generation
            )
        )
    }

    func sign(_ claims: TokenClaims) -> String {
        var payload = ClaimsWriter()
        payload.member("iss", claims.issuer)
        payload.member("aud", claims.audience)
        payload.member("sub", claims.subject)
        payload.member("jti", claims.id)
        payload.member("iat", claims.issuedAt)
        payload.member("exp", claims.expiresAt)
        if let notBefore = claims.notBefore { payload.member("nbf", notBefore) }
        if claims.isGuest { payload.member("guest", true) }
        if let session = claims.session { payload.member("sid", session) }
        if let generation = claims.generation { payload.member("gen", generation) }
        return self.sign(payload: payload.finished())
    }

    func sign(payload: [UInt8]) -> String {
        var token = self.prefix + Base64URL.encodedBytes(payload)
        let signature = HMAC<SHA256>.authenticationCode(for: token, using: self.key.secret)
        token.append(UInt8(ascii: "."))
        token.append(contentsOf: Base64URL.encodedBytes(signature))
        return String(decoding: token, as: UTF8.self)
    }
}

extension Int64 {
    /// The sum, or the nearest representable value.
    func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }
}
