import NIOCore
import NetTransport
import WireJSON

/// How a shared text message begins, and how it is to begin for one channel: what makes a push of a broadcast without
/// encoding it again.
struct FrameStart: Sendable {
    private let before: [UInt8]
    let after: [UInt8]

    /// - Parameters:
    ///   - before: Begins the message as ``MessageWriter`` writes it, up to and without the comma after the topic.
    ///   - after: The same for the channel.
    init(_ before: (inout JSONWriter) -> Void, becomes after: (inout JSONWriter) -> Void) {
        self.before = Self.bytes(before)
        self.after = Self.bytes(after)
    }

    private static func bytes(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        write(&writer)
        var bytes = writer.takeBuffer()
        bytes.writeInteger(UInt8(ascii: ","))
        return Array(buffer: bytes)
    }

    func begins(_ payload: ByteBuffer) -> Bool {
        payload.readableBytesView.starts(with: self.before)
    }

    /// Appends a message that ``begins(_:)`` so as a whole frame, begun anew.
    func append(_ payload: ByteBuffer, to output: inout ByteBuffer) {
        WebSocketFrameEncoder.frame(.text, into: &output) { output in
            output.writeBytes(self.after)
            output.writeBytes(payload.readableBytesView.dropFirst(self.before.count))
        }
    }
}

extension JSONWriter {
    /// The start of a V2 message without a ref, up to its topic (phoenix-channels.md §1.6).
    mutating func beginMessage(joinRef: Ref, topic: String) {
        self.beginArray()
        self.ref(joinRef)
        self.null()
        self.string(topic)
    }
}
