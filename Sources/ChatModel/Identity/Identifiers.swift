/// The id of an account or guest: its username in canonical form (PRECIS UsernameCaseMapped), which never changes.
package struct UserID: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: String

    /// - Parameter canonical: 1–64 characters, already canonical; gateways get one from `Username`, never from the wire.
    package init(canonical: String) { self.value = canonical }

    package var description: String { self.value }

    package static func < (left: UserID, right: UserID) -> Bool { left.value < right.value }
}

/// The id of a room: legal as an XMPP localpart, chosen by the creator or generated, never reused.
package struct RoomID: Hashable, Sendable, CustomStringConvertible {
    package let value: String
    package init(_ value: String) { self.value = value }
    package var description: String { self.value }
}

/// The number by which typed-JSON clients name a room: 1…2³¹−1, assigned once.
package struct RoomNumber: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let value: Int32

    /// Fails outside 1…2³¹−1.
    package init?(_ value: Int64) {
        guard value >= 1, value <= Int64(Int32.max) else { return nil }
        self.value = Int32(value)
    }

    package var description: String { String(self.value) }

    package static func < (left: RoomNumber, right: RoomNumber) -> Bool { left.value < right.value }
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

/// 128 bits in the form of a UUID version 4.
///
/// The first 48 random bits are the creation time in milliseconds, so that an index on ids grows at its end; to a
/// client the value is an ordinary version 4 UUID (RFC 9562 §5.4 leaves the random bits to the maker).
package struct MessageID: Hashable, Sendable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A version 4 UUID whose leading bits are `at` and whose other bits are the given random ones.
    package init(at time: Timestamp, random: (UInt64, UInt64)) {
        let millis = UInt64(clamping: time.milliseconds) & 0xFFFF_FFFF_FFFF
        self.high = millis << 16 | 0x4000 | (random.0 & 0x0FFF)
        self.low = 0x8000_0000_0000_0000 | (random.1 & 0x3FFF_FFFF_FFFF_FFFF)
    }
}

/// A position in one event log: 1, 2, 3… without holes. 0 means 'before the first event'.
package typealias Seq = Int64

/// Names one incarnation of an event log; positions of different epochs cannot be compared.
package struct Epoch: Hashable, Sendable, CustomStringConvertible {
    package let value: String
    package init(_ value: String) { self.value = value }
    package var description: String { self.value }
}

/// The id under which a client sent something: its idempotency key for 24 hours. 1–128 bytes.
package struct ClientID: Hashable, Sendable {
    package let value: String

    /// Fails when empty or longer than 128 UTF-8 bytes.
    package init?(_ value: String) {
        guard !value.isEmpty, value.utf8.count <= 128 else { return nil }
        self.value = value
    }
}

/// One connection of this node; unique while the process lives.
package struct ConnectionID: Hashable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
}
