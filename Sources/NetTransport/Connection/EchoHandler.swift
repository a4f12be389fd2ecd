package import NIOCore

/// Returns every message with its opcode, for conformance suites: the same framing code as all other routes.
package final class EchoHandler: WebSocketHandler {
    /// Above so many unread bytes the peer is not read from until it has read itself.
    private static let highWater = 262_144

    private var connection: WebSocketConnection?

    package init() {}

    package func connectionOpened(_ connection: WebSocketConnection) {
        self.connection = connection
    }

    package func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard let connection else { return }
        connection.sendMessage(opcode, payload)
        guard connection.queuedBytes > Self.highWater else { return }
        connection.flush()
        if connection.queuedBytes > Self.highWater { connection.pauseReading() }
    }

    package func outboundDrained() {
        connection?.resumeReading()
    }

    package func shouldDrain(retryAfter: TimeAmount) {
        connection?.close(code: .goingAway, reason: "server shutdown")
    }

    package func connectionClosed(code: WebSocketCloseCode, reason: String) {
        connection = nil
    }
}
