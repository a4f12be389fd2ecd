package import NIOCore

/// The owner's side of one WebSocket connection.
///
/// A route makes one for each connection, and the connection keeps it until it has closed. All calls come on the
/// connection's event loop, ``connectionOpened(_:)`` first and ``connectionClosed(code:reason:)`` last. When the client
/// goes away before the upgrade is done, the handler gets ``connectionClosed(code:reason:)`` alone.
package protocol WebSocketHandler: AnyObject {
    /// The upgrade is done: frames may be sent. Called once.
    func connectionOpened(_ connection: WebSocketConnection)

    /// A whole message: `.text`, which is valid UTF-8, or `.binary`. Not called any more once closing has begun.
    ///
    /// - Parameter payload: May be kept, but the receive path reuses its memory when it is not.
    func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer)

    /// All that one read brought has been delivered. What was sent meanwhile is flushed right after.
    func readCompleted()

    /// Everything queued is with the kernel again, after the socket had been full.
    func outboundDrained()

    /// Called about once a second, for deadlines.
    func timerTick(_ now: NIODeadline)

    /// The server stops: say so to the peer, then close. What is still open after a few seconds is cut off.
    ///
    /// - Parameter retryAfter: When a client may try again; spread reconnects by a random part of it.
    func shouldDrain(retryAfter: TimeAmount)

    /// The connection is gone, or has never come about (1006). Called once, and never from within a call of this
    /// handler to the connection.
    ///
    /// - Parameters:
    ///   - code: What the first close frame said, the peer's or ours; 1006 when the socket ended without one.
    ///   - reason: That frame's text, at most 123 bytes when it is the peer's. Not to be trusted.
    func connectionClosed(code: WebSocketCloseCode, reason: String)
}

extension WebSocketHandler {
    package func readCompleted() {}
    package func outboundDrained() {}
    package func timerTick(_ now: NIODeadline) {}
}
