extension UInt8 {
    @inline(__always)
    var isASCIIDigit: Bool {
        self &- UInt8(ascii: "0") < 10
    }

    /// 0...15 for `0-9`, `a-f` and `A-F`; nil for anything else.
    @inline(__always)
    var hexDigitValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self &- UInt8(ascii: "A") &+ 10
        default: nil
        }
    }
}

/// Eight bytes of text looked at in one go ("SIMD within a register").
///
/// Each test sets the high bit of a byte that passes. A subtraction may carry into the bytes *after* a passing one and
/// mark them wrongly, so only "is any marked" and "which is the first" can be asked.
struct EightBytes {
    private let bytes: UInt64

    /// - Precondition: eight bytes are readable at `pointer`; no alignment is needed.
    @inline(__always)
    init(at pointer: UnsafePointer<UInt8>) {
        let loaded = UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self)
        self.bytes = UInt64(littleEndian: loaded)
    }

    private static var lowBits: UInt64 { 0x0101_0101_0101_0101 }
    private static var highBits: UInt64 { 0x8080_8080_8080_8080 }

    @inline(__always)
    private func equal(to byte: UInt8) -> UInt64 {
        let difference = self.bytes ^ (Self.lowBits &* UInt64(byte))
        return (difference &- Self.lowBits) & ~difference
    }

    @inline(__always)
    private var control: UInt64 {
        (self.bytes &- (Self.lowBits &* 0x20)) & ~self.bytes
    }

    /// How many bytes come before the first that ends a run of plain text in a string being read: a quotation mark, a
    /// backslash, a control character or a byte beyond ASCII. 8 when there is none.
    @inline(__always)
    var plainASCIIPrefix: Int {
        let marks = self.equal(to: UInt8(ascii: "\"")) | self.equal(to: UInt8(ascii: "\\")) | self.control | self.bytes
        return (marks & Self.highBits).trailingZeroBitCount / 8
    }

    /// How many bytes come before the first that a string being written may have to escape: a quotation mark, a
    /// backslash, a control character or the first byte of U+2028 and U+2029. 8 when there is none.
    @inline(__always)
    var unescapedPrefix: Int {
        let marks =
            self.equal(to: UInt8(ascii: "\"")) | self.equal(to: UInt8(ascii: "\\")) | self.control
            | self.equal(to: LineSeparator.firstByte)
        return (marks & Self.highBits).trailingZeroBitCount / 8
    }
}

/// U+2028 and U+2029: legal in JSON, line ends in JavaScript. Written escaped so that output may stand in a script.
enum LineSeparator {
    static var firstByte: UInt8 { 0xE2 }

    /// Whether the bytes E2 80 A8 or E2 80 A9 start at `index`.
    @inline(__always)
    static func starts(at index: Int, of bytes: UnsafePointer<UInt8>, end: Int) -> Bool {
        index + 2 < end && bytes[index] == self.firstByte && bytes[index + 1] == 0x80 && bytes[index + 2] | 1 == 0xA9
    }
}

enum UTF8Sequence {
    /// The length, 2...4, of the well-formed sequence that starts at `index` with a byte beyond ASCII; 0 when what is
    /// there is not well-formed (Unicode, table 3-7: overlong forms, surrogates and values beyond U+10FFFF are not).
    ///
    /// - Precondition: `index < end`.
    static func length(at index: Int, of bytes: UnsafePointer<UInt8>, end: Int) -> Int {
        let length: Int
        let second: ClosedRange<UInt8>
        switch bytes[index] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xE1...0xEC, 0xEE...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard end - index >= length, second.contains(bytes[index + 1]) else { return 0 }
        for next in index + 2..<index + length where bytes[next] & 0xC0 != 0x80 {
            return 0
        }
        return length
    }
}
