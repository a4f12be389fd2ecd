import Crypto

/// Verifies the JWTs that a ``TokenSigner`` made; cheap enough for an event loop.
///
/// The algorithm is HS256 and nothing else, whatever a header says (RFC 8725 §3.1), and no claim is read before the
/// signature has been found right.
package struct TokenVerifier: Sendable {
    /// The longest token looked at, in bytes.
    package static let maximumLength = 8 * 1024

    private let keys: TokenKeySet
    private let issuer: String
    private let audience: String
    private let leeway: Int64

    /// - Parameter leeway: Seconds by which clocks may differ; a token counts as valid that much longer and earlier.
    package init(keys: TokenKeySet, issuer: String, audience: String, leeway: Int64 = 60) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
        self.leeway = max(0, leeway)
    }

    /// - Parameter now: Seconds since 1970.
    /// - Returns: The claims; whether the account still exists and its generation still stands is for the caller.
    package func verify(_ token: String, now: Int64) throws(TokenError) -> TokenClaims {
        guard token.utf8.count <= Self.maximumLength else { throw .malformed }
        guard let segments = TokenSegments(Array(token.utf8)) else { throw .malformed }
        try self.checkSignature(of: segments, key: try self.key(for: segments))
        let payload = try Self.json(segments.payload)
        let claims = try TokenClaims(payload, issuer: self.issuer, audience: self.audience)
        try self.checkTimes(of: claims, now: now)
        return claims
    }

    /// The header must be `alg` and `kid`, optionally `typ`, and nothing else: so no `jku`, no `jwk`, no `crit`.
    private func key(for segments: TokenSegments) throws(TokenError) -> TokenKey {
        guard case .object(let header) = try Self.json(segments.header),
            header["alg"] == .string("HS256"),
            case .string(let id)? = header["kid"]
        else { throw .malformed }
        if header.count > 2 {
            guard header.count == 3, case .string(let type)? = header["typ"], type == "JWT" || type == "jwt" else {
                throw .malformed
            }
        }
        guard let key = self.keys.key(id) else { throw .unknownKey }
        return key
    }

    private func checkSignature(of segments: TokenSegments, key: TokenKey) throws(TokenError) {
        guard let signature = Base64URL.decode(segments.signature) else { throw .malformed }
        // Compares in constant time.
        let isValid = HMAC<SHA256>.isValidAuthenticationCode(
            signature, authenticating: segments.signed, using: key.secret)
        guard isValid else { throw .badSignature }
    }

    private func checkTimes(of claims: TokenClaims, now: Int64) throws(TokenError) {
        guard now < claims.expiresAt.addingClamped(self.leeway) else { throw .expired }
        let latestStart = now.addingClamped(self.leeway)
        guard claims.issuedAt <= latestStart, claims.notBefore ?? .min <= latestStart else { throw .notYetValid }
    }

    private static func json(_ segment: ArraySlice<UInt8>) throws(TokenError) -> JSONValue {
        guard let bytes = Base64URL.decode(segment), let value = try? JSONReader.read(bytes) else { throw .malformed }
        return value
    }
}
