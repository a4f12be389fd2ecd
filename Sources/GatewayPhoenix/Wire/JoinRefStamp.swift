import NIOCore
import NetTransport
import WireJSON

/// Puts one subscriber's join_ref into the shared frames of a topic, for clients that drop what has none
/// (phoenix-channels.md §7.3).
///
/// A value for one channel of one V2 client: what it looks for and what it writes is made once.
struct JoinRefStamp: Sendable {
    private let text: FrameStart
    private let topic: [UInt8]
    private let joinRef: [UInt8]

    /// - Parameter joinRef: ``ChannelInstance/messageRef``; null stamps nothing.
    init(joinRef: Ref, topic: String) {
        self.text = FrameStart {
            $0.beginMessage(joinRef: .null, topic: topic)
        } becomes: {
            $0.beginMessage(joinRef: joinRef, topic: topic)
        }
        self.topic = Array(topic.utf8)
        self.joinRef = Array(joinRef.bareText.utf8)
    }

    /// The same frames, the topic's broadcasts among them with the join_ref: text ones as pushes, binary ones in layout
    /// 00. All other frames, and whatever is no frame, come back as they are.
    func stamped(_ frames: ByteBuffer) -> ByteBuffer {
        var output = ByteBufferAllocator().buffer(capacity: frames.readableBytes + 2 * self.text.after.count)
        var run = FrameRun(frames)
        while let frame = run.next() {
            switch frame.opcode {
            case .text where self.text.begins(frame.payload): self.text.append(frame.payload, to: &output)
            case .binary where self.isBroadcast(binary: frame.payload): self.append(binary: frame.payload, to: &output)
            case .text, .binary, .continuation, .close, .ping, .pong: output.writeImmutableBuffer(frame.bytes)
            }
        }
        output.writeImmutableBuffer(run.rest)
        return output
    }

    // MARK: - Binary: `02 topic event …` becomes `00 join_ref topic event …`

    private func isBroadcast(binary payload: ByteBuffer) -> Bool {
        guard !self.joinRef.isEmpty, self.joinRef.count <= UInt8.max,
            let (kind, topic, _) = payload.getMultipleIntegers(
                at: payload.readerIndex, as: (UInt8, UInt8, UInt8).self)
        else { return false }
        return kind == BinaryKind.broadcast && Int(topic) == self.topic.count
            && payload.readableBytesView.dropFirst(3).starts(with: self.topic)
    }

    private func append(binary payload: ByteBuffer, to output: inout ByteBuffer) {
        WebSocketFrameEncoder.frame(.binary, into: &output) { output in
            output.writeInteger(BinaryKind.push)
            output.writeInteger(UInt8(truncatingIfNeeded: self.joinRef.count))
            output.writeBytes(payload.readableBytesView.dropFirst().prefix(2))
            output.writeBytes(self.joinRef)
            output.writeBytes(payload.readableBytesView.dropFirst(3))
        }
    }
}
