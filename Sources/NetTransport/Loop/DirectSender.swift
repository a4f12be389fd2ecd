import Glibc
import NIOCore

/// Sends on a socket's own descriptor, past the channel's write path, which costs about as much as the system call.
enum DirectSender {
    enum Outcome: Equatable {
        /// The kernel took so many bytes, at least one.
        case sent(Int)
        /// The socket's buffer is full.
        case wouldBlock
        /// The connection is broken.
        case failed
    }

    private static let flags = CInt(truncatingIfNeeded: Int(MSG_NOSIGNAL) | Int(MSG_DONTWAIT))

    /// One `send(2)` that neither blocks nor raises a signal.
    static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) -> Outcome {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
            if count > 0 { return .sent(count) }
            switch errno {
            case EINTR: continue
            case EAGAIN, EWOULDBLOCK, ENOBUFS, ENOMEM: return .wouldBlock
            default: return .failed
            }
        }
    }

    /// The descriptor of a channel that is a socket; `nil` for every other kind.
    static func descriptor(of channel: any Channel) -> CInt? {
        let handle = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self,
            { $0 }
        )
        return handle
    }
}
