extension JSONWriter {
    package mutating func null() {
        self.raw("null")
    }

    package mutating func bool(_ value: Bool) {
        self.raw(value ? "true" : "false")
    }

    package mutating func integer(_ value: Int64) {
        let isNegative = value < 0
        let magnitude = value.magnitude
        let digits = DecimalDigits.count(of: magnitude)
        self.writeToken(count: digits + (isNegative ? 1 : 0), completesValue: true) { output in
            output[0] = UInt8(ascii: "-")
            DecimalDigits.write(magnitude, count: digits, to: output + (isNegative ? 1 : 0))
        }
    }

    package mutating func integer(_ value: Int) {
        self.integer(Int64(value))
    }

    /// Writes the shortest text that reads back as the same `Double`, always with a fraction or an exponent. NaN and
    /// the infinities, which JSON cannot express, are written as null.
    package mutating func double(_ value: Double) {
        guard value.isFinite else { return self.null() }
        var text = value.description
        text.withUTF8 { self.raw(UnsafeRawBufferPointer($0)) }
    }

    /// Writes a value of any kind; recurses once per level of nesting.
    package mutating func value(_ value: JSONValue) {
        switch value {
        case .null: self.null()
        case .bool(let value): self.bool(value)
        case .integer(let value): self.integer(value)
        case .number(let value): self.double(value)
        case .string(let value): self.string(value)
        case .array(let elements): self.array(elements)
        case .object(let object): self.object(object)
        }
    }

    package mutating func array(_ elements: [JSONValue]) {
        self.beginArray()
        for element in elements {
            self.value(element)
        }
        self.endArray()
    }

    package mutating func object(_ object: JSONObject) {
        self.beginObject()
        for member in object.members {
            self.key(escaping: member.key)
            self.value(member.value)
        }
        self.endObject()
    }

    /// Writes a UUID as a string of 36 lower-case characters.
    package mutating func uuid(_ value: WireUUID) {
        self.quoted(count: WireUUID.textCount) { value.writeText(to: $0) }
    }

    /// Writes a UUID as a string of 22 characters (see ``WireUUID/base64URL``).
    package mutating func base64URL(_ value: WireUUID) {
        self.quoted(count: WireUUID.base64URLCount) { value.writeBase64URL(to: $0) }
    }

    /// Writes a moment as a string, like `"2026-11-21T11:01:21.560Z"` (see ``WireTimestamp``).
    ///
    /// - Parameter milliseconds: since 1970-01-01T00:00:00Z; held to the years 1...9999.
    package mutating func timestamp(milliseconds: Int64) {
        self.quoted(count: WireTimestamp.textCount) { WireTimestamp.writeText(milliseconds: milliseconds, to: $0) }
    }

    /// Writes a string of `count` bytes that need no escaping.
    private mutating func quoted(count: Int, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        self.writeToken(count: count + 2, completesValue: true) { output in
            output[0] = UInt8(ascii: "\"")
            fill(output + 1)
            output[count + 1] = UInt8(ascii: "\"")
        }
    }
}

// MARK: - Members: a key and its value in one call

extension JSONWriter {
    package mutating func member(_ key: StaticString, _ value: String) {
        self.key(key)
        self.string(value)
    }

    package mutating func member(_ key: StaticString, _ value: Int64) {
        self.key(key)
        self.integer(value)
    }

    package mutating func member(_ key: StaticString, _ value: Int) {
        self.key(key)
        self.integer(value)
    }

    package mutating func member(_ key: StaticString, _ value: Bool) {
        self.key(key)
        self.bool(value)
    }

    package mutating func member(_ key: StaticString, _ value: JSONValue) {
        self.key(key)
        self.value(value)
    }
}
