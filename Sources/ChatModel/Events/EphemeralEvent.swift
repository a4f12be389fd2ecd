/// What is never stored or replayed: it may be dropped, and is always fetched as state.
package enum EphemeralEvent: Sendable {
    case typing(UserProfile, isTyping: Bool)
    case presence(PresenceChange)
    case broadcast(Broadcast)
}

/// What a client tells those who are in a room with it, and nobody keeps: a cursor, a move in a game, a heartbeat.
package struct Broadcast: Sendable {
    package enum Payload: Sendable, Hashable {
        case json(OpaqueJSON)
        /// For fronts that carry bytes; the others leave it out.
        case bytes([UInt8])
    }

    package let from: UserProfile
    /// The name that the client gave it, 1–64 bytes.
    package let event: String
    package let payload: Payload
    /// The listener that is not told: the one that said it.
    package let except: PresenceID?

    package init(from: UserProfile, event: String, payload: Payload, except: PresenceID? = nil) {
        self.from = from
        self.event = event
        self.payload = payload
        self.except = except
    }
}
