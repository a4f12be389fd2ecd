import NIOCore
import WireJSON

@testable import GatewayPhoenix

extension ByteBuffer {
    /// The bytes as text, for comparing with what the wire shows.
    var text: String { String(buffer: self) }
}

extension MessageDecoder {
    func decodeText(_ text: String) throws(UndecodableMessage) -> InboundMessage {
        try self.decodeText(ByteBuffer(string: text))
    }
}

extension InboundPayload {
    var json: JSONPayload? {
        if case .json(let payload) = self { payload } else { nil }
    }

    var data: ByteBuffer? {
        if case .binary(let data) = self { data } else { nil }
    }
}

extension MessageWriter {
    /// What `write` appends to an empty buffer.
    func bytes(_ write: (MessageWriter, inout ByteBuffer) -> Void) -> ByteBuffer {
        var buffer = ByteBuffer()
        write(self, &buffer)
        return buffer
    }

    /// The bare text that `write` makes in this version.
    static func text(_ version: SerializerVersion, _ write: (MessageWriter, inout ByteBuffer) -> Void) -> String {
        MessageWriter(version, envelope: .bare).bytes(write).text
    }
}

extension JSONWriter {
    /// An object with one member.
    mutating func object(_ key: String, _ value: JSONValue) {
        self.beginObject()
        self.key(escaping: key)
        self.value(value)
        self.endObject()
    }
}

/// A message to a machine, whose payload does not matter.
func message(_ joinRef: Ref, _ ref: Ref, _ topic: String?, _ event: String?) -> InboundMessage {
    InboundMessage(
        joinRef: joinRef, ref: ref, topic: topic, event: event,
        payload: .json(JSONPayload([:], at: 4, of: ByteBuffer())))
}

extension Ref: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { self = .string(value) }
}
