import ChatModel

/// The names of what the server says on `room:<id>` (docs/phoenix.md). Nobody else may use them: whoever hears one can
/// rely on the core having said it.
enum ServerEvent: String, CaseIterable {
    case newMessage = "new_msg"
    case messageEdited = "msg_edited"
    case messageDeleted = "msg_deleted"
    case reactionAdded = "reaction_added"
    case reactionRemoved = "reaction_removed"
    case member
    case roomUpdated = "room_updated"
    case roomDeleted = "room_deleted"
    case typing
    case broadcast
    case presenceState = "presence_state"
    case presenceDiff = "presence_diff"
    case presenceCount = "presence_count"

    init(_ change: RoomEvent.Change) {
        switch change {
        case .message: self = .newMessage
        case .edited: self = .messageEdited
        case .retracted: self = .messageDeleted
        case .reactionAdded: self = .reactionAdded
        case .reactionRemoved: self = .reactionRemoved
        case .membership: self = .member
        case .settings: self = .roomUpdated
        case .deleted: self = .roomDeleted
        }
    }

    // MARK: - Broadcasts

    private static let prefix = "room:"

    /// The name in a broadcast to Supabase's clients. Theirs are free but for the prefix: they use words as common as
    /// `typing` and `member` for what is their own.
    var broadcastName: String { Self.prefix + self.rawValue }

    /// Whether a client may not give this name to what it broadcasts in JSON: it would be taken for the server's by
    /// those who hear the room in the terms of Supabase Realtime. To all others it is a part of a `broadcast`.
    static func isReserved(inBroadcast name: String) -> Bool { name.utf8.starts(with: self.prefix.utf8) }

    /// Whether a client may not give this name to bytes, whose name stands where the server's own do. Beside those, it
    /// may not be one that clients take for a part of the protocol.
    static func isReserved(asEvent name: String) -> Bool {
        let starts = [self.prefix, "phx_", "presence_", "chan_reply_"]
        return starts.contains { name.utf8.starts(with: $0.utf8) } || Self(rawValue: name) != nil
    }
}
