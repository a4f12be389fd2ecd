import NIOCore

extension WebSocketConnection {
    /// How long a connection that we close waits for the peer's close frame, or for its last bytes to leave. Looked at
    /// once a second: hence up to twice as long.
    private static let closeTimeout = TimeAmount.seconds(1)

    /// Sends a close frame after what is queued, and closes the socket when the peer has answered or 2 s have passed.
    ///
    /// - Parameter reason: Cut to 123 bytes of UTF-8.
    package func close(code: WebSocketCloseCode, reason: String = "") {
        beginClosing(code: code, reason: reason, phase: .closeSent)
    }

    private func beginClosing(code: WebSocketCloseCode, reason: String, phase next: Phase) {
        guard phase == .open else { return }
        closing = closing ?? (code, reason)
        phase = next
        closeDeadline = .now() + Self.closeTimeout
        _ = queue.enqueue(WebSocketFrameEncoder.closeFrame(code: code, reason: reason), isEphemeral: false)
        // The peer's answer is awaited, whatever the handler thinks of its messages.
        resumeReading()
        flush()
    }

    func closeAsTooSlow() {
        loop.counters.slowConsumerClosed()
        queue.removeUnsent()
        beginClosing(code: .tryAgainLater, reason: "slow consumer, resume", phase: .finishing)
    }

    func fail(_ failure: WebSocketFailure) {
        beginClosing(code: failure.code, reason: failure.reason, phase: .failing)
    }

    func peerClosed(_ code: WebSocketCloseCode, reason: String) {
        if phase == .open {
            closing = (code, reason)
            beginClosing(code: code, reason: "", phase: .finishing)
        } else if phase == .closeSent {
            phase = .finishing
            finishIfSent()
        }
    }

    /// Ends the connection when all that was to be said has been.
    func finishIfSent() {
        guard queue.isEmpty, !queue.hasChunkInFlight else { return }
        switch phase {
        case .finishing:
            scheduleHardClose()
        case .failing:
            // A socket closed with unread input is reset, and the peer might lose the close frame: it sees the end of
            // our side first, and we wait a little for its own.
            guard !isHardCloseScheduled else { return }
            isHardCloseScheduled = true
            eventLoop.assumeIsolated().execute { [self] in
                context?.close(mode: .output, promise: nil)
            }
        case .open, .closeSent, .dead:
            break
        }
    }

    /// Closes the socket in a later turn of the loop: the caller may be in the middle of a pass over connections.
    func scheduleHardClose() {
        guard !isHardCloseScheduled else { return }
        isHardCloseScheduled = true
        eventLoop.assumeIsolated().execute { [self] in
            context?.close(promise: nil)
        }
    }
}
