/// Every `type` that the typed-JSON wire knows (json-chat.md §1.4 and §1.13, docs/json.md).
enum FrameType: String, Sendable, Hashable, CaseIterable {
    case hello, error, ack, resumed
    // Rooms one is in.
    case channelJoin = "channel_join"
    case channelJoined = "channel_joined"
    case channelLeave = "channel_leave"
    case channelMembers = "channel_members"
    case channelOccupancy = "channel_occupancy"
    // Messages.
    case chatSend = "chat_send"
    case chatEdit = "chat_edit"
    case chatEdited = "chat_edited"
    case chatDelete = "chat_delete"
    case chatDeleted = "chat_deleted"
    case chatReact = "chat_react"
    case chatReactAdd = "chat_react_add"
    case chatReactRemove = "chat_react_remove"
    case chatTyping = "chat_typing"
    case historyGet = "history_get"
    case historyPage = "history_page"
    case reactionList = "reaction_list"
    case readMark = "read_mark"
    case readUpdate = "read_update"
    case roomEvent = "room_event"
    case search
    case searchPage = "search_page"
    // Moderation.
    case chatKick = "chat_kick"
    case chatMute = "chat_mute"
    case chatUnmute = "chat_unmute"
    case chatBan = "chat_ban"
    case chatUnban = "chat_unban"
    case auditGet = "audit_get"
    case auditLog = "audit_log"
    // Members.
    case memberList = "member_list"
    case memberAccept = "member_accept"
    case memberReject = "member_reject"
    case memberRole = "member_role"
    case memberUpdate = "member_update"
    case presenceGet = "presence_get"
    case presence
    // The list of rooms.
    case roomList = "room_list"
    case roomCreate = "room_create"
    case roomCreated = "room_created"
    case roomUpdate = "room_update"
    case roomUpdated = "room_updated"
    case roomDelete = "room_delete"
    case roomDeleted = "room_deleted"
    case directOpen = "direct_open"
    case directOpened = "direct_opened"
    // Oneself.
    case userUpdate = "user_update"
    case signal
}

extension FrameType {
    /// Whether only the server sends it; from a client it is answered "Server-only message type".
    var isServerOnly: Bool {
        switch self {
        case .error, .ack, .resumed, .channelJoined, .channelMembers, .channelOccupancy, .chatEdited, .chatDeleted,
            .chatReactAdd, .chatReactRemove, .historyPage, .readUpdate, .roomEvent, .auditLog, .memberUpdate,
            .presence, .roomCreated, .roomUpdated, .roomDeleted, .searchPage, .directOpened, .signal:
            true
        case .hello, .channelJoin, .channelLeave, .chatSend, .chatEdit, .chatDelete, .chatReact, .chatTyping,
            .historyGet, .reactionList, .readMark, .chatKick, .chatMute, .chatUnmute, .chatBan, .chatUnban, .auditGet,
            .memberList, .memberAccept, .memberReject, .memberRole, .presenceGet, .roomList, .roomCreate, .roomUpdate,
            .roomDelete, .userUpdate, .search, .directOpen:
            false
        }
    }

    /// The number that stands for it in the compact encoding: 1–49 by json-chat.md §1.13, 50 and up our own.
    ///
    /// 15 and 16 each stand for two types; the direction tells which.
    var number: Int64 {
        switch self {
        case .hello: 1
        case .error: 2
        case .ack: 3
        case .channelJoin: 5
        case .channelLeave: 6
        case .channelMembers: 7
        case .chatSend: 10
        case .chatReact: 11
        case .chatReactAdd: 12
        case .chatReactRemove: 13
        case .chatTyping: 14
        case .chatEdit, .chatEdited: 15
        case .chatDelete, .chatDeleted: 16
        case .chatKick: 20
        case .chatMute: 21
        case .chatUnmute: 22
        case .chatBan: 23
        case .chatUnban: 24
        case .channelJoined: 50
        case .resumed: 51
        case .roomEvent: 52
        case .channelOccupancy: 53
        case .historyGet: 54
        case .historyPage: 55
        case .reactionList: 56
        case .readMark: 57
        case .readUpdate: 58
        case .presenceGet: 59
        case .presence: 60
        case .roomList: 61
        case .roomCreate: 62
        case .roomCreated: 63
        case .roomUpdate: 64
        case .roomUpdated: 65
        case .roomDelete: 66
        case .roomDeleted: 67
        case .memberList: 68
        case .memberAccept: 69
        case .memberReject: 70
        case .memberRole: 71
        case .memberUpdate: 72
        case .auditGet: 73
        case .auditLog: 74
        case .userUpdate: 75
        case .search: 76
        case .searchPage: 77
        case .directOpen: 78
        case .directOpened: 79
        case .signal: 80
        }
    }

    /// The type that a client means by a number; of 15 and 16 the one that clients send.
    init?(clientNumber number: Int64) {
        guard let type = Self.byClientNumber[number] else { return nil }
        self = type
    }

    private static let byClientNumber: [Int64: FrameType] = Dictionary(
        Self.allCases.map { ($0.number, $0) },
        uniquingKeysWith: { first, second in first.isServerOnly ? second : first }
    )
}
