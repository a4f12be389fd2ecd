import ChatCore
import ChatModel
import NIOCore

/// Writes what is said to one connection alone: the answers to its own frames.
///
/// A value made for one answer; it touches neither the connection nor the core.
struct AnswerEncoder {
    let events: JSONEventEncoder
    let format: WireFormat
    /// Whether acts without an answer of their own are acknowledged.
    let wantsAck: Bool
    let limits: Limits
    let user: UserProfile
    let now: Timestamp

    var dialect: Dialect { Dialect(self.format) }
    var isExtended: Bool { self.dialect.contains(.extended) }

    /// Appends the answer to `frame`, if it has one.
    func append(_ reply: Reply, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        switch reply {
        case .done: self.acknowledge(frame, into: &buffer)
        case .joined(let joined): self.append(joined, to: frame, into: &buffer)
        case .resumed: break
        case .sent(let sent): self.append(sent, to: frame, into: &buffer)
        case .history(let page): self.append(page, to: frame, into: &buffer)
        case .reactions(let page): self.append(page, to: frame, into: &buffer)
        case .found(let messages, let room, let epoch, let next):
            let found = FoundMessages(messages: messages, room: room, epoch: epoch, next: next)
            self.append(found, to: frame, into: &buffer)
        case .direct(let info, let isNew): self.append(info, isNew: isNew, to: frame, into: &buffer)
        case .room(let info): self.append(info, to: frame, into: &buffer)
        case .rooms(let rooms, let next): self.append(rooms, next, to: frame, into: &buffer)
        case .members(let members, let next): self.append(members, next, to: frame, into: &buffer)
        case .audit(let entries, let next): self.append(entries, next, to: frame, into: &buffer)
        case .presence(let users): self.append(users, to: frame, into: &buffer)
        }
    }

    func append(_ error: ErrorAnswer, into buffer: inout ByteBuffer) {
        self.frame(.error, ref: error.ref, into: &buffer) { writer in
            writer.member("detail", error.detail)
            writer.member(.code, error.code)
            // Once is enough where bytes are counted.
            if !writer.isCompact, let ref = error.ref { writer.member("ref", ref) }
            if let wait = error.retryAfterMilliseconds { writer.member("retry_after_ms", wait) }
            if let until = error.until { writer.member("until", until) }
            if let reason = error.reason { writer.member(.reason, reason) }
        }
    }

    /// Appends one frame that belongs to no event.
    func frame(
        _ type: FrameType, ref: String?, into buffer: inout ByteBuffer, payload: (inout FrameWriter) -> Void
    ) {
        let head = FrameHead(id: self.events.frames.ids.next(), at: self.now, ref: ref)
        self.events.frames.append(type, head, as: self.dialect, to: &buffer, payload: payload)
    }

    // MARK: - Acknowledgements

    func acknowledge(
        _ frame: InboundFrame, into buffer: inout ByteBuffer, payload: (inout FrameWriter) -> Void = { _ in }
    ) {
        guard self.wantsAck else { return }
        self.frame(.ack, ref: frame.ref, into: &buffer, payload: payload)
    }

    private func append(_ sent: SentMessage, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        // A retry: nobody else is told again, but the caller gets to see what its first attempt made.
        if sent.isDuplicate { self.events.encode(sent.event, as: self.format, into: &buffer) }
        self.acknowledge(frame, into: &buffer) { writer in
            if let id = sent.event.messageID { writer.member(.messageID, id) }
            writer.member(.seq, sent.event.seq)
            writer.member(.channelID, sent.event.number)
        }
    }
}

extension RoomEvent {
    /// The message that the event is about.
    var messageID: MessageID? {
        switch self.change {
        case .message(let message): message.id
        case .edited(let message): message.id
        case .retracted(let id, _), .reactionAdded(let id, _), .reactionRemoved(let id, _): id
        case .membership, .settings, .deleted: nil
        }
    }
}
