/// Base64 with the URL-safe alphabet and without padding (RFC 4648 §5, as RFC 7515 §2 uses it).
package enum Base64URL {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: self.encodedBytes(bytes), as: UTF8.self)
    }

    /// The same as ``encode(_:)``, as ASCII bytes.
    static func encodedBytes(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let alphabet = self.alphabet
        var output: [UInt8] = []
        output.reserveCapacity((bytes.underestimatedCount * 4 + 2) / 3)
        var pending: UInt32 = 0
        var bits = 0
        for byte in bytes {
            pending = pending << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                output.append(alphabet[Int(pending >> UInt32(bits) & 0x3F)])
            }
            pending &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 {
            output.append(alphabet[Int(pending << UInt32(6 - bits) & 0x3F)])
        }
        return output
    }

    /// The bytes that `text` stands for, or nil when it is not the one canonical encoding of them.
    ///
    /// Padding, white space, a length that no bytes give and unused bits that are not zero are all refused: two
    /// different texts never decode to the same bytes, so a signed token cannot be respelled.
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var output: [UInt8] = []
        output.reserveCapacity(text.underestimatedCount * 3 / 4)
        var pending: UInt32 = 0
        var bits = 0
        for character in text {
            guard let value = self.value(of: character) else { return nil }
            pending = pending << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                output.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
                pending &= (1 << UInt32(bits)) - 1
            }
        }
        // Six bits left over are a lone last character; two or four must be the zeros that filled it up.
        guard bits < 6, pending == 0 else { return nil }
        return output
    }

    private static func value(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a") + 26)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0") + 52)
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
