package import ChatCore
package import ChatModel
package import NIOCore

extension JSONEventEncoder {
    /// Who is listed publicly has no form on this wire: the default of the protocol stands for that.
    package func encode(
        _ signal: Signal, to topic: SignalTopic, at: Timestamp, as format: WireFormat, into buffer: inout ByteBuffer
    ) {
        let head = FrameHead(id: self.frames.ids.next(), at: at)
        self.frames.append(.signal, head, as: Dialect(format), to: &buffer) { writer in
            writer.member("to", topic.audience)
            writer.member("event", signal.name)
            writer.opaque("payload", signal.payload)
        }
    }
}

extension SignalTopic {
    fileprivate var audience: String {
        switch self {
        case .everybody: "all"
        case .roles: "role"
        case .user: "user"
        }
    }
}
