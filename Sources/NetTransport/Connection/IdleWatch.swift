import NIOCore

/// Decides when a peer that says nothing is given up. A pure value: the caller brings the time.
struct IdleWatch {
    private let timeout: TimeAmount
    private var quietSince: NIODeadline
    private var hasHeard = false

    init(timeout: TimeAmount, now: NIODeadline) {
        self.timeout = timeout
        quietSince = now
    }

    /// Any bytes will do. When exactly they came is not kept: the next tick counts instead.
    mutating func bytesReceived() {
        hasHeard = true
    }

    /// To be asked about once a second.
    ///
    /// - Parameter isListening: Whether the peer could have been heard; who is not read from cannot be idle.
    /// - Returns: Whether the peer has been quiet for the whole timeout.
    mutating func tick(_ now: NIODeadline, isListening: Bool) -> Bool {
        if hasHeard || !isListening {
            hasHeard = false
            quietSince = now
        }
        return now - quietSince >= timeout
    }
}
