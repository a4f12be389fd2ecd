import NIOCore
import NetTransport
import WireJSON

/// Appends whole messages to a buffer, in place and in one version's form (phoenix-channels.md §1.5, §1.6, §2).
///
/// Payloads are written by closures: each must write exactly one JSON value, an object wherever clients expect one.
/// What a writer appends for a broadcast depends on nobody, so the bytes serve every subscriber of its version.
struct MessageWriter: Sendable {
    enum Envelope: Sendable {
        /// Whole WebSocket frames, ready for the socket.
        case webSocket
        /// The message alone. Nothing tells two of them in one buffer apart.
        case bare
    }

    /// Room for a short message with its names.
    private static let usualBytes = 320

    let version: SerializerVersion
    let envelope: Envelope

    init(_ version: SerializerVersion, envelope: Envelope = .webSocket) {
        self.version = version
        self.envelope = envelope
    }

    // MARK: - What channels say

    /// The answer to one message.
    ///
    /// - Parameter response: any JSON value; an empty object unless told otherwise.
    func reply(
        _ head: ReplyHead, _ status: ReplyStatus, into buffer: inout ByteBuffer,
        response: (inout JSONWriter) -> Void = { $0.emptyObject() }
    ) {
        self.message(head.joinRef, head.ref, head.topic, ReservedEvent.reply, into: &buffer) { writer in
            writer.beginObject()
            writer.member("status", status.rawValue)
            writer.key("response")
            response(&writer)
            writer.endObject()
        }
    }

    /// A message to this client alone: join_ref set, ref null (§2.2).
    ///
    /// - Parameter joinRef: ``ChannelInstance/messageRef``.
    func push(
        _ event: String, on topic: String, joinRef: Ref, into buffer: inout ByteBuffer,
        payload: (inout JSONWriter) -> Void
    ) {
        self.message(joinRef, .null, topic, event, into: &buffer, payload)
    }

    /// A message to all subscribers of a topic: both refs null (§2.2).
    func broadcast(
        _ event: String, on topic: String, into buffer: inout ByteBuffer, payload: (inout JSONWriter) -> Void
    ) {
        self.message(.null, .null, topic, event, into: &buffer, payload)
    }

    // MARK: - What the socket says

    func control(_ message: ControlMessage, into buffer: inout ByteBuffer) {
        switch message {
        case .ok(let head): self.reply(head, .ok, into: &buffer)
        case .refusal(let head, let reason): self.refusal(head, reason: reason, into: &buffer)
        case .close(let joinRef, let topic): self.close(topic, joinRef: joinRef, into: &buffer)
        case .crash(let joinRef, let topic): self.crash(topic, joinRef: joinRef, into: &buffer)
        }
    }

    /// An `error` reply.
    ///
    /// - Parameter more: writes further members next to `reason`.
    func refusal(
        _ head: ReplyHead, reason: String, into buffer: inout ByteBuffer,
        more: (inout JSONWriter) -> Void = { _ in }
    ) {
        self.reply(head, .error, into: &buffer) { writer in
            writer.beginObject()
            writer.member("reason", reason)
            more(&writer)
            writer.endObject()
        }
    }

    /// The end of a channel: `phx_close` with the join's own join_ref in both places, null when it had none (§2.1).
    func close(_ topic: String, joinRef: Ref, into buffer: inout ByteBuffer) {
        self.message(joinRef, joinRef, topic, ReservedEvent.close, into: &buffer) { $0.emptyObject() }
    }

    /// The end of a channel by a fault: `phx_error`, its refs as those of ``close(_:joinRef:into:)``.
    func crash(_ topic: String, joinRef: Ref, into buffer: inout ByteBuffer) {
        self.message(joinRef, joinRef, topic, ReservedEvent.error, into: &buffer) { writer in
            writer.beginObject()
            writer.member("reason", ReplyReason.channelCrash)
            writer.endObject()
        }
    }

    // MARK: - Any message

    private func message(
        _ joinRef: Ref, _ ref: Ref, _ topic: String?, _ event: String, into buffer: inout ByteBuffer,
        _ payload: (inout JSONWriter) -> Void
    ) {
        // A message grown from nothing would move many times.
        buffer.reserveCapacity(minimumWritableBytes: Self.usualBytes)
        self.enveloped(.text, into: &buffer) { buffer in
            JSONWriter.append(to: &buffer) { writer in
                switch self.version {
                case .v1: writer.objectMessage(ref, topic, event, payload)
                case .v2: writer.arrayMessage(joinRef, ref, topic, event, payload)
                }
            }
        }
    }

    /// - Parameter body: Only appends.
    func enveloped(_ opcode: WebSocketOpcode, into buffer: inout ByteBuffer, _ body: (inout ByteBuffer) -> Void) {
        switch self.envelope {
        case .webSocket: WebSocketFrameEncoder.frame(opcode, into: &buffer, body: body)
        case .bare: body(&buffer)
        }
    }
}

extension JSONWriter {
    mutating func emptyObject() {
        self.raw("{}")
    }

    /// `{topic, event, ref, payload}`: never a join_ref, always a ref (§1.5).
    fileprivate mutating func objectMessage(
        _ ref: Ref, _ topic: String?, _ event: String, _ payload: (inout JSONWriter) -> Void
    ) {
        self.beginObject()
        self.key("topic")
        self.nullable(topic)
        self.member("event", event)
        self.key("ref")
        self.ref(ref)
        self.key("payload")
        payload(&self)
        self.endObject()
    }

    /// `[join_ref, ref, topic, event, payload]` (§1.6).
    fileprivate mutating func arrayMessage(
        _ joinRef: Ref, _ ref: Ref, _ topic: String?, _ event: String, _ payload: (inout JSONWriter) -> Void
    ) {
        self.beginArray()
        self.ref(joinRef)
        self.ref(ref)
        self.nullable(topic)
        self.string(event)
        payload(&self)
        self.endArray()
    }

    private mutating func nullable(_ text: String?) {
        if let text { self.string(text) } else { self.null() }
    }
}
