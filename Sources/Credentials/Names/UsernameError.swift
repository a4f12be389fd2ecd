/// Why a text cannot be a username.
package enum UsernameError: Error, Hashable, Sendable {
    /// No character at all.
    case empty
    /// More than 64 code points.
    case tooLong
    /// A code point that no username has: spaces, controls, symbols, `" & ' / : < > @`.
    case forbiddenCharacter(Unicode.Scalar)
    /// A code point that is allowed in other company only, such as a joiner or a middle dot.
    case forbiddenContext(Unicode.Scalar)
    /// Right-to-left and left-to-right letters together, or digits of two kinds.
    case mixedDirection
    /// Preparing the name twice gives another name than preparing it once.
    case unstable

    /// The reason as a sentence for the person who typed the name; it repeats no character of it.
    package var reason: String {
        switch self {
        case .empty:
            "A username needs at least 1 character."
        case .tooLong:
            "A username has at most \(Username.maximumLength) characters."
        case .forbiddenCharacter(let scalar):
            "A username cannot contain the character \(Self.name(of: scalar))."
        case .forbiddenContext(let scalar):
            "The character \(Self.name(of: scalar)) cannot stand at this place in a username."
        case .mixedDirection:
            "A username cannot mix right-to-left and left-to-right letters."
        case .unstable:
            "This username has no stable spelling."
        }
    }

    private static func name(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
