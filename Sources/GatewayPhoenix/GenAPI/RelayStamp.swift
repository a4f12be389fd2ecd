import NIOCore
import NetTransport
import WireJSON

/// Makes a channel's own pushes of the deliveries of a group, which are written once for all who hear it on whatever
/// channels (phoenix-channels.md §5.2). A value for one channel: what it looks for and writes is made once.
struct RelayStamp: Sendable {
    /// The topic in whose place the channel's goes; no channel has it.
    static let placeholder = ""

    private let start: FrameStart

    /// - Parameter joinRef: ``ChannelInstance/messageRef``; V1 has no place for it.
    init(_ version: SerializerVersion, joinRef: Ref, topic: String) {
        self.start =
            switch version {
            case .v1:
                FrameStart {
                    $0.beginObject()
                    $0.member("topic", Self.placeholder)
                } becomes: {
                    $0.beginObject()
                    $0.member("topic", topic)
                }
            case .v2:
                FrameStart {
                    $0.beginMessage(joinRef: .null, topic: Self.placeholder)
                } becomes: {
                    $0.beginMessage(joinRef: joinRef, topic: topic)
                }
            }
    }

    /// The same frames as pushes on the channel. What is no delivery comes back as it is.
    func stamped(_ frames: ByteBuffer) -> ByteBuffer {
        var output = ByteBufferAllocator().buffer(capacity: frames.readableBytes + 2 * self.start.after.count)
        var run = FrameRun(frames)
        while let frame = run.next() {
            if frame.opcode == .text, self.start.begins(frame.payload) {
                self.start.append(frame.payload, to: &output)
            } else {
                output.writeImmutableBuffer(frame.bytes)
            }
        }
        output.writeImmutableBuffer(run.rest)
        return output
    }
}
