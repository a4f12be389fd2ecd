/// A password after PRECIS OpaqueString (RFC 8265 §4.2), ready to be hashed.
///
/// Spaces outside ASCII become U+0020, the text becomes NFC, and code points outside the FreeformClass are refused.
/// For ASCII the outcome is that of SASLprep (RFC 4013), which older SCRAM clients apply.
struct PreparedPassword {
    static let maximumBytes = 1023

    /// 1…``maximumBytes`` bytes of UTF-8.
    let bytes: [UInt8]

    init(_ typed: String) throws(PasswordError) {
        guard !typed.isEmpty else { throw .empty }
        // Normalising can shorten a text at most threefold, so a longer one cannot come to fit.
        guard typed.utf8.count <= Self.maximumBytes * 3 else { throw .tooLong }
        if typed.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) {
            self.bytes = Array(typed.utf8)
        } else {
            self.bytes = try Self.prepared(unicode: typed)
        }
        guard self.bytes.count <= Self.maximumBytes else { throw .tooLong }
    }

    private static func prepared(unicode typed: String) throws(PasswordError) -> [UInt8] {
        var spaced = String.UnicodeScalarView()
        for scalar in typed.unicodeScalars {
            spaced.append(scalar.properties.generalCategory == .spaceSeparator ? " " : scalar)
        }
        let composed = Normalization.composed(String(spaced))
        let scalars = Array(composed.unicodeScalars)
        for (index, scalar) in scalars.enumerated() where !self.isAllowed(scalar, at: index, in: scalars) {
            throw .forbiddenCharacter
        }
        return Array(composed.utf8)
    }

    private static func isAllowed(_ scalar: Unicode.Scalar, at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        switch PrecisClass(scalar) {
        case .valid, .freeformOnly: true
        case .contextual: PrecisContext.permits(at: index, in: scalars)
        case .disallowed: false
        }
    }
}
