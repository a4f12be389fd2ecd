enum DecimalDigits {
    /// How many decimal digits `value` has: 1...20.
    @inline(__always)
    static func count(of value: UInt64) -> Int {
        var count = 1
        var rest = value
        while rest >= 10 {
            rest /= 10
            count += 1
        }
        return count
    }

    /// Writes the lowest `count` digits of `value`, with leading zeros.
    ///
    /// - Precondition: `count` bytes are writable at `output`.
    @inline(__always)
    static func write(_ value: UInt64, count: Int, to output: UnsafeMutablePointer<UInt8>) {
        var rest = value
        for index in (0..<count).reversed() {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            output[index] = UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
            rest = quotient
        }
    }
}

enum HexDigits {
    /// Writes a byte as two lower-case digits.
    ///
    /// - Precondition: two bytes are writable at `output`.
    @inline(__always)
    static func write(_ byte: UInt8, to output: UnsafeMutablePointer<UInt8>) {
        output[0] = self.digit(byte >> 4)
        output[1] = self.digit(byte & 0xF)
    }

    @inline(__always)
    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") &+ value : UInt8(ascii: "a") &+ (value &- 10)
    }
}

extension String {
    /// Makes a string of exactly `count` bytes of ASCII, which `fill` must set all.
    init(asciiCount count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        self.init(unsafeUninitializedCapacity: count) { bytes in
            guard let output = bytes.baseAddress else { return 0 }
            fill(output)
            return count
        }
    }

    /// Lends the string's UTF-8 bytes.
    func withUTF8Bytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        var text = self
        return text.withUTF8(body)
    }
}
