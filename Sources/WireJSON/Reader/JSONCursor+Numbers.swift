extension JSONCursor {
    /// Reads the number that starts at the current byte (RFC 8259 §6).
    ///
    /// - Precondition: `bytes[position]` is a digit or a minus sign.
    mutating func readNumber() throws(JSONError) -> JSONValue {
        let start = self.position
        let isNegative = self.bytes[start] == UInt8(ascii: "-")
        if isNegative { self.position += 1 }
        let magnitude = try self.readIntegerPart()
        if let magnitude, !self.hasFractionOrExponent,
            let value = Self.integer(magnitude: magnitude, isNegative: isNegative)
        {
            return .integer(value)
        }
        try self.readFraction()
        try self.readExponent()
        return .number(try self.double(from: start))
    }

    /// Steps over `0` or digits that start with another one; nil when they are beyond `UInt64`.
    @inline(__always)
    private mutating func readIntegerPart() throws(JSONError) -> UInt64? {
        let first = self.position
        var magnitude: UInt64 = 0
        var overflows = false
        while let digit = self.currentDigit {
            let (product, tooLarge) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carries) = product.addingReportingOverflow(UInt64(digit))
            overflows = overflows || tooLarge || carries
            magnitude = sum
            self.position += 1
        }
        try self.requireDigits(from: first)
        guard self.bytes[first] != UInt8(ascii: "0") || self.position == first + 1 else {
            throw JSONError(.invalidNumber, at: first)
        }
        return overflows ? nil : magnitude
    }

    private var hasFractionOrExponent: Bool {
        guard self.position < self.end else { return false }
        return switch self.bytes[self.position] {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"): true
        default: false
        }
    }

    private mutating func readFraction() throws(JSONError) {
        guard self.position < self.end, self.bytes[self.position] == UInt8(ascii: ".") else { return }
        self.position += 1
        try self.readDigits()
    }

    private mutating func readExponent() throws(JSONError) {
        guard self.position < self.end, self.bytes[self.position] | 0x20 == UInt8(ascii: "e") else { return }
        self.position += 1
        if self.position < self.end {
            switch self.bytes[self.position] {
            case UInt8(ascii: "+"), UInt8(ascii: "-"): self.position += 1
            default: break
            }
        }
        try self.readDigits()
    }

    private mutating func readDigits() throws(JSONError) {
        let first = self.position
        while self.currentDigit != nil {
            self.position += 1
        }
        try self.requireDigits(from: first)
    }

    /// Throws when no digit was read since `first`.
    private func requireDigits(from first: Int) throws(JSONError) {
        guard self.position == first else { return }
        throw JSONError(first < self.end ? .invalidNumber : .unexpectedEnd, at: first)
    }

    private var currentDigit: UInt8? {
        guard self.position < self.end, self.bytes[self.position].isASCIIDigit else { return nil }
        return self.bytes[self.position] &- UInt8(ascii: "0")
    }

    private static func integer(magnitude: UInt64, isNegative: Bool) -> Int64? {
        guard isNegative else { return Int64(exactly: magnitude) }
        return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }

    /// The nearest `Double` to the literal between `start` and the current position.
    private func double(from start: Int) throws(JSONError) -> Double {
        let literal = UnsafeBufferPointer(start: self.bytes + start, count: self.position - start)
        guard let value = Double(String(decoding: literal, as: UTF8.self)), value.isFinite else {
            throw JSONError(.numberOutOfRange, at: start)
        }
        return value
    }
}
