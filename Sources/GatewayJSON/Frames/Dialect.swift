package import ChatCore

/// How frames are written for one connection: the variant in its ``WireFormat``.
///
/// Connections with the same dialect share the bytes of an event.
package struct Dialect: OptionSet, Sendable, Hashable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The client's hello had `ext`: it gets `seq` and `epoch`, and a frame for every event.
    package static let extended = Dialect(rawValue: 1 << 0)
    /// The compact encoding (json-chat.md §1.13).
    package static let compact = Dialect(rawValue: 1 << 1)
    /// The client understands `chat_edited` and `chat_deleted`.
    package static let edits = Dialect(rawValue: 1 << 2)
    /// The client takes frames compressed with permessage-deflate (RFC 7692).
    package static let deflate = Dialect(rawValue: 1 << 3)

    /// Every dialect there is.
    package static let all: [Dialect] = (0..<16).map { Dialect(rawValue: $0) }

    package func format(gateway: UInt8) -> WireFormat {
        WireFormat(gateway: gateway, variant: self.rawValue)
    }

    package init(_ format: WireFormat) {
        self.init(rawValue: format.variant)
    }
}
