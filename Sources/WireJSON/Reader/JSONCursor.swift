/// A position in a document being read, and the rules for what may stand there.
///
/// Works on a raw pointer for speed: every access is preceded by a comparison with ``end``. It must not outlive the
/// closure that lent the bytes.
struct JSONCursor {
    let bytes: UnsafePointer<UInt8>
    let end: Int
    let limits: JSONLimits
    var position = 0
    private var elements = 0

    init(bytes: UnsafePointer<UInt8>, end: Int, limits: JSONLimits) {
        self.bytes = bytes
        self.end = end
        self.limits = limits
    }

    mutating func readDocument() throws(JSONError) -> JSONValue {
        _ = try self.nextToken()
        let value = try self.readValue(depth: 0)
        self.skipWhitespace()
        guard self.position == self.end else { throw JSONError(.trailingBytes, at: self.position) }
        return value
    }

    /// Reads the value that starts at the current byte.
    ///
    /// - Parameter depth: how many containers are open around it.
    /// - Precondition: `position < end`, as ``nextToken()`` leaves it.
    private mutating func readValue(depth: Int) throws(JSONError) -> JSONValue {
        self.elements += 1
        guard self.elements <= self.limits.maxElements else { throw JSONError(.tooManyElements, at: self.position) }
        switch self.bytes[self.position] {
        case UInt8(ascii: "\""):
            return .string(try self.readString())
        case UInt8(ascii: "{"):
            return .object(try self.readObject(depth: depth + 1))
        case UInt8(ascii: "["):
            return .array(try self.readArray(depth: depth + 1))
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
            return try self.readNumber()
        case UInt8(ascii: "t"):
            try self.readLiteral("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try self.readLiteral("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try self.readLiteral("null")
            return .null
        default:
            throw JSONError(.unexpectedByte, at: self.position)
        }
    }

    // MARK: - Containers

    private mutating func readArray(depth: Int) throws(JSONError) -> [JSONValue] {
        try self.open(depth: depth)
        var elements: [JSONValue] = []
        if try self.nextToken() == UInt8(ascii: "]") {
            self.position += 1
            return elements
        }
        repeat {
            _ = try self.nextToken()
            elements.append(try self.readValue(depth: depth))
        } while try self.continues(until: UInt8(ascii: "]"))
        return elements
    }

    private mutating func readObject(depth: Int) throws(JSONError) -> JSONObject {
        try self.open(depth: depth)
        var keys = DistinctKeys()
        var members: [JSONObject.Member] = []
        if try self.nextToken() == UInt8(ascii: "}") {
            self.position += 1
            return JSONObject()
        }
        // Most objects of a chat protocol fit; growing one by one costs more than the value's own bytes.
        members.reserveCapacity(4)
        repeat {
            try self.expect(UInt8(ascii: "\""))
            let keyOffset = self.position
            guard members.count < self.limits.maxKeys else { throw JSONError(.tooManyKeys, at: keyOffset) }
            let key = try self.readString()
            guard keys.insert(key, after: members) else { throw JSONError(.duplicateKey, at: keyOffset) }
            try self.expect(UInt8(ascii: ":"))
            self.position += 1
            _ = try self.nextToken()
            members.append(JSONObject.Member(key: key, value: try self.readValue(depth: depth)))
        } while try self.continues(until: UInt8(ascii: "}"))
        return JSONObject(distinctMembers: members)
    }

    /// Steps over an opening bracket.
    private mutating func open(depth: Int) throws(JSONError) {
        guard depth <= self.limits.maxDepth else { throw JSONError(.tooDeep, at: self.position) }
        self.position += 1
    }

    /// Steps over the comma or the closing bracket after an element; true means that another element must follow.
    @inline(__always)
    private mutating func continues(until close: UInt8) throws(JSONError) -> Bool {
        let byte = try self.nextToken()
        guard byte == close || byte == UInt8(ascii: ",") else { throw JSONError(.unexpectedByte, at: self.position) }
        self.position += 1
        return byte != close
    }

    // MARK: - Tokens

    /// Skips white space and stops at `byte`, which must come next.
    @inline(__always)
    private mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard try self.nextToken() == byte else { throw JSONError(.unexpectedByte, at: self.position) }
    }

    /// Skips white space and returns the byte after it without stepping over it.
    @inline(__always)
    private mutating func nextToken() throws(JSONError) -> UInt8 {
        self.skipWhitespace()
        guard self.position < self.end else { throw JSONError(.unexpectedEnd, at: self.end) }
        return self.bytes[self.position]
    }

    @inline(__always)
    private mutating func skipWhitespace() {
        while self.position < self.end {
            switch self.bytes[self.position] {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"), UInt8(ascii: "\t"): self.position += 1
            default: return
            }
        }
    }

    private mutating func readLiteral(_ literal: StaticString) throws(JSONError) {
        for index in 0..<literal.utf8CodeUnitCount {
            guard self.position < self.end else { throw JSONError(.unexpectedEnd, at: self.end) }
            guard self.bytes[self.position] == literal.utf8Start[index] else {
                throw JSONError(.unexpectedByte, at: self.position)
            }
            self.position += 1
        }
    }
}

/// Finds a key that an object names twice.
///
/// A few keys are compared one by one, which allocates nothing. Beyond that a set takes over, so that an object full
/// of keys costs no more than linear time.
private struct DistinctKeys {
    private static let linearLimit = 12

    /// A key by its bytes; a `String` would hash and compare by canonical equivalence.
    private struct Key: Hashable {
        let text: String

        static func == (lhs: Key, rhs: Key) -> Bool {
            lhs.text.hasSameBytes(as: rhs.text)
        }

        func hash(into hasher: inout Hasher) {
            var text = self.text
            text.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private var seen: Set<Key> = []

    /// Remembers `key`; false when it is one of `members` already.
    @inline(__always)
    mutating func insert(_ key: String, after members: [JSONObject.Member]) -> Bool {
        if members.count < Self.linearLimit {
            for member in members where member.key.hasSameBytes(as: key) {
                return false
            }
            return true
        }
        return self.insertIntoSet(key, after: members)
    }

    private mutating func insertIntoSet(_ key: String, after members: [JSONObject.Member]) -> Bool {
        if self.seen.isEmpty {
            for member in members {
                self.seen.insert(Key(text: member.key))
            }
        }
        return self.seen.insert(Key(text: key)).inserted
    }
}
