package import ChatModel
package import NIOCore

/// How one dialect of one gateway writes events: the key under which a frame is encoded once for many receivers.
package struct WireFormat: Hashable, Sendable {
    /// Which gateway's encoder: 0–255, given at wiring.
    package let gateway: UInt8
    /// Which dialect of it; the gateway's own business.
    package let variant: UInt8

    package init(gateway: UInt8, variant: UInt8) {
        self.gateway = gateway
        self.variant = variant
    }
}

/// Writes events in a gateway's dialects, as bytes that are ready for the socket.
///
/// Called once per event and format, however many connections receive the bytes. Must not block.
package protocol EventEncoder: Sendable {
    /// Appends the frames of `event` to `buffer`. Appends nothing when this dialect does not show it.
    func encode(_ event: RoomEvent, as format: WireFormat, into buffer: inout ByteBuffer)

    func encode(
        _ event: EphemeralEvent, in room: RoomIdentity, at: Timestamp, as format: WireFormat,
        into buffer: inout ByteBuffer
    )

    func encode(_ event: UserEvent, as format: WireFormat, into buffer: inout ByteBuffer)

    func encode(
        _ signal: Signal, to topic: SignalTopic, at: Timestamp, as format: WireFormat, into buffer: inout ByteBuffer
    )

    /// Who of all users is connected; ``SignalTopic/everybody`` only.
    func encode(_ change: PresenceChange, to topic: SignalTopic, as format: WireFormat, into buffer: inout ByteBuffer)
}

extension EventEncoder {
    package func encode(
        _ signal: Signal, to topic: SignalTopic, at: Timestamp, as format: WireFormat, into buffer: inout ByteBuffer
    ) {}

    package func encode(
        _ change: PresenceChange, to topic: SignalTopic, as format: WireFormat, into buffer: inout ByteBuffer
    ) {}
}

/// One connection as the core sees it, or one of several channels on it. Every call comes on the connection's own event loop.
package protocol EventSink: AnyObject {
    var format: WireFormat { get }

    /// Takes bytes for the socket without writing them yet; the same buffer goes to many connections.
    ///
    /// Must not close the connection or call back into the core: it is called in the midst of a pass over a room's
    /// subscribers. A queue that is full is dealt with in ``flush()``.
    /// - Parameter ephemeral: typing and presence, which may be dropped when the reader is slow.
    func deliver(_ bytes: ByteBuffer, ephemeral: Bool)

    /// Writes what was delivered, in one system call where it can.
    func flush()

    /// What was missed has been delivered and live events flow from here on; the listener counts as present.
    func subscriptionStarted(in room: Room)

    /// The core has ended the listener's subscription: its user was put out, left on another connection, or the room
    /// is gone. Called after the event that says why, in the midst of a pass.
    ///
    /// All that is to be ended was gathered before, so that the listener may here stop listening, also elsewhere, and
    /// what the core has to tell others of that comes in a later pass. One that has stopped may still be called. It must
    /// not close the connection, and only queues what it has to write.
    func subscriptionEnded(in room: Room)

    /// Somebody has decided about the user in a room that this connection does not listen to: the event that says so
    /// has just been delivered. Called in the midst of a pass: must only queue.
    func toldOutside(of event: RoomEvent)

    /// The core has ended this connection: its session was revoked or replaced. Tell the client, then close.
    func sessionEnded(_ reason: SessionEnd)
}

extension EventSink {
    package func subscriptionStarted(in room: Room) {}
    package func subscriptionEnded(in room: Room) {}
    package func toldOutside(of event: RoomEvent) {}
}

/// Why the core ends a connection.
package enum SessionEnd: Sendable, Hashable {
    /// The token that it came in with was logged out.
    case loggedOut
    /// Log-out everywhere, a new password, a disabled or deleted account.
    case revoked
    /// One connection too many of the same user; this was the oldest.
    case replaced
    /// The core could not go on serving it: come back and resume.
    case unavailable
}
