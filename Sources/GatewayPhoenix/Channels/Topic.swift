import ChatModel
import Foundation

/// The topics of this server.
///
/// Names are compared byte by byte, as clients do: two that only look alike are two topics.
enum Topic: Sendable, Hashable {
    case room(RoomID)
    /// A room in the terms of Supabase Realtime.
    case realtime(RoomID)
    case everybody
    case roles
    /// Any id, also one that is nobody's.
    case user(UserID)
    /// Any name: a channel for PhoenixGenApi's requests.
    case relay(String)

    private static let mostBytes = 256

    /// Nothing for what is none of ours: answered with 'unmatched topic'.
    init?(_ name: String) {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        // Not by characters: a combining mark would go with the colon.
        let rest = String(name[name.utf8.index(after: colon)...])
        guard rest.utf8.count <= Self.mostBytes else { return nil }
        switch (String(name[..<colon]), rest.isEmpty) {
        case ("room", false) where rest.isComposed: self = .room(RoomID(rest))
        case ("realtime", false) where rest.isComposed: self = .realtime(RoomID(rest))
        case ("relay", false): self = .relay(rest)
        case ("user", _): self = Self.ofUsers(rest)
        default: return nil
        }
    }

    private static func ofUsers(_ rest: String) -> Topic {
        switch rest {
        case "public": .everybody
        case "role": .roles
        default: .user(UserID(canonical: rest))
        }
    }

    init(_ topic: SignalTopic) {
        switch topic {
        case .everybody: self = .everybody
        case .roles: self = .roles
        case .user(let user): self = .user(user)
        }
    }

    /// As it stands on the wire.
    var name: String {
        switch self {
        case .room(let id): "room:" + id.value
        case .realtime(let id): "realtime:" + id.value
        case .everybody: "user:public"
        case .roles: "user:role"
        case .user(let user): "user:" + user.value
        case .relay(let name): "relay:" + name
        }
    }
}

extension String {
    /// Whether it is in NFC, as the ids of rooms are: another spelling of an id would be found to be the same room, but
    /// whoever joined by it would wait for events of a topic that is never spoken of.
    fileprivate var isComposed: Bool {
        self.utf8.allSatisfy { $0 < 0x80 } || self.utf8.elementsEqual(self.precomposedStringWithCanonicalMapping.utf8)
    }
}
