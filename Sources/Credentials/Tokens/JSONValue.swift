/// One JSON value of a token's header or payload.
enum JSONValue: Equatable {
    case string(String)
    case integer(Int64)
    /// A number with a fraction or an exponent, or beyond 64 bits; always finite.
    case number(Double)
    case bool(Bool)
    case null
    case array([JSONValue])
    case object([String: JSONValue])
}

/// The bounds of what a token may contain.
enum JSONBounds {
    static let depth = 8
    /// Values in all, members of objects and elements of arrays together.
    static let values = 256
}

/// The bytes are not one strict JSON text within ``JSONBounds``.
struct JSONReadError: Error {}
