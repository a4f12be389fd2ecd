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
}

/// The names of a room, for events that are not in its log.
package struct RoomIdentity: Sendable, Hashable {
    package let id: RoomID
    package let number: RoomNumber

    package init(id: RoomID, number: RoomNumber) {
        self.id = id
        self.number = number
    }
}

/// One connection as the core sees it. Every call comes on the connection's own event loop.
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

    /// The core has ended this connection: its session was revoked or replaced. Tell the client, then close.
    func sessionEnded(_ reason: SessionEnd)
}

/// Why the core ends a connection.
package enum SessionEnd: Sendable, Hashable {
    /// Log-out everywhere, a new password, a disabled or deleted account.
    case revoked
    /// One connection too many of the same user; this was the oldest.
    case replaced
    /// The core could not go on serving it: come back and resume.
    case unavailable
}
