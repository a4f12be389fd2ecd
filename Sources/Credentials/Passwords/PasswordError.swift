/// Why no keys can be made from a password.
package enum PasswordError: Error, Hashable, Sendable {
    /// Nothing was given.
    case empty
    /// More than 1,023 bytes of UTF-8.
    case tooLong
    /// A control, ignorable or unassigned character, or a joiner out of place (RFC 8265 §4.2).
    case forbiddenCharacter
    /// The number of rounds is not within ``PasswordRecord/iterationRange``.
    case iterationsOutOfRange
    /// The cryptographic library refused to work; nothing in the input explains it.
    case derivationFailed

    /// The reason as a sentence; it repeats nothing of the password.
    package var reason: String {
        switch self {
        case .empty:
            "A password needs at least 1 character."
        case .tooLong:
            "A password has at most \(PreparedPassword.maximumBytes) bytes."
        case .forbiddenCharacter:
            "The password contains a control character or another character that cannot be used in passwords."
        case .iterationsOutOfRange:
            "The number of SCRAM iterations must be from \(PasswordRecord.iterationRange.lowerBound) "
                + "to \(PasswordRecord.iterationRange.upperBound)."
        case .derivationFailed:
            "The password could not be processed."
        }
    }
}
