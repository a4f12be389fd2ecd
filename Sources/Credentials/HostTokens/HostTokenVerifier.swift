import Crypto

/// Verifies the JWTs of a host application (RFC 7519, RFC 7515, RFC 8725). Synchronous, any thread.
///
/// The configuration says which algorithms are believed, and each key what it may verify; a header only chooses among
/// them. It is never told where to find a key (`jku`, `x5u`) or given one (`jwk`, `x5c`). No claim is read before the
/// signature has been found right.
package struct HostTokenVerifier: Sendable {
    /// The longest token looked at, in bytes.
    package static let maximumLength = 8 * 1024

    package struct Settings: Sendable, Hashable {
        package var algorithms = Set(HostTokenAlgorithm.allCases)
        /// What `iss` must be; nil for anything.
        package var issuer: String?
        /// What `aud` must have; nil for anything.
        package var audience: String?
        /// Seconds by which clocks may differ; a token counts as valid that much longer and earlier.
        package var leewaySeconds: Int64 = 60

        package init() {}
    }

    private let keys: HostTokenKeySet
    private let settings: Settings

    package init(keys: HostTokenKeySet, settings: Settings) {
        self.keys = keys
        self.settings = settings
    }

    /// - Parameter now: Seconds since 1970.
    /// - Returns: The claims; whether the account may log in is for the caller.
    package func verify(_ token: String, now: Int64) throws(HostTokenError) -> HostTokenClaims {
        guard token.utf8.count <= Self.maximumLength else { throw .tooLong }
        guard let segments = TokenSegments(Array(token.utf8)) else { throw .malformed }
        try self.checkSignature(of: segments)
        let members = try Self.members(of: segments.payload)
        let claims = try HostTokenClaims(members, digest: Self.digest(of: segments.signed))
        try self.checkParties(members)
        try self.checkTimes(of: claims, now: now)
        return claims
    }

    // MARK: Signature

    func checkSignature(of segments: TokenSegments) throws(HostTokenError) {
        let header = try Self.members(of: segments.header)
        guard case .string(let name)? = header["alg"], let algorithm = HostTokenAlgorithm(rawValue: name),
            self.settings.algorithms.contains(algorithm)
        else { throw .unsupportedAlgorithm }
        guard header["crit"] == nil else { throw .criticalHeader }
        guard Self.isOurs(type: header["typ"]) else { throw .wrongType }
        let candidates = try self.keys.candidates(for: algorithm, id: try Self.keyID(header["kid"]))
        guard let signature = Base64URL.decode(segments.signature) else { throw .malformed }
        guard candidates.contains(where: { $0.verifies(signature, of: segments.signed, by: algorithm) }) else {
            throw .badSignature
        }
    }

    private static func keyID(_ value: JSONValue?) throws(HostTokenError) -> String? {
        guard let value else { return nil }
        guard case .string(let id) = value else { throw .malformed }
        return id
    }

    /// Media types are compared without regard to case (RFC 7515 §4.1.9); `at+jwt` is RFC 9068's.
    private static func isOurs(type: JSONValue?) -> Bool {
        guard let type else { return true }
        guard case .string(let name) = type else { return false }
        return ["jwt", "at+jwt"].contains(name.lowercased())
    }

    // MARK: Claims

    private func checkParties(_ members: [String: JSONValue]) throws(HostTokenError) {
        if let issuer = self.settings.issuer, members["iss"] != .string(issuer) { throw .wrongIssuer }
        if let audience = self.settings.audience, !HostTokenClaims.names(audience, members["aud"]) {
            throw .wrongAudience
        }
    }

    private func checkTimes(of claims: HostTokenClaims, now: Int64) throws(HostTokenError) {
        let leeway = max(0, self.settings.leewaySeconds)
        guard now < claims.expiresAt.addingClamped(leeway) else { throw .expired }
        let latestStart = now.addingClamped(leeway)
        guard claims.notBefore ?? .min <= latestStart, claims.issuedAt ?? .min <= latestStart else {
            throw .notYetValid
        }
    }

    private static func members(of segment: ArraySlice<UInt8>) throws(HostTokenError) -> [String: JSONValue] {
        guard let bytes = Base64URL.decode(segment), let value = try? JSONReader.read(bytes),
            case .object(let members) = value
        else { throw .malformed }
        return members
    }

    /// Of what was signed, not of the token: whoever has a signature of ES256 can make a second one that is right too.
    private static func digest(of signed: ArraySlice<UInt8>) -> String {
        Base64URL.encode(SHA256.hash(data: signed))
    }
}
