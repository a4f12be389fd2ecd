import ChatCore

/// How the core's events are written for one channel: for which kind of topic, in which version.
///
/// The key under which an event is encoded once: all subscribers of a topic that speak one version get the same bytes.
struct PhoenixFormat: Sendable, Hashable {
    enum Kind: UInt8, Sendable, CaseIterable {
        /// `room:<id>`
        case room = 0
        /// `realtime:<id>`: the same room in the terms of Supabase Realtime.
        case realtime = 1
        /// A channel that joined a group by PhoenixGenApi: messages only, without the channel's name (``RelayFrames``).
        case relay = 2
        /// `user:public`, `user:role`, `user:<id>`
        case user = 3
        /// `realtime:<id>` for those who do not care who is there.
        case quietRealtime = 4

        /// Whether the client is Supabase's.
        var isRealtime: Bool { self == .realtime || self == .quietRealtime }
    }

    let kind: Kind
    let version: SerializerVersion

    init(_ kind: Kind, _ version: SerializerVersion) {
        self.kind = kind
        self.version = version
    }

    /// Fails for a variant that no channel has.
    init?(_ format: WireFormat) {
        guard let kind = Kind(rawValue: format.variant >> 1) else { return nil }
        self.kind = kind
        self.version = format.variant & 1 == 0 ? .v1 : .v2
    }

    func wireFormat(gateway: UInt8) -> WireFormat {
        WireFormat(gateway: gateway, variant: self.kind.rawValue << 1 | (self.version == .v1 ? 0 : 1))
    }
}
