/// Why a host application's token is refused. For the log: a client learns 'expired' or 'invalid' and nothing else.
package enum HostTokenError: Error, Hashable, Sendable, CaseIterable {
    /// Longer than ``HostTokenVerifier/maximumLength``.
    case tooLong
    /// Not three strict base64url segments, or header or claims are not one JSON object without duplicate members.
    case malformed
    /// `alg` is missing, unknown, `none`, or not among the configured ones.
    case unsupportedAlgorithm
    /// The header has `crit`: nothing that it could name is understood (RFC 7515 §4.1.11).
    case criticalHeader
    /// `typ` is neither `JWT` nor `at+jwt`: a token for another purpose (RFC 8725 §3.11).
    case wrongType
    /// No key has the token's `kid`, or without one, no key is for its `alg`.
    case unknownKey
    /// The key that `kid` names is not for the token's `alg` (RFC 8725 §3.1).
    case wrongAlgorithm
    case badSignature
    /// No `exp`.
    case missingExpiry
    case expired
    /// `nbf` or `iat` lies in the future.
    case notYetValid
    case wrongIssuer
    case wrongAudience
    /// `sub` is missing, empty, longer than 64 characters, or no string.
    case invalidSubject
    /// A claim that is understood has the wrong type or is out of range.
    case invalidClaim
}
