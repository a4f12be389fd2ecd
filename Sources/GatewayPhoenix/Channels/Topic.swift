import ChatModel

/// The topics of this server.
enum Topic: Sendable, Hashable {
    case room(RoomID)
    /// A room in the terms of Supabase Realtime.
    case realtime(RoomID)
    case everybody
    case roles
    case user(UserID)
    /// Any name: a channel for PhoenixGenApi's requests.
    case relay(String)

    /// Nothing for what is none of ours: answered with 'unmatched topic'.
    init?(_ name: String) {
        guard let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let rest = String(name[name.index(after: colon)...])
        guard !rest.isEmpty, rest.utf8.count <= 256 else { return nil }
        switch name[..<colon] {
        case "room": self = .room(RoomID(rest))
        case "realtime": self = .realtime(RoomID(rest))
        case "relay": self = .relay(rest)
        case "user" where rest == "public": self = .everybody
        case "user" where rest == "role": self = .roles
        case "user": self = .user(UserID(canonical: rest))
        default: return nil
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
