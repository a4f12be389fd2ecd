package import ChatCore
package import ChatModel
package import NIOCore

/// Writes events as whole, unmasked WebSocket text frames, once per dialect however many connections get the bytes.
///
/// Old clients get what the reference server would send them. Extended clients get at least one frame for every
/// event of a room, with its `seq`, so that they see that nothing is missing; what has no better form is a
/// `room_event`.
package struct JSONEventEncoder: EventEncoder {
    let frames: FrameAppender
    /// Up to how many present users old clients are sent the whole list of them at each arrival and departure.
    private let presenceDetail: Int
    /// The same for extended clients, who have the list from their join and only need the changes.
    private static let extendedPresenceDetail = 100

    /// - Parameter presenceDetail: ``Limits/presenceDetail``.
    package init(presenceDetail: Int = Limits().presenceDetail, ids: FrameIDs = FrameIDs()) {
        self.frames = FrameAppender(ids: ids)
        self.presenceDetail = presenceDetail
    }

    // MARK: - Rooms

    package func encode(_ event: RoomEvent, as format: WireFormat, into buffer: inout ByteBuffer) {
        let dialect = Dialect(format)
        switch event.change {
        case .message(let message):
            let head = FrameHead(id: .init(message.id), at: message.sentAt, position: (event.epoch, event.seq))
            self.frames.append(.chatSend, head, as: dialect, to: &buffer) { writer in
                writer.message(message, in: event.number, withReactions: false)
            }
        case .edited(let message):
            self.encodeEdit(event, message, dialect, into: &buffer)
        case .retracted(let id, let reason):
            self.encodeRetraction(event, id, reason, dialect, into: &buffer)
        case .reactionAdded(let id, let emote):
            self.encodeReaction(.chatReactAdd, event, id, emote, dialect, into: &buffer)
        case .reactionRemoved(let id, let emote):
            self.encodeReaction(.chatReactRemove, event, id, emote, dialect, into: &buffer)
        case .membership(let change):
            self.encodeMembership(event, change, dialect, into: &buffer)
        case .settings(let settings):
            self.encodeSettings(event, settings, dialect, into: &buffer)
        case .deleted:
            guard dialect.contains(.extended) else { return }
            self.append(.roomDeleted, event, dialect, into: &buffer) { $0.user("by", event.actor) }
        }
    }

    /// Appends a frame whose payload begins with the room's number.
    func append(
        _ type: FrameType, _ event: RoomEvent, _ dialect: Dialect, into buffer: inout ByteBuffer,
        payload: (inout FrameWriter) -> Void
    ) {
        let head = FrameHead(
            id: FrameIDs.id(epoch: event.epoch, seq: event.seq), at: event.at, position: (event.epoch, event.seq))
        self.frames.append(type, head, as: dialect, to: &buffer) { writer in
            writer.member(.channelID, event.number)
            payload(&writer)
        }
    }

    private func encodeEdit(
        _ event: RoomEvent, _ message: EditedMessage, _ dialect: Dialect, into buffer: inout ByteBuffer
    ) {
        guard dialect.contains(.extended) else { return }
        guard dialect.contains(.edits) else { return self.encodeUnknown("chat_edited", event, dialect, into: &buffer) }
        self.append(.chatEdited, event, dialect, into: &buffer) { writer in
            writer.member(.messageID, message.id)
            writer.member(.content, message.content.body)
            writer.member("version", Int64(message.version))
            writer.member("edited_at", event.at)
            writer.user(.user, event.actor)
            if !message.content.mentions.isEmpty {
                writer.strings("mentions", message.content.mentions.lazy.map(\.value))
            }
        }
    }

    private func encodeRetraction(
        _ event: RoomEvent, _ id: MessageID, _ reason: String, _ dialect: Dialect, into buffer: inout ByteBuffer
    ) {
        guard dialect.contains(.extended) else { return }
        guard dialect.contains(.edits) else { return self.encodeUnknown("chat_deleted", event, dialect, into: &buffer) }
        self.append(.chatDeleted, event, dialect, into: &buffer) { writer in
            writer.member(.messageID, id)
            writer.user(.user, event.actor)
            if !reason.isEmpty { writer.member(.reason, reason) }
        }
    }

    private func encodeReaction(
        _ type: FrameType, _ event: RoomEvent, _ id: MessageID, _ emote: String, _ dialect: Dialect,
        into buffer: inout ByteBuffer
    ) {
        self.append(type, event, dialect, into: &buffer) { writer in
            writer.member(.messageID, id)
            writer.member(.emote, emote)
            writer.user(.user, event.actor)
            // The compact encoding names people by their username alone.
            if !writer.isCompact { writer.member("user_id", event.actor.id.value) }
        }
    }

    private func encodeSettings(
        _ event: RoomEvent, _ settings: RoomSettings, _ dialect: Dialect, into buffer: inout ByteBuffer
    ) {
        guard dialect.contains(.extended) else { return }
        self.append(.roomUpdated, event, dialect, into: &buffer) { writer in
            writer.object("room") { writer in
                writer.member(.channelID, event.number)
                writer.member("room_id", event.room.value)
                writer.nullable("alias", settings.alias)
                writer.member("title", settings.title)
                writer.member("topic", settings.topic)
                writer.member("access", settings.access.rawValue)
                writer.roomSettings(settings)
            }
            writer.user("by", event.actor)
        }
    }

    /// An event that this client has no form for: it learns that there was one, so that its `seq` has no hole.
    private func encodeUnknown(
        _ kind: String, _ event: RoomEvent, _ dialect: Dialect, into buffer: inout ByteBuffer
    ) {
        self.append(.roomEvent, event, dialect, into: &buffer) { $0.member("kind", kind) }
    }

    // MARK: - Presence and typing

    package func encode(
        _ event: EphemeralEvent, in room: RoomIdentity, at: Timestamp, as format: WireFormat,
        into buffer: inout ByteBuffer
    ) {
        let dialect = Dialect(format)
        switch event {
        case .typing(let user, let isTyping):
            self.encodeTyping(user, isTyping, room, at, dialect, into: &buffer)
        case .presence(let change):
            self.encodePresence(change, room, at, dialect, into: &buffer)
        // This protocol has no form for it.
        case .broadcast:
            return
        }
    }

    /// A user is present or not: which of his connections come and go in between is not told.
    private func encodePresence(
        _ change: PresenceChange, _ room: RoomIdentity, _ at: Timestamp, _ dialect: Dialect,
        into buffer: inout ByteBuffer
    ) {
        switch change {
        case .arrived(let arrival):
            guard let present = arrival.present else { return }
            self.encodeMembers(present, room, at, dialect, into: &buffer)
            self.append(.channelJoin, room, at, dialect, into: &buffer) { writer in
                writer.user(.user, arrival.profile)
                guard writer.dialect.contains(.extended) else { return }
                writer.member("count", present.count)
                if arrival.role != .none { writer.member("role", arrival.role.rawValue) }
            }
        case .departed(let departure):
            guard let present = departure.present else { return }
            self.encodeMembers(present, room, at, dialect, into: &buffer)
            self.append(.channelLeave, room, at, dialect, into: &buffer) { writer in
                writer.user(.user, departure.profile)
                if writer.dialect.contains(.extended) { writer.member("count", present.count) }
            }
        case .updated:
            return
        case .shown(_, let present):
            self.appendMembers(present, of: room, at: at, ref: nil, as: dialect, to: &buffer)
        case .hidden(_, let count), .count(let count):
            guard dialect.contains(.extended) else { return }
            self.append(.channelOccupancy, room, at, dialect, into: &buffer) { $0.member("count", count) }
        }
    }

    /// The list that goes before an arrival or departure, while it is short enough to be worth it.
    private func encodeMembers(
        _ present: PresenceSnapshot, _ room: RoomIdentity, _ at: Timestamp, _ dialect: Dialect,
        into buffer: inout ByteBuffer
    ) {
        let most = dialect.contains(.extended) ? Self.extendedPresenceDetail : self.presenceDetail
        guard present.count <= most else { return }
        self.appendMembers(present, of: room, at: at, ref: nil, as: dialect, to: &buffer)
    }

    func appendMembers(
        _ present: PresenceSnapshot, of room: RoomIdentity, at: Timestamp, ref: String?, as dialect: Dialect,
        to buffer: inout ByteBuffer
    ) {
        self.append(.channelMembers, room, at, dialect, ref: ref, into: &buffer) { writer in
            writer.members(present.users)
            if writer.dialect.contains(.extended) { writer.member("count", present.count) }
        }
    }

    /// Old clients know no 'stopped typing'.
    private func encodeTyping(
        _ user: UserProfile, _ isTyping: Bool, _ room: RoomIdentity, _ at: Timestamp, _ dialect: Dialect,
        into buffer: inout ByteBuffer
    ) {
        guard isTyping || dialect.contains(.extended) else { return }
        self.append(.chatTyping, room, at, dialect, into: &buffer) { writer in
            writer.user(.user, user)
            guard writer.dialect.contains(.extended) else { return }
            // Compact frames say only what is not usual.
            if isTyping, writer.isCompact { return }
            writer.member("state", (isTyping ? TypingState.typing : .stopped).rawValue)
        }
    }

    func append(
        _ type: FrameType, _ room: RoomIdentity, _ at: Timestamp, _ dialect: Dialect, ref: String? = nil,
        into buffer: inout ByteBuffer, payload: (inout FrameWriter) -> Void
    ) {
        let head = FrameHead(id: self.frames.ids.next(), at: at, ref: ref)
        self.frames.append(type, head, as: dialect, to: &buffer) { writer in
            writer.member(.channelID, room.number)
            payload(&writer)
        }
    }

    // MARK: - A user's own log

    package func encode(_ event: UserEvent, as format: WireFormat, into buffer: inout ByteBuffer) {
        let dialect = Dialect(format)
        guard dialect.contains(.extended) else { return }
        let head = FrameHead(
            id: FrameIDs.id(epoch: event.epoch, seq: event.seq), at: event.at, position: (event.epoch, event.seq))
        switch event.change {
        case .readMark(let number, _, let seq, let unread):
            self.frames.append(.readUpdate, head, as: dialect, to: &buffer) { writer in
                writer.member(.channelID, number)
                writer.member(.user, event.user.value)
                writer.member(.seq, seq)
                writer.member("unread", unread.messages)
                writer.member("mentions", unread.mentions)
            }
        case .profile(let profile):
            self.frames.append(.userUpdate, head, as: dialect, to: &buffer) { $0.user(.user, profile) }
        }
    }
}
