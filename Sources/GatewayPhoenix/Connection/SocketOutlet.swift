import NIOCore
import NetTransport

/// The way to the client: a WebSocket, or a long-poll session that is asked for what there is. On its event loop only.
protocol SocketOutlet: AnyObject {
    /// Queues whole frames as ``MessageWriter`` makes them.
    func send(_ frames: ByteBuffer, ephemeral: Bool)

    /// Bytes that the client has not taken yet.
    var queuedBytes: Int { get }

    /// How many there may be before the client counts as one that does not read, and is closed.
    var maxQueuedBytes: Int { get }

    /// Lets go what was queued.
    func flush()

    /// - Parameter code: What a WebSocket is closed with.
    func close(code: WebSocketCloseCode, reason: String)

    func pauseReading()
    func resumeReading()
}

extension WebSocketConnection: SocketOutlet {}

/// How much of the past goes into one answer now.
///
/// A client that asks for more than it has taken yet must not be closed for what it asked: it would come back and be
/// closed again. So what waits for it already makes its answers smaller.
extension SocketOutlet {
    /// Bytes of one answer when nothing waits.
    private static var mostAnswerBytes: Int { 384 * 1024 }

    var freeBytes: Int { max(0, self.maxQueuedBytes - self.queuedBytes) }

    /// In estimated bytes, of which what is written may be twice as many; a quarter of the bound is left for what is
    /// live.
    var answerBytes: Int { min(Self.mostAnswerBytes, max(0, self.freeBytes - self.maxQueuedBytes / 4) / 2) }
}
