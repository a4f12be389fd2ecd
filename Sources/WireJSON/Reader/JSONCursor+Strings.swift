// Strings are read in two steps over the same bytes. The first finds the end and refuses everything that is wrong, so
// the second cannot fail: it copies, or, when there are escapes, resolves them straight into the new string's storage.

extension JSONCursor {
    /// Reads the string whose opening quotation mark is the current byte (RFC 8259 §7).
    ///
    /// - Precondition: `bytes[position]` is a quotation mark.
    mutating func readString() throws(JSONError) -> String {
        let start = self.position + 1
        var index = start
        var hasEscapes = false
        while true {
            index = self.endOfPlainASCII(from: index)
            guard index < self.end else { throw JSONError(.unexpectedEnd, at: self.end) }
            switch self.bytes[index] {
            case UInt8(ascii: "\""):
                self.position = index + 1
                return self.makeString(from: start, to: index, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index = try self.checkedEndOfEscape(at: index)
            case 0x80...:
                index = try self.checkedEndOfMultibyte(from: index)
            default:
                throw JSONError(.controlCharacter, at: index)
            }
        }
    }

    @inline(__always)
    private func endOfPlainASCII(from start: Int) -> Int {
        var index = start
        while self.end - index >= 8 {
            let prefix = EightBytes(at: self.bytes + index).plainASCIIPrefix
            index += prefix
            if prefix < 8 { return index }
        }
        while index < self.end {
            switch self.bytes[index] {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), 0..<0x20, 0x80...: return index
            default: index += 1
            }
        }
        return index
    }

    private func checkedEndOfMultibyte(from start: Int) throws(JSONError) -> Int {
        var index = start
        while index < self.end, self.bytes[index] >= 0x80 {
            let length = UTF8Sequence.length(at: index, of: self.bytes, end: self.end)
            guard length > 0 else { throw JSONError(.invalidUTF8, at: index) }
            index += length
        }
        return index
    }

    // MARK: - Checking escapes

    /// Checks the escape, or the pair of escapes, whose backslash is at `index`; returns where the text goes on.
    private func checkedEndOfEscape(at index: Int) throws(JSONError) -> Int {
        guard index + 1 < self.end else { throw JSONError(.unexpectedEnd, at: self.end) }
        if self.bytes[index + 1] != UInt8(ascii: "u") {
            guard Self.character(ofShortEscape: self.bytes[index + 1]) != nil else {
                throw JSONError(.invalidEscape, at: index)
            }
            return index + 2
        }
        let unit = try self.checkedUnit(ofEscapeAt: index)
        guard UTF16.isSurrogate(unit) else { return index + 6 }
        return try self.checkedEndOfPair(at: index, leading: unit)
    }

    private func checkedEndOfPair(at index: Int, leading: UInt16) throws(JSONError) -> Int {
        let second = index + 6
        guard UTF16.isLeadSurrogate(leading), second + 1 < self.end,
            self.bytes[second] == UInt8(ascii: "\\"), self.bytes[second + 1] == UInt8(ascii: "u"),
            UTF16.isTrailSurrogate(try self.checkedUnit(ofEscapeAt: second))
        else { throw JSONError(.loneSurrogate, at: index) }
        return second + 6
    }

    /// The code unit of the `\uXXXX` whose backslash is at `index`.
    private func checkedUnit(ofEscapeAt index: Int) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for digit in index + 2..<index + 6 {
            guard digit < self.end else { throw JSONError(.unexpectedEnd, at: self.end) }
            guard let value = self.bytes[digit].hexDigitValue else { throw JSONError(.invalidEscape, at: index) }
            unit = unit << 4 | UInt16(value)
        }
        return unit
    }

    // MARK: - Building the string

    private func makeString(from start: Int, to end: Int, hasEscapes: Bool) -> String {
        let raw = UnsafeBufferPointer(start: self.bytes + start, count: end - start)
        guard hasEscapes else { return String(decoding: raw, as: UTF8.self) }
        // No escape is shorter than what it stands for, so the raw length is room enough.
        return String(unsafeUninitializedCapacity: raw.count) { Self.resolveEscapes(of: raw, into: $0) }
    }

    /// Copies checked string content with its escapes resolved; returns the number of bytes written.
    private static func resolveEscapes(
        of raw: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Int {
        var written = 0
        var index = 0
        while index < raw.count {
            guard raw[index] == UInt8(ascii: "\\") else {
                output[written] = raw[index]
                written += 1
                index += 1
                continue
            }
            let scalar: Unicode.Scalar
            (scalar, index) = self.scalar(ofEscapeAt: index, in: raw)
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                output[written] = byte
                written += 1
            }
        }
        return written
    }

    /// What a checked escape stands for, and the index after it. The replacement character never shows: it fills the
    /// place of cases that the check has ruled out.
    private static func scalar(
        ofEscapeAt index: Int,
        in raw: UnsafeBufferPointer<UInt8>
    ) -> (scalar: Unicode.Scalar, next: Int) {
        if let character = self.character(ofShortEscape: raw[index + 1]) {
            return (Unicode.Scalar(character), index + 2)
        }
        let unit = self.unit(ofEscapeAt: index, in: raw)
        guard UTF16.isLeadSurrogate(unit) else {
            return (Unicode.Scalar(unit) ?? "\u{FFFD}", index + 6)
        }
        let trailing = self.unit(ofEscapeAt: index + 6, in: raw)
        let value = 0x1_0000 + (UInt32(unit & 0x3FF) << 10 | UInt32(trailing & 0x3FF))
        return (Unicode.Scalar(value) ?? "\u{FFFD}", index + 12)
    }

    private static func unit(ofEscapeAt index: Int, in raw: UnsafeBufferPointer<UInt8>) -> UInt16 {
        raw[index + 2..<index + 6].reduce(0) { $0 << 4 | UInt16($1.hexDigitValue ?? 0) }
    }

    /// What a backslash and this letter stand for; nil for `u` and for everything that RFC 8259 §7 does not list.
    private static func character(ofShortEscape letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        default: nil
        }
    }
}
