/// Reads base64 (RFC 4648 §4). The two characters of the URL-safe alphabet (§5) are taken for those that they replace.
enum Base64 {
    /// The bytes that `text` stands for; nil when it is not the one encoding of them.
    ///
    /// - Parameter isPadded: Whether `=` must fill up the last four characters; otherwise there must be none.
    static func decode(_ text: some Collection<UInt8>, isPadded: Bool) -> [UInt8]? {
        let padding = text.suffix(2).reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard isPadded ? text.count.isMultiple(of: 4) : padding == 0 else { return nil }
        var output: [UInt8] = []
        output.reserveCapacity(text.count / 4 * 3)
        var pending: UInt32 = 0
        var bits = 0
        for character in text.dropLast(padding) {
            guard let value = self.value(of: character) else { return nil }
            pending = pending << 6 | value
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            output.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
            pending &= (1 << UInt32(bits)) - 1
        }
        // Six bits left over are a lone last character; two or four must be the zeros that filled it up.
        return bits < 6 && pending == 0 ? output : nil
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
