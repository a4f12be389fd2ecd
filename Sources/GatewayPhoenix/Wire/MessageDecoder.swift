import NIOCore
import NetTransport
import WireJSON

/// Reads the messages of one client (phoenix-channels.md §1.5–§1.7). Whatever it throws closes the socket with 1011.
struct MessageDecoder: Sendable {
    /// The usual limits; the message itself is one level around its payload.
    static let usualLimits = JSONLimits(maxDepth: JSONLimits.standard.maxDepth + 1)

    let version: SerializerVersion
    let limits: JSONLimits

    /// - Parameter limits: for a whole message; its bytes should not be fewer than the transport lets through.
    init(_ version: SerializerVersion, limits: JSONLimits = Self.usualLimits) {
        self.version = version
        self.limits = limits
    }

    /// Reads a message as the transport delivers it: `.text` or `.binary`.
    func decode(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer) throws(UndecodableMessage) -> InboundMessage {
        opcode == .text ? try self.decodeText(bytes) : try self.decodeBinary(bytes)
    }

    func decodeText(_ bytes: ByteBuffer) throws(UndecodableMessage) -> InboundMessage {
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONReader.read(bytes, limits: self.limits)
        } catch {
            throw .json(error)
        }
        switch (self.version, document) {
        case (.v1, .object(let object)): return try Self.message(object, of: bytes)
        case (.v2, .array(let elements)): return try Self.message(elements, of: bytes)
        case (.v1, _), (.v2, _): throw .shape
        }
    }

    /// In V1 a binary frame holds the same JSON as a text frame.
    func decodeBinary(_ bytes: ByteBuffer) throws(UndecodableMessage) -> InboundMessage {
        switch self.version {
        case .v1: try self.decodeText(bytes)
        case .v2: try Self.push(bytes)
        }
    }

    // MARK: - V2 text

    /// `[join_ref, ref, topic, event, payload, …]`; what comes after the fifth is ignored.
    private static func message(
        _ elements: [JSONValue], of document: ByteBuffer
    ) throws(UndecodableMessage) -> InboundMessage {
        guard elements.count >= 5 else { throw .shape }
        return InboundMessage(
            joinRef: try self.ref(elements[0], at: 0, of: document),
            ref: try self.ref(elements[1], at: 1, of: document),
            topic: elements[2].string, event: elements[3].string,
            payload: .json(JSONPayload(elements[4], at: 4, of: document)))
    }

    private static func ref(
        _ value: JSONValue, at index: Int, of document: ByteBuffer
    ) throws(UndecodableMessage) -> Ref {
        guard let ref = Ref(value, text: DocumentText.element(index, of: document)) else { throw .refTooLong }
        return ref
    }

    // MARK: - V1 text

    /// An object with at least `topic`, `event`, `payload` and `ref`, any of which may be null.
    private static func message(
        _ object: JSONObject, of document: ByteBuffer
    ) throws(UndecodableMessage) -> InboundMessage {
        var (joinRef, ref) = (Ref.null, Ref?.none)
        var (topic, event) = (JSONValue?.none, JSONValue?.none)
        var payload: JSONPayload?
        for (index, member) in object.members.enumerated() {
            switch member.key {
            case "join_ref": joinRef = try self.ref(member.value, at: index, of: document)
            case "ref": ref = try self.ref(member.value, at: index, of: document)
            case "topic": topic = member.value
            case "event": event = member.value
            case "payload": payload = JSONPayload(member.value, at: index, of: document)
            default: continue
            }
        }
        guard let ref, let topic, let event, let payload else { throw .shape }
        return InboundMessage(
            joinRef: joinRef, ref: ref, topic: topic.string, event: event.string, payload: .json(payload))
    }

    // MARK: - V2 binary

    /// `00`, four lengths, join_ref, ref, topic, event, data. The refs are strings, also empty ones: never null.
    private static func push(_ bytes: ByteBuffer) throws(UndecodableMessage) -> InboundMessage {
        var bytes = bytes
        guard bytes.readInteger(as: UInt8.self) == 0 else { throw .binaryKind }
        guard let lengths = bytes.readMultipleIntegers(as: (UInt8, UInt8, UInt8, UInt8).self) else {
            throw .binaryLength
        }
        let joinRef = try self.name(lengths.0, in: &bytes)
        let ref = try self.name(lengths.1, in: &bytes)
        let topic = try self.name(lengths.2, in: &bytes)
        let event = try self.name(lengths.3, in: &bytes)
        guard let joinRef = Ref(string: joinRef), let ref = Ref(string: ref) else { throw .refTooLong }
        return InboundMessage(joinRef: joinRef, ref: ref, topic: topic, event: event, payload: .binary(bytes.slice()))
    }

    private static func name(_ length: UInt8, in bytes: inout ByteBuffer) throws(UndecodableMessage) -> String {
        do {
            guard let name = try bytes.readUTF8ValidatedString(length: Int(length)) else {
                throw UndecodableMessage.binaryLength
            }
            return name
        } catch let error as UndecodableMessage {
            throw error
        } catch {
            throw .binaryText
        }
    }
}
