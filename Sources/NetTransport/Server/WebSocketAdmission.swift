package import NIOCore

/// One handshake that waits until its route has decided.
///
/// The client has been told nothing yet: with ``accept(_:)`` it gets the 101, with ``refuse(_:)`` an HTTP status. With
/// neither of them within ``HTTPLimits/admissionTimeout``, or when the server is stopped meanwhile, it gets a 503.
///
/// May be used from anywhere: what is decided elsewhere takes effect on the connection's event loop. The first decision
/// counts, all others are ignored.
package final class WebSocketAdmission: Sendable {
    private enum State {
        case waiting(HTTPFrontHandler)
        /// The client is gone, or has been told something else.
        case abandoned
        case decided
    }

    package let request: WebSocketRequest
    /// The loop on which the connection lives, and its handler will.
    package let eventLoop: any EventLoop
    private let plan: UpgradeHandshake.Plan
    private let state: NIOLoopBoundBox<State>

    /// On `eventLoop` only.
    init(_ plan: UpgradeHandshake.Plan, for front: HTTPFrontHandler, on eventLoop: any EventLoop) {
        request = plan.request
        self.eventLoop = eventLoop
        self.plan = plan
        state = NIOLoopBoundBox(.waiting(front), eventLoop: eventLoop)
    }

    /// Lets the client in.
    ///
    /// A handler is made in any case, so that there is one place where what the decision has taken is given back: when
    /// the client has gone meanwhile, it is not opened, but told by
    /// ``WebSocketHandler/connectionClosed(code:reason:)`` at once.
    ///
    /// - Parameter makeHandler: Called on ``eventLoop``, once. Throws like the factory of a route that decides at once.
    package func accept(_ makeHandler: @escaping @Sendable () throws -> any WebSocketHandler) {
        decide(makeHandler)
    }

    /// Answers with an HTTP error and ends the connection.
    ///
    /// - Parameter error: An ``UpgradeRefusal`` is answered with its status, any other is logged and gives a 500.
    package func refuse(_ error: any Error) {
        decide { throw error }
    }

    private func decide(_ makeHandler: @escaping @Sendable () throws -> any WebSocketHandler) {
        if eventLoop.inEventLoop {
            settle(makeHandler)
        } else {
            eventLoop.execute { self.settle(makeHandler) }
        }
    }

    private func settle(_ makeHandler: () throws -> any WebSocketHandler) {
        let before = state.value
        state.value = .decided
        switch before {
        case .waiting(let front):
            front.admissionDecided(plan, makeHandler: makeHandler)
        case .abandoned:
            // A refusal reaches nobody any more.
            let handler = try? makeHandler()
            handler?.connectionClosed(code: .abnormal, reason: "")
        case .decided:
            break
        }
    }

    /// On ``eventLoop`` only.
    func abandon() {
        if case .waiting = state.value { state.value = .abandoned }
    }
}
