import NIOCore

/// A connection of ours, HTTP or WebSocket, as the stopping server sees it.
protocol TransportMember: LoopTicking {
    /// Ends the connection politely: what is under way may be finished.
    func drain(retryAfter: TimeAmount)

    /// Ends the connection now.
    func abort()
}
