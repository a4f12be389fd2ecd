import ChatCore
import NIOCore
import NetTransport

extension JSONConnection: EventSink {
    /// How much of what the core sends is kept until the hello is answered. Only the user's own events come so early,
    /// and each tells a state that the next one tells again.
    private static let mostEarlyBytes = 64 * 1024

    func deliver(_ bytes: ByteBuffer, ephemeral: Bool) {
        guard let early = self.early else {
            self.connection?.send(bytes, ephemeral: ephemeral)
            return
        }
        guard !ephemeral, early.readableBytes + bytes.readableBytes <= Self.mostEarlyBytes else { return }
        self.early?.writeImmutableBuffer(bytes)
    }

    func flush() {
        self.connection?.flush()
    }

    func sessionEnded(_ reason: SessionEnd) {
        let (code, text): (CloseCode, SessionEndText) =
            switch reason {
            case .revoked, .loggedOut: (.authentication, .revoked)
            case .replaced: (.replaced, .replaced)
            case .unavailable: (.goingAway, .unavailable)
            }
        guard let code = self.machine.sessionEnded(code) else { return }
        self.answer { $0.append(text.answer, into: &$1) }
        // The session is given back when the connection has closed: the core is in the middle of a pass.
        self.connection?.close(code: code.code, reason: code.reason)
    }
}
