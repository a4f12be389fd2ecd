/// A strict reader for the small JSON texts of tokens and keys (RFC 8259).
///
/// Refuses what lenient readers disagree about: duplicate keys, invalid UTF-8, lone surrogates, numbers without a
/// finite value, leading zeros, anything after the value. Never reads outside its input and never recurses deeper than
/// ``JSONBounds/depth``.
struct JSONReader {
    private let bytes: [UInt8]
    private var position = 0
    private var valuesLeft: Int

    /// Reads `bytes` as one value.
    ///
    /// - Parameter values: How many values it may consist of, members and elements counted.
    static func read(_ bytes: [UInt8], values: Int = JSONBounds.values) throws(JSONReadError) -> JSONValue {
        var reader = JSONReader(bytes: bytes, values: values)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw JSONReadError() }
        return value
    }

    private init(bytes: [UInt8], values: Int) {
        self.bytes = bytes
        self.valuesLeft = values
    }

    // MARK: Bytes

    /// The byte to read next; nil at the end.
    private var next: UInt8? {
        self.position < self.bytes.count ? self.bytes[self.position] : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard self.next == byte else { return false }
        self.position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONReadError) {
        guard self.take(byte) else { throw JSONReadError() }
    }

    private mutating func expect(_ literal: StaticString) throws(JSONReadError) {
        for index in 0..<literal.utf8CodeUnitCount {
            try self.expect(literal.utf8Start[index])
        }
    }

    private mutating func skipSpace() {
        while let byte = self.next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            self.position += 1
        }
    }

    // MARK: Values

    private mutating func value(depth: Int) throws(JSONReadError) -> JSONValue {
        guard depth <= JSONBounds.depth, self.valuesLeft > 0 else { throw JSONReadError() }
        self.valuesLeft -= 1
        self.skipSpace()
        switch self.next {
        case UInt8(ascii: "{"): return try self.object(depth: depth)
        case UInt8(ascii: "["): return try self.array(depth: depth)
        case UInt8(ascii: "\""): return .string(try self.string())
        case UInt8(ascii: "t"):
            try self.expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try self.expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try self.expect("null")
            return .null
        default: return try self.number()
        }
    }

    private mutating func object(depth: Int) throws(JSONReadError) -> JSONValue {
        try self.expect(UInt8(ascii: "{"))
        var members: [String: JSONValue] = [:]
        self.skipSpace()
        if self.take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            self.skipSpace()
            let key = try self.string()
            self.skipSpace()
            try self.expect(UInt8(ascii: ":"))
            let value = try self.value(depth: depth + 1)
            guard members.updateValue(value, forKey: key) == nil else { throw JSONReadError() }
            self.skipSpace()
        } while self.take(UInt8(ascii: ","))
        try self.expect(UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONReadError) -> JSONValue {
        try self.expect(UInt8(ascii: "["))
        var elements: [JSONValue] = []
        self.skipSpace()
        if self.take(UInt8(ascii: "]")) { return .array(elements) }
        repeat {
            elements.append(try self.value(depth: depth + 1))
            self.skipSpace()
        } while self.take(UInt8(ascii: ","))
        try self.expect(UInt8(ascii: "]"))
        return .array(elements)
    }

    // MARK: Numbers

    private mutating func number() throws(JSONReadError) -> JSONValue {
        let start = self.position
        _ = self.take(UInt8(ascii: "-"))
        if !self.take(UInt8(ascii: "0")) {
            try self.digits()
        }
        let wholeEnd = self.position
        if self.take(UInt8(ascii: ".")) {
            try self.digits()
        }
        if self.take(UInt8(ascii: "e")) || self.take(UInt8(ascii: "E")) {
            _ = self.take(UInt8(ascii: "+")) || self.take(UInt8(ascii: "-"))
            try self.digits()
        }
        let text = String(decoding: self.bytes[start..<self.position], as: UTF8.self)
        if wholeEnd == self.position, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw JSONReadError() }
        return .number(number)
    }

    /// One or more digits.
    private mutating func digits() throws(JSONReadError) {
        let start = self.position
        while let byte = self.next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            self.position += 1
        }
        guard self.position > start else { throw JSONReadError() }
    }

    // MARK: Strings

    private mutating func string() throws(JSONReadError) -> String {
        try self.expect(UInt8(ascii: "\""))
        let start = self.position
        while let byte = self.next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") {
            self.position += 1
        }
        let plain = self.bytes[start..<self.position]
        let content = self.next == UInt8(ascii: "\\") ? try self.unescaped(after: plain) : plain
        try self.expect(UInt8(ascii: "\""))
        guard let text = String(validating: content, as: UTF8.self) else { throw JSONReadError() }
        return text
    }

    /// Reads on up to the closing quote, from the first backslash.
    private mutating func unescaped(after plain: ArraySlice<UInt8>) throws(JSONReadError) -> ArraySlice<UInt8> {
        var content = Array(plain)
        while let byte = self.next, byte >= 0x20, byte != UInt8(ascii: "\"") {
            self.position += 1
            if byte == UInt8(ascii: "\\") {
                content.append(contentsOf: String(try self.escaped()).utf8)
            } else {
                content.append(byte)
            }
        }
        return content[...]
    }

    /// The scalar that an escape stands for, its backslash already read.
    private mutating func escaped() throws(JSONReadError) -> Unicode.Scalar {
        guard let byte = self.next else { throw JSONReadError() }
        self.position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try self.unicodeEscape()
        default: throw JSONReadError()
        }
    }

    private mutating func unicodeEscape() throws(JSONReadError) -> Unicode.Scalar {
        var value = try self.fourHexDigits()
        if (0xD800...0xDBFF).contains(value) {
            try self.expect("\\u")
            let low = try self.fourHexDigits()
            guard (0xDC00...0xDFFF).contains(low) else { throw JSONReadError() }
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(value) else { throw JSONReadError() }
        return scalar
    }

    private mutating func fourHexDigits() throws(JSONReadError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = self.next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw JSONReadError()
            }
            value = value << 4 | UInt32(digit)
            self.position += 1
        }
        return value
    }
}
