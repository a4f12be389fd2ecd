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

    /// Whether a client may not give this name to what it broadcasts.
    static func isReserved(_ name: String) -> Bool {
        name.hasPrefix("phx_") || name.hasPrefix("presence_") || Self(rawValue: name) != nil
    }
}
