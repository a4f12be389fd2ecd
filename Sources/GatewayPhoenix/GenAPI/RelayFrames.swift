import ChatModel
import NIOCore
import WireJSON

/// Writes what is said in a group for those who joined it by PhoenixGenApi: messages, nothing else (phoenix-channels.md
/// §5.2). The frames bear no channel's name yet: each subscriber's ``RelayStamp`` puts that in.
enum RelayFrames {
    /// - Parameters:
    ///   - name: The event under which deliveries are pushed.
    ///   - buffer: Nothing is appended for what is not relayed.
    static func append(
        _ event: RoomEvent, as version: SerializerVersion, event name: String, to buffer: inout ByteBuffer
    ) {
        guard case .message(let message) = event.change, !message.isRetracted else { return }
        MessageWriter(version).broadcast(name, on: RelayStamp.placeholder, into: &buffer) { writer in
            writer.response(to: Self.requestID(of: message)) { writer in
                writer.object { writer in
                    writer.member("group_id", event.room.value)
                    writer.member("from_user_id", message.sender.id.value)
                    writer.member("message", message.content.body)
                    writer.member("timestamp", Self.timestamp(microseconds: message.archiveID))
                }
            }
        }
    }

    /// The sender's, when he sent it by a request; what was said on another front is known by its own id.
    private static func requestID(of message: Message) -> JSONValue {
        if let metadata = message.content.metadata,
            case .object(let object)? = try? JSONReader.read(ByteBuffer(string: metadata.text)),
            let id = GenAPIRequest.id(in: object)
        {
            return id
        }
        return .string(WireUUID(message.id).text)
    }

    /// What a message must bear for its deliveries to have the id of the request that sent it; nil when the server does
    /// not let messages bear so much.
    ///
    /// - Parameter limit: Bytes.
    static func metadata(requestID: JSONValue, limit: Int) -> OpaqueJSON? {
        var writer = JSONWriter()
        writer.object { $0.member("request_id", requestID) }
        let json = writer.takeBuffer()
        return json.readableBytes <= limit ? OpaqueJSON(validated: String(buffer: json)) : nil
    }

    /// Like `2025-01-15T10:30:00.123456Z`.
    static func timestamp(microseconds: Int64) -> String {
        let rest = microseconds % 1000
        let fraction = rest < 0 ? rest + 1000 : rest
        var text = WireTimestamp.text(milliseconds: microseconds / 1000 - (rest < 0 ? 1 : 0))
        // In the place of the zone: three digits more, then the zone again.
        text.removeLast()
        let digits = String(fraction)
        text += String(repeating: "0", count: 3 - digits.count) + digits + "Z"
        return text
    }
}
