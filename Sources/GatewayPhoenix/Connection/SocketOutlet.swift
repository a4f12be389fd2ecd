import NIOCore
import NetTransport

/// The way to the client: a WebSocket, or a long-poll session that is asked for what there is. On its event loop only.
protocol SocketOutlet: AnyObject {
    /// Queues whole frames as ``MessageWriter`` makes them.
    func send(_ frames: ByteBuffer, ephemeral: Bool)

    /// Lets go what was queued.
    func flush()

    /// - Parameter code: What a WebSocket is closed with.
    func close(code: WebSocketCloseCode, reason: String)

    func pauseReading()
    func resumeReading()
}

extension WebSocketConnection: SocketOutlet {}
