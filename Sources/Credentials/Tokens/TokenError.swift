/// Why a token is refused. For the log: a client learns 'expired' or 'invalid' and nothing else (json-chat.md §1.3).
package enum TokenError: Error, Hashable, Sendable, CaseIterable {
    /// Not three strict base64url segments, too long, another algorithm, or claims of the wrong form.
    case malformed
    /// No key has the token's `kid`.
    case unknownKey
    case badSignature
    case expired
    /// `nbf` or `iat` lies in the future.
    case notYetValid
    case wrongIssuer
    case wrongAudience
    /// No `sub`, or an empty one.
    case missingSubject
}
