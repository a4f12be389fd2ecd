package import NIOCore

extension JSONWriter {
    /// Writes a string (RFC 8259 §7).
    ///
    /// Escaped are the quotation mark, the backslash, U+0000...U+001F (by the short form where there is one) and
    /// U+2028 and U+2029; everything else goes out as UTF-8.
    package mutating func string(_ text: String) {
        var text = text
        text.withUTF8 { self.writeString(wellFormed: $0) }
    }

    package mutating func string(_ text: Substring) {
        var text = text
        text.withUTF8 { self.writeString(wellFormed: $0) }
    }

    /// Writes the bytes as a string, without building a `String`. What is not well-formed UTF-8 in them becomes U+FFFD.
    package mutating func string(utf8 text: ByteBufferView) {
        text.withUnsafeBytes { self.string(utf8: $0) }
    }

    package mutating func string(utf8 text: UnsafeRawBufferPointer) {
        let bytes = text.bindMemory(to: UInt8.self)
        guard Self.isWellFormed(bytes) else { return self.string(String(decoding: bytes, as: UTF8.self)) }
        self.writeString(wellFormed: bytes)
    }

    // MARK: - Writing

    private mutating func writeString(wellFormed text: UnsafeBufferPointer<UInt8>) {
        let plainCount = Self.endOfUnescaped(in: text, from: 0)
        guard plainCount == text.count else {
            return self.writeEscapedString(wellFormed: text, plainCount: plainCount)
        }
        self.writeToken(count: text.count + 2, completesValue: true) { output in
            output[0] = UInt8(ascii: "\"")
            Self.copy(text, to: output + 1)
            output[text.count + 1] = UInt8(ascii: "\"")
        }
    }

    /// Writes runs of plain text and escapes in turn.
    ///
    /// - Parameter plainCount: the length of the first run; less than the whole.
    private mutating func writeEscapedString(wellFormed text: UnsafeBufferPointer<UInt8>, plainCount: Int) {
        self.writeToken(count: 1, completesValue: false) { $0[0] = UInt8(ascii: "\"") }
        var start = 0
        var end = plainCount
        while true {
            self.appendBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: text[start..<end])))
            guard end < text.count else { break }
            start = end + self.appendEscape(of: text, at: end)
            end = Self.endOfUnescaped(in: text, from: start)
        }
        self.writeToken(count: 1, completesValue: true) { $0[0] = UInt8(ascii: "\"") }
    }

    /// Appends the escape for the character at `index`; returns how many bytes of text it stands for.
    private mutating func appendEscape(of text: UnsafeBufferPointer<UInt8>, at index: Int) -> Int {
        let byte = text[index]
        if byte == LineSeparator.firstByte {
            // E2 80 A8 is U+2028, E2 80 A9 is U+2029.
            self.appendUnicodeEscape(high: 0x20, low: 0x28 | (text[index + 2] & 1))
            return 3
        }
        if let letter = Self.shortEscape(of: byte) {
            self.writeToken(count: 2, completesValue: false) { output in
                output[0] = UInt8(ascii: "\\")
                output[1] = letter
            }
        } else {
            self.appendUnicodeEscape(high: 0, low: byte)
        }
        return 1
    }

    private mutating func appendUnicodeEscape(high: UInt8, low: UInt8) {
        self.writeToken(count: 6, completesValue: false) { output in
            output[0] = UInt8(ascii: "\\")
            output[1] = UInt8(ascii: "u")
            HexDigits.write(high, to: output + 2)
            HexDigits.write(low, to: output + 4)
        }
    }

    private static func shortEscape(of byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): byte
        case 0x08: UInt8(ascii: "b")
        case 0x09: UInt8(ascii: "t")
        case 0x0A: UInt8(ascii: "n")
        case 0x0C: UInt8(ascii: "f")
        case 0x0D: UInt8(ascii: "r")
        default: nil
        }
    }

    // MARK: - Scanning

    /// The index of the first byte from `start` on that must be escaped, or the count.
    @inline(__always)
    private static func endOfUnescaped(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        guard let bytes = text.baseAddress else { return 0 }
        let end = text.count
        var index = start
        while index < end {
            if end - index >= 8 {
                let prefix = EightBytes(at: bytes + index).unescapedPrefix
                index += prefix
                if prefix == 8 { continue }
            }
            switch bytes[index] {
            case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"):
                return index
            case LineSeparator.firstByte where LineSeparator.starts(at: index, of: bytes, end: end):
                return index
            default:
                index += 1
            }
        }
        return end
    }

    private static func isWellFormed(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let bytes = text.baseAddress else { return true }
        var index = 0
        while index < text.count {
            if bytes[index] < 0x80 {
                index += 1
                continue
            }
            let length = UTF8Sequence.length(at: index, of: bytes, end: text.count)
            guard length > 0 else { return false }
            index += length
        }
        return true
    }
}
