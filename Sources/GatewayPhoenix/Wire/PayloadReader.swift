import ChatModel
import NIOCore
import WireJSON

/// Takes the members of a payload one by one, checked for their kind; the errors say what a client must change.
///
/// Unknown members are passed over, as Phoenix does. A null stands for an absent member. Integers are lenient (`7`,
/// `7.0`, `"7"`), everything else is strict.
struct PayloadReader: Sendable {
    let object: JSONObject
    /// What names this object in errors: empty, or the names around it with a full stop after each.
    private let path: String

    init(_ object: JSONObject) {
        self.init(object, path: "")
    }

    private init(_ object: JSONObject, path: String) {
        self.object = object
        self.path = path
    }

    /// - Throws: when the payload is binary or JSON of another kind.
    init(_ payload: InboundPayload) throws(PayloadError) {
        guard case .json(let payload) = payload, case .object(let object) = payload.value else {
            throw PayloadError(key: "", expected: "an object")
        }
        self.init(object)
    }

    /// nil when the member is absent or null.
    func value(_ key: String) -> JSONValue? {
        guard let value = self.object[key], !value.isNull else { return nil }
        return value
    }

    /// The error that says what the member must be.
    func error(_ key: String, expected: String) -> PayloadError {
        PayloadError(key: self.path + key, expected: expected)
    }

    /// - Returns: nil when the member is absent or null.
    /// - Throws: when `read` finds it to be something else.
    func optional<Value>(
        _ key: String, expected: @autoclosure () -> String, _ read: (JSONValue) -> Value?
    ) throws(PayloadError) -> Value? {
        guard let value = self.value(key) else { return nil }
        guard let result = read(value) else { throw self.error(key, expected: expected()) }
        return result
    }

    func required<Value>(
        _ key: String, expected: @autoclosure () -> String, _ read: (JSONValue) -> Value?
    ) throws(PayloadError) -> Value {
        guard let value = self.value(key), let result = read(value) else {
            throw self.error(key, expected: expected())
        }
        return result
    }
}

// MARK: - Strings

extension PayloadReader {
    func string(_ key: String) throws(PayloadError) -> String {
        try self.required(key, expected: "a string") { $0.string }
    }

    func optionalString(_ key: String) throws(PayloadError) -> String? {
        try self.optional(key, expected: "a string") { $0.string }
    }

    /// One of a closed list of names.
    func optionalChoice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, of type: Choice.Type = Choice.self
    ) throws(PayloadError) -> Choice? {
        try self.optional(key, expected: Self.names(of: type)) { $0.string.flatMap(Choice.init(rawValue:)) }
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, of type: Choice.Type = Choice.self
    ) throws(PayloadError) -> Choice {
        try self.required(key, expected: Self.names(of: type)) { $0.string.flatMap(Choice.init(rawValue:)) }
    }

    private static func names<Choice: RawRepresentable<String> & CaseIterable>(of type: Choice.Type) -> String {
        "one of " + type.allCases.map(\.rawValue).joined(separator: ", ")
    }

    /// - Parameter most: the greatest count of elements.
    func optionalStrings(_ key: String, most: Int) throws(PayloadError) -> [String]? {
        try self.optional(key, expected: "an array of at most \(most) strings") { value in
            guard let elements = value.array, elements.count <= most else { return nil }
            let strings = elements.compactMap(\.string)
            return strings.count == elements.count ? strings : nil
        }
    }
}

// MARK: - Numbers and truth values

extension PayloadReader {
    func integer(_ key: String, in range: ClosedRange<Int64> = .min ... .max) throws(PayloadError) -> Int64 {
        try self.required(key, expected: Self.integers(range)) { Self.integer($0, in: range) }
    }

    func optionalInteger(
        _ key: String, in range: ClosedRange<Int64> = .min ... .max
    ) throws(PayloadError) -> Int64? {
        try self.optional(key, expected: Self.integers(range)) { Self.integer($0, in: range) }
    }

    /// How many entries a page may have: 1…`most`.
    func limit(default standard: Int = 50, most: Int) throws(PayloadError) -> Int {
        let limit = try self.optionalInteger("limit", in: 1...max(1, Int64(most)))
        return Int(limit ?? min(Int64(standard), Int64(most)))
    }

    func optionalBool(_ key: String) throws(PayloadError) -> Bool? {
        try self.optional(key, expected: "true or false") { $0.bool }
    }

    private static func integer(_ value: JSONValue, in range: ClosedRange<Int64>) -> Int64? {
        guard let number = value.lenientInteger, range.contains(number) else { return nil }
        return number
    }

    private static func integers(_ range: ClosedRange<Int64>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.min, .max): "an integer"
        case (let least, .max): "an integer of at least \(least)"
        case (let least, let most): "an integer from \(least) to \(most)"
        }
    }
}

// MARK: - Objects and names of things

extension PayloadReader {
    /// Reads on inside a member that is an object.
    func optionalObject(_ key: String) throws(PayloadError) -> PayloadReader? {
        let object = try self.optional(key, expected: "an object") { $0.object }
        return object.map { PayloadReader($0, path: self.path + key + ".") }
    }

    func object(_ key: String) throws(PayloadError) -> PayloadReader {
        PayloadReader(try self.required(key, expected: "an object") { $0.object }, path: self.path + key + ".")
    }

    /// An object that is kept as text and given back as it is read here.
    func optionalOpaque(_ key: String) throws(PayloadError) -> OpaqueJSON? {
        try self.optional(key, expected: "an object") { $0.object.map(Self.text) }
    }

    private static func text(of object: JSONObject) -> OpaqueJSON {
        var writer = JSONWriter()
        writer.object(object)
        return OpaqueJSON(validated: String(buffer: writer.takeBuffer()))
    }

    /// A UUID in its usual form of 36 characters.
    func messageID(_ key: String) throws(PayloadError) -> MessageID {
        try self.required(key, expected: "a message id", Self.messageID)
    }

    func optionalMessageID(_ key: String) throws(PayloadError) -> MessageID? {
        try self.optional(key, expected: "a message id", Self.messageID)
    }

    private static func messageID(_ value: JSONValue) -> MessageID? {
        value.string.flatMap(WireUUID.init(_:)).map { MessageID(high: $0.high, low: $0.low) }
    }
}
