import ChatModel
import WireJSON

/// Takes a payload apart, member by member, and refuses what is left over (json-chat.md §1.2: unknown keys inside a
/// payload are an error).
///
/// Each key is asked for once. Integers are lenient (`7`, `7.0`, `"7"`), strings are strict. Finish with ``finish()``.
struct PayloadReader {
    private let object: JSONObject
    private let isCompact: Bool
    /// How many of the object's members have been asked for.
    private var known = 0
    /// A fault that counts only when the whole payload is well-formed (§1.4, order of checks).
    private var deferred: FrameFault?
    /// The room that ``roomReference()`` read.
    private(set) var room: RoomNumber?

    init(_ object: JSONObject, isCompact: Bool) {
        self.object = object
        self.isCompact = isCompact
    }

    /// Refuses unknown keys, then whatever was put off until the payload was known to be well-formed.
    func finish() throws(FrameFault) {
        guard self.known == self.object.count else { throw .malformed }
        if let deferred = self.deferred { throw deferred }
    }

    mutating func value(_ key: PayloadKey) -> JSONValue? {
        let value = self.object[(self.isCompact ? key.compact : key.plain).description]
        if value != nil { self.known += 1 }
        return value
    }

    /// Passes over members that are allowed and mean nothing.
    mutating func ignore(_ keys: PayloadKey...) {
        for key in keys { _ = self.value(key) }
    }

    // MARK: - Strings

    mutating func string(_ key: PayloadKey) throws(FrameFault) -> String {
        guard let text = self.value(key)?.string else { throw .malformed }
        return text
    }

    mutating func string(_ key: PayloadKey, default text: String) throws(FrameFault) -> String {
        guard let value = self.value(key) else { return text }
        guard let text = value.string else { throw .malformed }
        return text
    }

    /// nil when the member is absent or null.
    mutating func optionalString(_ key: PayloadKey) throws(FrameFault) -> String? {
        guard let value = self.value(key), !value.isNull else { return nil }
        guard let text = value.string else { throw .malformed }
        return text
    }

    /// One of a closed list of names; nil when the member is absent or null.
    mutating func optionalChoice<Choice: RawRepresentable<String>>(
        _ key: PayloadKey, of type: Choice.Type = Choice.self
    ) throws(FrameFault) -> Choice? {
        guard let name = try self.optionalString(key) else { return nil }
        guard let choice = Choice(rawValue: name) else { throw .malformed }
        return choice
    }

    /// - Parameter limit: the greatest count of elements.
    mutating func strings(_ key: PayloadKey, limit: Int) throws(FrameFault) -> [String] {
        guard let elements = self.value(key)?.array else { throw .malformed }
        return try elements.strings(limit: limit)
    }

    // MARK: - Numbers and truth values

    mutating func integer(_ key: PayloadKey) throws(FrameFault) -> Int64 {
        guard let number = self.value(key)?.lenientInteger else { throw .malformed }
        return number
    }

    mutating func integer(_ key: PayloadKey, default number: Int64) throws(FrameFault) -> Int64 {
        guard let value = self.value(key) else { return number }
        guard let number = value.lenientInteger else { throw .malformed }
        return number
    }

    /// nil when the member is absent or null.
    mutating func optionalInteger(_ key: PayloadKey) throws(FrameFault) -> Int64? {
        guard let value = self.value(key), !value.isNull else { return nil }
        guard let number = value.lenientInteger else { throw .malformed }
        return number
    }

    mutating func optionalBool(_ key: PayloadKey) throws(FrameFault) -> Bool? {
        guard let value = self.value(key), !value.isNull else { return nil }
        guard let flag = value.bool else { throw .malformed }
        return flag
    }

    /// How many entries a page may have: 1…`most`.
    mutating func limit(default standard: Int = 50, most: Int) throws(FrameFault) -> Int {
        guard let limit = try self.optionalInteger("limit") else { return min(standard, most) }
        guard limit >= 1, limit <= Int64(most) else { throw .malformed }
        return Int(limit)
    }

    // MARK: - Names of things

    /// The room in `channel_id`. A number that no room can have is a fault of its own, told after all others.
    mutating func roomReference() throws(FrameFault) -> RoomReference {
        let number = try self.integer(.channelID)
        guard let room = RoomNumber(number) else {
            self.deferred = .noSuchRoom
            // Never reaches the core: ``finish()`` throws.
            return .id(RoomID(""))
        }
        self.room = room
        return .number(room)
    }

    /// The username in `target`; who that is, is found out by the core.
    mutating func targetName() throws(FrameFault) -> Target {
        .username(try self.string(.target))
    }

    mutating func messageID(_ key: PayloadKey = .messageID) throws(FrameFault) -> MessageID {
        guard let id = UUIDText.version4(try self.string(key), orBase64URL: self.isCompact) else { throw .malformed }
        return MessageID(high: id.high, low: id.low)
    }

    /// An end of a page of history: a position or a message.
    mutating func optionalAnchor(_ key: PayloadKey) throws(FrameFault) -> HistoryAnchor? {
        guard let value = self.value(key), !value.isNull else { return nil }
        if let seq = value.lenientInteger {
            guard seq >= 0 else { throw .malformed }
            return .position(seq)
        }
        guard let text = value.string, let id = UUIDText.version4(text, orBase64URL: self.isCompact) else {
            throw .malformed
        }
        return .message(MessageID(high: id.high, low: id.low))
    }

    enum HistoryAnchor {
        case position(Seq)
        case message(MessageID)
    }
}

extension [JSONValue] {
    /// The elements as strings; an error when one is none, or when there are more than `limit`.
    func strings(limit: Int) throws(FrameFault) -> [String] {
        guard self.count <= limit else { throw .malformed }
        var strings: [String] = []
        strings.reserveCapacity(self.count)
        for element in self {
            guard let text = element.string else { throw .malformed }
            strings.append(text)
        }
        return strings
    }
}
