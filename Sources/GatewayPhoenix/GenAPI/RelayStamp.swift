import NIOCore
import NetTransport
import WireJSON

/// Makes a channel's own pushes of the deliveries of a group, which are written once for all who hear it on whatever
/// channels (phoenix-channels.md §5.2). A value for one channel: what it looks for and writes is made once.
struct RelayStamp: Sendable {
    /// The topic in whose place the channel's goes; no channel has it.
    static let placeholder = ""

    /// How a delivery begins as ``RelayFrames`` writes it, and how it is to begin.
    private let before: [UInt8]
    private let after: [UInt8]

    /// - Parameter joinRef: ``ChannelInstance/messageRef``; V1 has no place for it.
    init(_ version: SerializerVersion, joinRef: Ref, topic: String) {
        self.before = Self.start(version, .null, Self.placeholder)
        self.after = Self.start(version, joinRef, topic)
    }

    private static func start(_ version: SerializerVersion, _ joinRef: Ref, _ topic: String) -> [UInt8] {
        var writer = JSONWriter()
        switch version {
        case .v1:
            writer.beginObject()
            writer.member("topic", topic)
        case .v2:
            writer.beginArray()
            writer.ref(joinRef)
            writer.null()
            writer.string(topic)
        }
        var bytes = writer.takeBuffer()
        bytes.writeInteger(UInt8(ascii: ","))
        return Array(buffer: bytes)
    }

    /// The same frames as pushes on the channel. What is no delivery comes back as it is.
    func stamped(_ frames: ByteBuffer) -> ByteBuffer {
        var output = ByteBufferAllocator().buffer(capacity: frames.readableBytes + 2 * self.after.count)
        var run = FrameRun(frames)
        while let frame = run.next() {
            guard frame.opcode == .text, frame.payload.readableBytesView.starts(with: self.before) else {
                output.writeImmutableBuffer(frame.bytes)
                continue
            }
            WebSocketFrameEncoder.frame(.text, into: &output) { output in
                output.writeBytes(self.after)
                output.writeBytes(frame.payload.readableBytesView.dropFirst(self.before.count))
            }
        }
        output.writeImmutableBuffer(run.rest)
        return output
    }
}
