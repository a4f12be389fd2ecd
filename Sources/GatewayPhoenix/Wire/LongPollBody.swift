import NIOCore
import WireJSON

/// The protocol's own status of a long-poll answer; that of HTTP is always 200 (phoenix-channels.md §1.10).
enum LongPollStatus: Int, Sendable {
    case ok = 200
    /// The window passed and there was nothing.
    case noContent = 204
    case forbidden = 403
    /// A POST was not taken within the window.
    case timeout = 408
    /// There is no such session; with a token, a new one.
    case gone = 410
}

/// The bodies of long polling: what a POST brings, and all answers.
enum LongPollBody {
    /// One message of a POST.
    enum Line: Sendable, Equatable {
        case text(ByteBuffer)
        case binary(ByteBuffer)
        /// Neither an array nor base64: the session ends (``UndecodableMessage/base64``).
        case undecodable
    }

    /// Lines beyond these are ignored.
    static let mostLines = 100
    static let contentType = "application/json; charset=utf-8"

    /// Takes the body of a POST apart.
    ///
    /// - Parameter contentType: The request's. `application/x-ndjson` has a message per line: an array as it is, anything
    ///   else as base64 of a binary message; empty lines count as lines and mean nothing. Any other body is one message.
    static func lines(of body: ByteBuffer, contentType: String?) -> [Line] {
        guard self.isNDJSON(contentType) else { return [.text(body)] }
        var rest = body.readableBytesView
        var lines: [Line] = []
        for _ in 0..<self.mostLines where !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            if let line = self.line(rest[..<end]) { lines.append(line) }
            rest = rest[end...].dropFirst()
        }
        return lines
    }

    private static func isNDJSON(_ contentType: String?) -> Bool {
        let type = contentType?.utf8.prefix { $0 != UInt8(ascii: ";") } ?? "".utf8.prefix(0)
        let name = Substring(type).lowercased()
        return name.utf8.filter { $0 != UInt8(ascii: " ") }.elementsEqual("application/x-ndjson".utf8)
    }

    /// nil for an empty line.
    private static func line(_ text: ByteBufferView) -> Line? {
        let line = text.last == UInt8(ascii: "\r") ? text.dropLast() : text
        guard let first = line.first else { return nil }
        if first == UInt8(ascii: "[") { return .text(ByteBuffer(line)) }
        guard let data = Base64.decode(line, isPadded: true) else { return .undecodable }
        return .binary(ByteBuffer(bytes: data))
    }

    // MARK: - Answers

    /// `{"status":…,"token":…,"messages":[…]}`, each message as a JSON string.
    static func poll(_ status: LongPollStatus, token: String, messages: [ByteBuffer] = []) -> ByteBuffer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", status.rawValue)
        writer.member("token", token)
        writer.key("messages")
        writer.beginArray()
        for message in messages { writer.string(utf8: message.readableBytesView) }
        writer.endArray()
        writer.endObject()
        return writer.takeBuffer()
    }

    /// `{"status":…}`: the answer to a POST, and to a GET that is refused.
    static func status(_ status: LongPollStatus) -> ByteBuffer {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("status", status.rawValue)
        writer.endObject()
        return writer.takeBuffer()
    }
}
