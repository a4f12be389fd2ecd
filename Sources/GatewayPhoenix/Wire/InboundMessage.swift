import NIOCore
import WireJSON

/// One message of a client (phoenix-channels.md §1.4).
struct InboundMessage: Sendable {
    let joinRef: Ref
    let ref: Ref
    /// nil for null and for anything else that is not a string: no channel has such a name.
    let topic: String?
    /// nil for null and for anything else that is not a string.
    let event: String?
    let payload: InboundPayload

    /// Whether it must be answered at once, whatever is under way (§1.8).
    var isHeartbeat: Bool { self.topic == ReservedTopic.phoenix && self.event == ReservedEvent.heartbeat }
}

enum InboundPayload: Sendable {
    case json(JSONPayload)
    /// The data of a binary push (§1.7); may be empty.
    case binary(ByteBuffer)
}

/// A payload that is JSON of any kind, read already.
struct JSONPayload: Sendable {
    let value: JSONValue
    /// The whole message, of which the payload is one part; kept for ``text``.
    private let document: ByteBuffer
    private let index: Int

    /// - Parameter index: which element or member of `document` the payload is.
    init(_ value: JSONValue, at index: Int, of document: ByteBuffer) {
        self.value = value
        self.document = document
        self.index = index
    }

    /// The payload as the client wrote it, down to the digits of its numbers: well-formed JSON for what is sent on.
    /// Looked up each time.
    var text: ByteBuffer {
        if let text = DocumentText.element(self.index, of: self.document) { return text }
        var writer = JSONWriter()
        writer.value(self.value)
        return writer.takeBuffer()
    }
}

/// Topics that are no channel's.
enum ReservedTopic {
    static let phoenix = "phoenix"
}

/// Events with a meaning of their own (§1.8, §2).
enum ReservedEvent {
    static let heartbeat = "heartbeat"
    static let join = "phx_join"
    static let leave = "phx_leave"
    static let reply = "phx_reply"
    static let close = "phx_close"
    static let error = "phx_error"
}

/// Bytes that are no message: the socket is closed with 1011 (§1.3).
enum UndecodableMessage: Error, Sendable, Equatable {
    case json(JSONError)
    /// JSON, but not an array of at least five, or in V1 not an object with all its keys (§1.5, §1.6).
    case shape
    /// A ref longer than ``Ref/maxBytes``.
    case refTooLong
    /// A binary message whose first byte is not 0 (§1.7).
    case binaryKind
    /// The lengths of a binary message promise more than there is.
    case binaryLength
    /// A name in a binary message is not UTF-8.
    case binaryText
    /// A line of a long-poll body that is neither an array nor base64 (§1.10).
    case base64
}

extension UndecodableMessage: CustomStringConvertible {
    /// For logs. Holds nothing of the message itself.
    var description: String {
        switch self {
        case .json(let error): "JSON: \(error)"
        case .shape: "not a message"
        case .refTooLong: "a ref of more than \(Ref.maxBytes) bytes"
        case .binaryKind: "not a push"
        case .binaryLength: "shorter than its lengths"
        case .binaryText: "a name that is not UTF-8"
        case .base64: "neither an array nor base64"
        }
    }
}
