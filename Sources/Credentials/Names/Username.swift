/// The name of an account or guest: PRECIS UsernameCaseMapped (RFC 8265 §3.3) and legal as an XMPP localpart (RFC 7622
/// §3.3).
///
/// Two usernames are the same when their canonical forms are.
package struct Username: Hashable, Sendable, Comparable {
    /// The longest username, in code points of the canonical form.
    package static let maximumLength = 64
    /// No text longer than this many UTF-8 bytes is looked at: 64 code points of 4 bytes that preparing may shorten.
    private static let maximumTypedBytes = 1023

    /// Lower case, NFC, 1–64 code points: what is stored, compared and sent as a localpart.
    package let canonical: String
    /// The text as its owner wrote it, for showing.
    package let asTyped: String

    /// Prepares and checks a name; spaces around it are not trimmed but refused.
    package init(_ typed: String) throws(UsernameError) {
        guard !typed.isEmpty else { throw .empty }
        guard typed.utf8.count <= Self.maximumTypedBytes else { throw .tooLong }
        if typed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            self.canonical = try Self.prepared(ascii: typed)
        } else {
            self.canonical = try Self.prepared(unicode: typed)
        }
        self.asTyped = typed
    }

    /// Whether this is a guest's name: `Guest` and one or more digits, in any case and any digits.
    package var isReservedGuestForm: Bool {
        guard self.canonical.utf8.starts(with: "guest".utf8) else { return false }
        let rest = self.canonical.unicodeScalars.dropFirst(5)
        return !rest.isEmpty && rest.allSatisfy { $0.properties.generalCategory == .decimalNumber }
    }

    package static func == (left: Username, right: Username) -> Bool {
        left.canonical == right.canonical
    }

    package static func < (left: Username, right: Username) -> Bool {
        left.canonical < right.canonical
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(self.canonical)
    }

    /// The fast path: every printable ASCII character is valid, so only case and RFC 7622's exclusions are left.
    private static func prepared(ascii typed: String) throws(UsernameError) -> String {
        guard typed.utf8.count <= self.maximumLength else { throw .tooLong }
        for byte in typed.utf8 where self.isExcludedFromLocalpart(byte) {
            throw .forbiddenCharacter(Unicode.Scalar(byte))
        }
        let lowered = typed.utf8.map { byte in
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
        }
        return String(decoding: lowered, as: UTF8.self)
    }

    private static func prepared(unicode typed: String) throws(UsernameError) -> String {
        let mapped = Normalization.widthMapped(typed)
        // Preparation (RFC 8265 §3.3.1) comes before any rule that could hide a forbidden code point.
        for scalar in mapped.unicodeScalars {
            try self.checkClass(of: scalar)
        }
        let canonical = Normalization.composed(Normalization.lowercased(mapped))
        let scalars = Array(canonical.unicodeScalars)
        guard scalars.count <= self.maximumLength else { throw .tooLong }
        try self.checkContents(scalars)
        guard self.isStable(canonical) else { throw .unstable }
        return canonical
    }

    private static func checkClass(of scalar: Unicode.Scalar) throws(UsernameError) {
        switch PrecisClass(scalar) {
        case .valid, .contextual: return
        case .freeformOnly, .disallowed: throw .forbiddenCharacter(scalar)
        }
    }

    private static func checkContents(_ scalars: [Unicode.Scalar]) throws(UsernameError) {
        for (index, scalar) in scalars.enumerated() {
            try self.checkClass(of: scalar)
            if let byte = UInt8(exactly: scalar.value), self.isExcludedFromLocalpart(byte) {
                throw .forbiddenCharacter(scalar)
            }
            if PrecisClass(scalar) == .contextual, !PrecisContext.permits(at: index, in: scalars) {
                throw .forbiddenContext(scalar)
            }
        }
        guard BidiRule.permits(scalars) else { throw .mixedDirection }
    }

    /// RFC 8264 §7 wants the same result however often the rules are applied.
    private static func isStable(_ canonical: String) -> Bool {
        let again = Normalization.composed(Normalization.lowercased(Normalization.widthMapped(canonical)))
        return again.unicodeScalars.elementsEqual(canonical.unicodeScalars)
    }

    /// RFC 7622 §3.3.1.
    private static func isExcludedFromLocalpart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "/"), UInt8(ascii: ":"),
            UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "@"):
            true
        default: false
        }
    }
}
