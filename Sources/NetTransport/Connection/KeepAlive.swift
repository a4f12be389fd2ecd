package import NIOCore

/// Decides when a connection is pinged and when it is given up. A pure value: the caller brings the time.
package struct KeepAlive: Sendable {
    package enum Action: Equatable, Sendable {
        case none
        case sendPing
        /// So many pings went unanswered that the peer is gone.
        case drop
    }

    /// The time from one ping to the next, and the pings that may go unanswered. Shared by all connections.
    package struct Settings: Sendable {
        /// Default 25 s, below the 30 s after which some proxies cut idle connections.
        package var interval: TimeAmount
        /// Default 2.
        package var missedPongs: Int

        package init(interval: TimeAmount = .seconds(25), missedPongs: Int = 2) {
            self.interval = interval
            self.missedPongs = max(1, missedPongs)
        }
    }

    private var nextPing: NIODeadline
    /// Pings sent since the last pong.
    private var unanswered: UInt16 = 0

    package init(settings: Settings, now: NIODeadline) {
        nextPing = now + settings.interval
    }

    /// To be asked about once a second.
    package mutating func tick(_ settings: Settings, now: NIODeadline) -> Action {
        guard now >= nextPing else { return .none }
        guard Int(unanswered) < settings.missedPongs else { return .drop }
        unanswered &+= 1
        nextPing = now + settings.interval
        return .sendPing
    }

    /// Any pong will do: which ping it answers does not matter (RFC 6455 §5.5.3).
    package mutating func pongReceived() {
        unanswered = 0
    }
}
