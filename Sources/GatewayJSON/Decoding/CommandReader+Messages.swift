import ChatModel
import NIOCore
import WireJSON

extension CommandReader {
    mutating func send() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let content = try self.content()
        // What a client says about its sender and its reactions is never believed; the compact encoding has no place
        // for either.
        self.payload.ignore(.sender, .reactions)
        var message = OutgoingMessage(body: content, clientID: self.clientID)
        try self.extend(&message)
        try self.payload.finish()
        return .send(room, message)
    }

    mutating func edit() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let id = try self.payload.messageID()
        let content = try self.content()
        try self.payload.finish()
        return .edit(room, id, body: content, clientID: self.clientID)
    }

    mutating func delete() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let id = try self.payload.messageID()
        let reason = try self.payload.optionalString(.reason)
        try self.payload.finish()
        return .retract(room, id, reason: reason ?? "")
    }

    mutating func react() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let id = try self.payload.messageID()
        let emote = try self.emote()
        try self.payload.finish()
        return .react(room, id, emote: emote, .toggle)
    }

    mutating func history() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let anchor = try self.anchor()
        let limit = try self.payload.limit(most: self.rules.historyPage)
        try self.payload.finish()
        return .history(room, HistoryWindow(anchor: anchor, limit: limit))
    }

    mutating func search() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        var query = MessageQuery(text: try self.payload.string("query"))
        query.before = try self.payload.optionalInteger("before")
        query.limit = try self.payload.limit(most: 100)
        try self.payload.finish()
        return .search(room, query)
    }

    mutating func reactions() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let id = try self.payload.messageID()
        let emote = try self.emote()
        let cursor = try self.payload.optionalString("cursor")
        let limit = try self.payload.limit(most: 100)
        try self.payload.finish()
        return .reactions(room, id, emote: emote, after: try Self.userCursor(cursor), limit: limit)
    }

    /// A cursor that names the last user of a page; nothing but a place in an order, so any text will do.
    static func userCursor(_ text: String?) throws(FrameFault) -> UserID? {
        guard let text else { return nil }
        guard !text.isEmpty, text.utf8.count <= 256 else { throw .malformed }
        return UserID(canonical: text)
    }

    // MARK: - Parts

    private mutating func content() throws(FrameFault) -> String {
        let text = try self.payload.string(.content)
        if self.rules.isStrict, Self.trimmedCodePoints(of: text) > Self.strictCodePoints { throw .malformed }
        return text
    }

    /// The reference server's limit (json-chat.md §1.6).
    private static let strictCodePoints = 200

    private static func trimmedCodePoints(of text: String) -> Int {
        let scalars = text.unicodeScalars
        let inner = scalars.drop { $0.properties.isWhitespace }
        guard let end = inner.lastIndex(where: { !$0.properties.isWhitespace }) else { return 0 }
        return inner[...end].count
    }

    /// The emotes of this wire (§1.4), each one code point.
    private static let emotes: Set<String> = ["👍", "😍", "🔥", "😂", "😭"]

    private mutating func emote() throws(FrameFault) -> String {
        let emote = try self.payload.string(.emote)
        guard Self.emotes.contains(emote) else { throw .malformed }
        return emote
    }

    /// At most one of `before`, `after` and `around`; without any, the newest messages.
    private mutating func anchor() throws(FrameFault) -> HistoryWindow.Anchor {
        let before = try self.payload.optionalAnchor("before")
        let after = try self.payload.optionalAnchor("after")
        let around = try self.payload.optionalAnchor("around")
        switch (before, after, around) {
        case (nil, nil, nil): return .end
        case (.position(let seq)?, nil, nil): return .before(seq)
        case (.message(let id)?, nil, nil): return .beforeMessage(id)
        case (nil, .position(let seq)?, nil): return .after(seq)
        case (nil, .message(let id)?, nil): return .afterMessage(id)
        case (nil, nil, .position(let seq)?): return .around(seq)
        case (nil, nil, .message(let id)?): return .aroundMessage(id)
        case (_?, _?, _), (_?, nil, _?), (nil, _?, _?): throw .malformed
        }
    }

    // MARK: - Extensions of a message

    /// Adds what the frame's `ext` says: a message that it answers, people it mentions, metadata.
    private func extend(_ message: inout OutgoingMessage) throws(FrameFault) {
        guard let extensions = self.extensions, !extensions.isNull else { return }
        guard let object = extensions.object else { throw .malformed }
        if let answered = object["reply_to"], !answered.isNull {
            guard let text = answered.string, let id = UUIDText.version4(text, orBase64URL: true) else {
                throw .malformed
            }
            message.replyTo = MessageID(high: id.high, low: id.low)
        }
        if let mentions = object["mentions"], !mentions.isNull {
            guard let names = mentions.array else { throw .malformed }
            message.mentions = try names.strings(limit: 50)
        }
        if let metadata = object["metadata"], !metadata.isNull {
            guard let metadata = metadata.object else { throw .malformed }
            message.metadata = Self.text(of: metadata)
        }
    }

    private static func text(of object: JSONObject) -> OpaqueJSON {
        var writer = JSONWriter()
        writer.object(object)
        return OpaqueJSON(validated: String(buffer: writer.takeBuffer()))
    }
}
