extension JSONValue {
    /// The whole number this value stands for under the lenient rule of the JSON chat protocol (§1.2): `7`, `7.0` and
    /// `"7"` are all 7.
    ///
    /// Booleans, null, fractions, containers and everything outside `Int64` are nil. A string counts only when it is
    /// exactly a JSON integer literal: no sign but `-`, no leading zeros, no spaces, no fraction.
    package var lenientInteger: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        case .string(let text): Self.integer(literal: text)
        case .null, .bool, .array, .object: nil
        }
    }

    private static func integer(literal text: String) -> Int64? {
        let digits = text.utf8.first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        guard let first = digits.first, first.isASCIIDigit else { return nil }
        guard first != UInt8(ascii: "0") || digits.count == 1 else { return nil }
        // Whatever else is not a digit, and every overflow, is refused by the standard library's parser.
        return Int64(text)
    }
}
