import ChatModel
import WireJSON

// The values that payloads are made of (docs/phoenix.md): snake_case, ids as strings, times in ISO 8601.

extension JSONWriter {
    mutating func object(_ key: StaticString, _ body: (inout JSONWriter) -> Void) {
        self.key(key)
        self.object(body)
    }

    mutating func object(_ body: (inout JSONWriter) -> Void) {
        self.beginObject()
        body(&self)
        self.endObject()
    }

    mutating func array<Element>(
        _ key: StaticString, _ elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void
    ) {
        self.key(key)
        self.array(elements, body)
    }

    mutating func array<Element>(
        _ elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void
    ) {
        self.beginArray()
        for element in elements { body(&self, element) }
        self.endArray()
    }

    mutating func member(_ key: StaticString, _ id: MessageID) {
        self.key(key)
        self.uuid(WireUUID(id))
    }

    mutating func member(_ key: StaticString, _ time: Timestamp) {
        self.key(key)
        self.timestamp(milliseconds: time.milliseconds)
    }

    mutating func member(_ key: StaticString, _ json: OpaqueJSON) {
        self.key(key)
        self.opaque(json)
    }

    mutating func opaque(_ json: OpaqueJSON) {
        var text = json.text
        text.withUTF8 { self.raw(UnsafeRawBufferPointer($0)) }
    }

    mutating func nullable(_ key: StaticString, _ text: String?) {
        self.key(key)
        if let text { self.string(text) } else { self.null() }
    }

    mutating func nullable(_ key: StaticString, _ number: Int64?) {
        self.key(key)
        if let number { self.integer(number) } else { self.null() }
    }

    // MARK: - People

    mutating func user(_ key: StaticString, _ user: UserProfile) {
        self.object(key) { $0.userMembers(user) }
    }

    mutating func userMembers(_ user: UserProfile) {
        self.member("id", user.id.value)
        self.member("username", user.username)
        self.member("display_name", user.displayName)
        self.member("is_guest", user.isGuest)
    }

    // MARK: - Messages

    /// A message as it stands.
    ///
    /// - Parameter withReactions: false for the event of the sending, which knows of none.
    mutating func messageMembers(_ message: Message, epoch: Epoch, withReactions: Bool) {
        self.member("id", message.id)
        self.member("seq", message.seq)
        self.member("epoch", epoch.value)
        self.member("body", message.content.body)
        self.user("user", message.sender)
        self.member("sent_at", message.sentAt)
        if let clientID = message.clientID { self.member("client_id", clientID.value) }
        if let answered = message.content.replyTo { self.member("reply_to", answered) }
        if !message.content.mentions.isEmpty {
            self.array("mentions", message.content.mentions) { $0.string($1.value) }
        }
        if let metadata = message.content.metadata { self.member("metadata", metadata) }
        if message.version > 1 { self.member("version", Int64(message.version)) }
        if let edited = message.editedAt { self.member("edited_at", edited) }
        if message.isRetracted { self.member("deleted", true) }
        if withReactions, !message.reactions.isEmpty { self.reactions(message.reactions) }
    }

    /// Emote → how many, and the first who reacted with it.
    private mutating func reactions(_ reactions: [ReactionSummary]) {
        self.object("reactions") { writer in
            for reaction in reactions {
                writer.key(escaping: reaction.emote)
                writer.object { writer in
                    writer.member("total", reaction.total)
                    writer.array("users", reaction.usernames) { $0.string($1) }
                }
            }
        }
    }

    // MARK: - Rooms

    /// A room as the asking user sees it.
    mutating func roomMembers(_ info: RoomInfo) {
        self.member("id", info.record.id.value)
        self.member("number", Int64(info.record.number.value))
        self.member("kind", info.record.kind.rawValue)
        self.settings(info.record.settings)
        self.member("members", info.members)
        self.member("online", info.online)
        self.standing(info.membership)
        self.member("epoch", info.record.epoch.value)
        self.member("seq", info.record.lastSeq)
        self.member("read_seq", info.readSeq)
        self.member("unread", info.unread.messages)
        self.member("unread_mentions", info.unread.mentions)
    }

    mutating func settings(_ settings: RoomSettings) {
        self.nullable("alias", settings.alias)
        self.member("title", settings.title)
        self.member("topic", settings.topic)
        self.member("access", settings.access.rawValue)
        self.member("history_visibility", settings.historyVisibility.rawValue)
        self.member("slow_mode_seconds", Int64(settings.slowModeSeconds))
        self.member("members_invite", settings.membersInvite)
        self.key("retention")
        switch settings.retention {
        case .forever: self.null()
        case .days(let days): self.object { $0.member("days", Int64(days)) }
        case .count(let count): self.object { $0.member("count", Int64(count)) }
        }
    }

    /// Role and status; null for somebody without.
    mutating func standing(_ membership: Membership?) {
        self.nullable("role", membership.flatMap { $0.role == .none ? nil : $0.role.rawValue })
        self.nullable("status", membership.flatMap { $0.status == .none ? nil : $0.status.rawValue })
    }
}

extension WireUUID {
    init(_ id: MessageID) { self.init(high: id.high, low: id.low) }
}
