/// A UUID (RFC 9562) as the wire knows it: two halves of 64 bits, big-endian, and its texts.
package struct WireUUID: Sendable, Hashable {
    /// Octets 0...7.
    package let high: UInt64
    /// Octets 8...15.
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The version field, 0...15; says something only when ``hasStandardVariant`` is true.
    package var version: Int {
        Int((self.high >> 12) & 0xF)
    }

    /// Whether the variant bits are `10`, as in every UUID that RFC 9562 defines a version for.
    package var hasStandardVariant: Bool {
        self.low >> 62 == 0b10
    }

    /// The octet at 0...15.
    @inline(__always)
    private func octet(_ index: Int) -> UInt8 {
        let half = index < 8 ? self.high : self.low
        return UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * (index & 7)))
    }
}

// MARK: - 36 characters, 8-4-4-4-12 (RFC 9562 §4)

extension WireUUID {
    static var textCount: Int { 36 }

    /// Reads exactly 36 characters with hyphens in their places and hexadecimal digits of either case, or is nil. The
    /// version is not looked at.
    package init?(_ text: String) {
        guard let value = text.withUTF8Bytes({ Self(text: $0) }) else { return nil }
        self = value
    }

    private init?(text: UnsafeBufferPointer<UInt8>) {
        guard text.count == Self.textCount else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in text.indices {
            if Self.hasHyphen(at: index) {
                guard text[index] == UInt8(ascii: "-") else { return nil }
                continue
            }
            guard let digit = text[index].hexDigitValue else { return nil }
            // Each digit pushes the uppermost four bits of the low half over to the high half.
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
        }
        self.init(high: high, low: low)
    }

    /// The 36 characters in lower case.
    package var text: String {
        String(asciiCount: Self.textCount) { self.writeText(to: $0) }
    }

    /// - Precondition: 36 bytes are writable at `output`.
    func writeText(to output: UnsafeMutablePointer<UInt8>) {
        var position = 0
        for index in 0..<16 {
            if Self.hasHyphen(at: position) {
                output[position] = UInt8(ascii: "-")
                position += 1
            }
            HexDigits.write(self.octet(index), to: output + position)
            position += 2
        }
    }

    @inline(__always)
    private static func hasHyphen(at position: Int) -> Bool {
        position == 8 || position == 13 || position == 18 || position == 23
    }
}

// MARK: - 22 characters of base64url without padding (RFC 4648 §5)

extension WireUUID {
    static var base64URLCount: Int { 22 }

    /// Reads exactly 22 characters, or is nil. The four bits that the last one has too many must be zero, so that a
    /// UUID has one spelling only.
    package init?(base64URL text: String) {
        guard let value = text.withUTF8Bytes({ Self(base64URL: $0) }) else { return nil }
        self = value
    }

    private init?(base64URL text: UnsafeBufferPointer<UInt8>) {
        guard text.count == Self.base64URLCount else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for byte in text.dropLast() {
            guard let digit = Self.base64Value(of: byte) else { return nil }
            high = high << 6 | low >> 58
            low = low << 6 | UInt64(digit)
        }
        guard let last = Self.base64Value(of: text[Self.base64URLCount - 1]), last & 0xF == 0 else { return nil }
        self.init(high: high << 2 | low >> 62, low: low << 2 | UInt64(last >> 4))
    }

    /// The 16 octets as 22 characters `A-Z a-z 0-9 - _`.
    package var base64URL: String {
        String(asciiCount: Self.base64URLCount) { self.writeBase64URL(to: $0) }
    }

    /// - Precondition: 22 bytes are writable at `output`.
    func writeBase64URL(to output: UnsafeMutablePointer<UInt8>) {
        output[21] = Self.base64Digit(UInt8(truncatingIfNeeded: self.low & 0b11) << 4)
        var high = self.high >> 2
        var low = self.low >> 2 | self.high << 62
        for index in (0..<21).reversed() {
            output[index] = Self.base64Digit(UInt8(truncatingIfNeeded: low & 0x3F))
            low = low >> 6 | high << 58
            high >>= 6
        }
    }

    private static func base64Digit(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") &+ value
        case 26..<52: UInt8(ascii: "a") &+ (value &- 26)
        case 52..<62: UInt8(ascii: "0") &+ (value &- 52)
        case 62: UInt8(ascii: "-")
        default: UInt8(ascii: "_")
        }
    }

    private static func base64Value(of digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): digit &- UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): digit &- UInt8(ascii: "a") &+ 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit &- UInt8(ascii: "0") &+ 52
        case UInt8(ascii: "-"): 62
        case UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
