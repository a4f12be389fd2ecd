package import ChatCore
package import ChatModel
package import NIOCore
import WireJSON

/// Writes the core's events as whole, unmasked WebSocket frames, once per kind of topic and version however many
/// connections get the bytes (docs/phoenix.md has them all).
///
/// Every event of a room's log becomes at least one message with its `seq`, so that clients see that nothing is missing.
package struct PhoenixEventEncoder: EventEncoder {
    let presence: PresenceEncoder
    /// The event under which PhoenixGenApi's results and deliveries are pushed.
    let requestEvent: String

    /// - Parameters:
    ///   - node: Random, one for each process: makes `phx_ref`s unique.
    ///   - requestEvent: ``PhoenixGateway/Configuration/requestEvent``.
    package init(node: UInt32, requestEvent: String) {
        self.presence = PresenceEncoder(refs: PresenceRef(node: node))
        self.requestEvent = requestEvent
    }

    // MARK: - Rooms

    package func encode(_ event: RoomEvent, as format: WireFormat, into buffer: inout ByteBuffer) {
        guard let format = PhoenixFormat(format) else { return }
        switch format.kind {
        case .room, .realtime, .quietRealtime:
            let topic = TopicWriter(format, room: event.room)
            topic.append(ServerEvent(event.change), to: &buffer) { $0.members(of: event) }
        case .relay:
            RelayFrames.append(event, as: format.version, event: self.requestEvent, to: &buffer)
        case .user:
            // Only what concerns somebody who is not in the room comes here.
            guard case .membership(let change) = event.change else { return }
            let writer = MessageWriter(format.version)
            writer.broadcast(ServerEvent.member.rawValue, on: Topic.user(change.user.id).name, into: &buffer) {
                writer in
                writer.object { writer in
                    writer.member("room", event.room.value)
                    writer.members(of: event)
                }
            }
        }
    }

    package func encode(
        _ event: EphemeralEvent, in room: RoomIdentity, at: Timestamp, as format: WireFormat,
        into buffer: inout ByteBuffer
    ) {
        guard let format = PhoenixFormat(format), format.kind == .room || format.kind.isRealtime else { return }
        let topic = TopicWriter(format, room: room.id)
        switch event {
        case .typing(let user, let isTyping):
            topic.append(.typing, to: &buffer) { writer in
                writer.user("user", user)
                writer.member("typing", isTyping)
            }
        case .presence where format.kind == .quietRealtime:
            return
        case .presence(let change):
            self.presence.append(change, to: topic, into: &buffer)
        case .broadcast(let broadcast):
            Self.append(broadcast, to: topic, into: &buffer)
        }
    }

    private static func append(_ broadcast: Broadcast, to topic: TopicWriter, into buffer: inout ByteBuffer) {
        switch broadcast.payload {
        case .bytes(let bytes):
            // Nothing comes of it where it cannot be said: V1 has no binary payloads.
            _ = topic.writer.binaryBroadcast(
                broadcast.event, on: topic.name, data: ByteBuffer(bytes: bytes), into: &buffer)
        case .json(let payload):
            topic.writer.broadcast(ServerEvent.broadcast.rawValue, on: topic.name, into: &buffer) { writer in
                writer.object { writer in
                    writer.member("type", "broadcast")
                    writer.member("event", broadcast.event)
                    writer.member("payload", payload)
                    if topic.kind == .room { writer.user("user", broadcast.from) }
                }
            }
        }
    }

    // MARK: - Users

    package func encode(_ event: UserEvent, as format: WireFormat, into buffer: inout ByteBuffer) {
        guard let format = PhoenixFormat(format), format.kind == .user else { return }
        let writer = MessageWriter(format.version)
        let topic = Topic.user(event.user).name
        switch event.change {
        case .readMark(_, let room, let seq, let unread):
            writer.broadcast("read", on: topic, into: &buffer) { writer in
                writer.object { writer in
                    writer.member("room", room.value)
                    writer.member("seq", seq)
                    writer.member("unread", unread.messages)
                    writer.member("unread_mentions", unread.mentions)
                }
            }
        case .profile(let profile):
            writer.broadcast("profile", on: topic, into: &buffer) { writer in
                writer.object { $0.user("user", profile) }
            }
        }
    }

    package func encode(
        _ signal: Signal, to topic: SignalTopic, at: Timestamp, as format: WireFormat, into buffer: inout ByteBuffer
    ) {
        guard let format = PhoenixFormat(format), format.kind == .user else { return }
        MessageWriter(format.version).broadcast(signal.name, on: Topic(topic).name, into: &buffer) {
            $0.opaque(signal.payload)
        }
    }

    package func encode(
        _ change: PresenceChange, to topic: SignalTopic, as format: WireFormat, into buffer: inout ByteBuffer
    ) {
        guard let format = PhoenixFormat(format), format.kind == .user else { return }
        self.presence.append(attendance: change, to: Topic(topic).name, format.version, into: &buffer)
    }
}

/// Appends messages for all subscribers of one room topic.
struct TopicWriter {
    let writer: MessageWriter
    let kind: PhoenixFormat.Kind
    let name: String

    init(_ format: PhoenixFormat, room: RoomID) {
        self.writer = MessageWriter(format.version)
        self.kind = format.kind
        self.name = (format.kind.isRealtime ? Topic.realtime(room) : Topic.room(room)).name
    }

    /// A message under its own name; to Supabase's clients every one is a `broadcast` of ``ServerEvent/broadcastName``.
    ///
    /// - Parameter payload: Writes the members of an object.
    func append(_ event: ServerEvent, to buffer: inout ByteBuffer, payload: (inout JSONWriter) -> Void) {
        guard self.kind.isRealtime else {
            return self.writer.broadcast(event.rawValue, on: self.name, into: &buffer) { $0.object(payload) }
        }
        self.writer.broadcast(ServerEvent.broadcast.rawValue, on: self.name, into: &buffer) {
            $0.broadcast(event, payload: payload)
        }
    }

    /// A message that keeps its name to Supabase's clients too: presence.
    func appendPlainly(_ event: ServerEvent, to buffer: inout ByteBuffer, payload: (inout JSONWriter) -> Void) {
        self.writer.broadcast(event.rawValue, on: self.name, into: &buffer, payload: payload)
    }
}

extension JSONWriter {
    /// What the server says in a room, to Supabase's clients.
    ///
    /// - Parameter payload: Writes the members of an object.
    mutating func broadcast(_ event: ServerEvent, payload: (inout JSONWriter) -> Void) {
        self.object { writer in
            writer.member("type", "broadcast")
            writer.member("event", event.broadcastName)
            writer.object("payload", payload)
        }
    }

    /// What is told of an event of a room.
    fileprivate mutating func members(of event: RoomEvent) {
        if case .message(let message) = event.change {
            return self.messageMembers(message, epoch: event.epoch, withReactions: false)
        }
        switch event.change {
        case .message:
            return
        case .edited(let edited):
            self.member("id", edited.id)
            self.member("body", edited.content.body)
            self.member("version", Int64(edited.version))
            self.member("edited_at", event.at)
            if !edited.content.mentions.isEmpty {
                self.array("mentions", edited.content.mentions) { $0.string($1.value) }
            }
            self.user("user", event.actor)
        case .retracted(let id, let reason):
            self.member("id", id)
            self.user("user", event.actor)
            if !reason.isEmpty { self.member("reason", reason) }
        case .reactionAdded(let id, let emote), .reactionRemoved(let id, let emote):
            self.member("id", id)
            self.member("emote", emote)
            self.user("user", event.actor)
        case .membership(let change):
            self.members(of: change)
            self.user("by", event.actor)
        case .settings(let settings):
            self.object("room") { writer in
                writer.member("id", event.room.value)
                writer.member("number", Int64(event.number.value))
                writer.settings(settings)
            }
            self.user("by", event.actor)
        case .deleted:
            self.user("by", event.actor)
        }
        self.member("seq", event.seq)
        self.member("epoch", event.epoch.value)
        self.member("at", event.at)
    }

    private mutating func members(of change: MembershipChange) {
        self.member("action", change.action.rawValue)
        self.user("user", change.user)
        self.standing(change.membership)
        if let until = change.membership.until { self.member("until", until) }
        if !change.membership.reason.isEmpty { self.member("reason", change.membership.reason) }
        if let seconds = change.durationSeconds { self.member("seconds", seconds) }
    }
}
