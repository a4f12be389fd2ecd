import Synchronization

/// Who waits for the answer to one request, and may hang up before it comes. Can be used from anywhere.
package final class LongPollCaller: Sendable {
    private enum State {
        case waiting(whenGone: (@Sendable () -> Void)?)
        case gone
    }

    private let state = Mutex(State.waiting(whenGone: nil))

    package init() {}

    /// The client is gone: what it has not been given stays for its next request. Calling it again does nothing.
    package func hangUp() {
        let whenGone = self.state.withLock { state -> (@Sendable () -> Void)? in
            guard case .waiting(let whenGone) = state else { return nil }
            state = .gone
            return whenGone
        }
        whenGone?()
    }

    var isGone: Bool {
        self.state.withLock { state in
            if case .gone = state { true } else { false }
        }
    }

    /// Calls `body` as soon as the client is gone, at once if it is already. Takes the place of what was given before.
    func whenGone(_ body: @escaping @Sendable () -> Void) {
        let isGone = self.state.withLock { state in
            if case .gone = state { return true }
            state = .waiting(whenGone: body)
            return false
        }
        if isGone { body() }
    }
}
