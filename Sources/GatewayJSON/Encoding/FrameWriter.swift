import ChatModel
import NIOCore
import WireJSON

/// Writes one frame's JSON, in full or in the compact encoding.
///
/// Compact frames (json-chat.md §1.13) have short keys, ids as base64url, times as Unix milliseconds and nothing that
/// would be null.
struct FrameWriter {
    var json: JSONWriter
    let dialect: Dialect

    private init(_ buffer: consuming ByteBuffer, _ dialect: Dialect) {
        self.json = JSONWriter(buffer: buffer)
        self.dialect = dialect
    }

    var isCompact: Bool { self.dialect.contains(.compact) }

    /// Appends one JSON document with its envelope to `buffer`, in place.
    static func append(
        _ type: FrameType, _ head: FrameHead, as dialect: Dialect, to buffer: inout ByteBuffer,
        payload: (inout FrameWriter) -> Void
    ) {
        // The writer gets the only reference to the storage, so that nothing is copied.
        var storage = ByteBuffer()
        swap(&storage, &buffer)
        var writer = FrameWriter(storage, dialect)
        storage = ByteBuffer()
        writer.json.beginObject()
        if writer.isCompact { writer.compactHead(type, head) } else { writer.plainHead(type, head) }
        writer.json.beginObject()
        payload(&writer)
        writer.json.endObject()
        writer.json.endObject()
        buffer = writer.json.takeBuffer()
    }

    private mutating func plainHead(_ type: FrameType, _ head: FrameHead) {
        self.json.member("type", type.rawValue)
        self.json.key("timestamp")
        self.json.timestamp(milliseconds: head.at.milliseconds)
        self.json.key("id")
        self.json.uuid(head.id)
        if let position = head.position, self.dialect.contains(.extended) {
            self.json.member("seq", position.seq)
            self.json.member("epoch", position.epoch.value)
        }
        if let ref = head.ref { self.json.member("ref", ref) }
        self.json.key("payload")
    }

    /// Only a message needs an id and a time of its own here; the epoch is known from the join.
    private mutating func compactHead(_ type: FrameType, _ head: FrameHead) {
        self.json.member("t", type.number)
        if type == .chatSend {
            self.json.key("i")
            self.json.base64URL(head.id)
            self.json.member("ts", head.at.milliseconds)
        }
        if let position = head.position, self.dialect.contains(.extended) { self.json.member("q", position.seq) }
        if let ref = head.ref { self.json.member("r", ref) }
        self.json.key("p")
    }
}

// MARK: - Structure

extension FrameWriter {
    mutating func key(_ key: PayloadKey) {
        self.json.key(self.isCompact ? key.compact : key.plain)
    }

    mutating func object(_ key: PayloadKey, _ body: (inout FrameWriter) -> Void) {
        self.key(key)
        self.object(body)
    }

    mutating func object(_ body: (inout FrameWriter) -> Void) {
        self.json.beginObject()
        body(&self)
        self.json.endObject()
    }

    mutating func array<Element>(
        _ key: PayloadKey, _ elements: some Sequence<Element>, _ body: (inout FrameWriter, Element) -> Void
    ) {
        self.key(key)
        self.json.beginArray()
        for element in elements { body(&self, element) }
        self.json.endArray()
    }

    mutating func strings(_ key: PayloadKey, _ texts: some Sequence<String>) {
        self.array(key, texts) { $0.json.string($1) }
    }
}

// MARK: - Members of a payload

extension FrameWriter {
    mutating func member(_ key: PayloadKey, _ text: String) {
        self.key(key)
        self.json.string(text)
    }

    mutating func member(_ key: PayloadKey, _ number: Int64) {
        self.key(key)
        self.json.integer(number)
    }

    mutating func member(_ key: PayloadKey, _ number: Int) {
        self.key(key)
        self.json.integer(number)
    }

    mutating func member(_ key: PayloadKey, _ flag: Bool) {
        self.key(key)
        self.json.bool(flag)
    }

    mutating func member(_ key: PayloadKey, _ room: RoomNumber) {
        self.member(key, Int64(room.value))
    }

    mutating func member(_ key: PayloadKey, _ id: MessageID) {
        self.key(key)
        if self.isCompact { self.json.base64URL(WireUUID(id)) } else { self.json.uuid(WireUUID(id)) }
    }

    mutating func member(_ key: PayloadKey, _ time: Timestamp) {
        self.key(key)
        if self.isCompact {
            self.json.integer(time.milliseconds)
        } else {
            self.json.timestamp(milliseconds: time.milliseconds)
        }
    }

    /// Writes null for nil, which the compact encoding leaves out.
    mutating func nullable(_ key: PayloadKey, _ text: String?) {
        if let text { self.member(key, text) } else { self.null(key) }
    }

    mutating func nullable(_ key: PayloadKey, _ time: Timestamp?) {
        if let time { self.member(key, time) } else { self.null(key) }
    }

    mutating func nullable(_ key: PayloadKey, _ number: Int64?) {
        if let number { self.member(key, number) } else { self.null(key) }
    }

    mutating func null(_ key: PayloadKey) {
        if self.isCompact { return }
        self.key(key)
        self.json.null()
    }
}

// MARK: - People

extension FrameWriter {
    /// A user: an object, or in the compact encoding his name alone, a guest's as `["name",1]`.
    mutating func user(_ key: PayloadKey, _ user: UserProfile) {
        self.key(key)
        self.user(user)
    }

    mutating func user(_ user: UserProfile) {
        if self.isCompact { return self.compactUser(user) }
        self.json.beginObject()
        self.userMembers(user)
        self.json.endObject()
    }

    /// The members of a user object, for those who add to it.
    mutating func userMembers(_ user: UserProfile) {
        self.json.member("username", user.username)
        self.json.member("is_guest", user.isGuest)
        self.json.member("id", user.id.value)
        self.json.member("display_name", user.displayName)
    }

    /// Who is in a room. Old clients get names only: the list goes to everyone at every arrival.
    mutating func members(_ users: [UserProfile]) {
        self.array(.members, users) { writer, user in
            if writer.isCompact || writer.dialect.contains(.extended) { return writer.user(user) }
            writer.json.beginObject()
            writer.json.member("username", user.username)
            writer.json.member("is_guest", user.isGuest)
            writer.json.endObject()
        }
    }

    private mutating func compactUser(_ user: UserProfile) {
        guard user.isGuest else { return self.json.string(user.username) }
        self.json.beginArray()
        self.json.string(user.username)
        self.json.integer(1)
        self.json.endArray()
    }
}

extension FrameWriter {
    /// JSON that is kept as text.
    mutating func opaque(_ key: PayloadKey, _ value: OpaqueJSON) {
        self.key(key)
        var text = value.text
        text.withUTF8 { self.json.raw(UnsafeRawBufferPointer($0)) }
    }
}
