import ChatModel

extension ChatError.Code {
    /// The `detail` of §1.9. Exhaustive on purpose: a new code does not compile until it has its words here.
    func detail(answering type: FrameType) -> String {
        switch self {
        case .authInvalid, .authExpired: "Authentication failed"
        case .accountDisabled: "This account is disabled."
        case .guestUnavailable: "No guest name is free. Try again later."
        case .guestsDisabled: "Guests are not admitted. Log in first."
        case .signUpClosed: "Sign-up is closed."
        case .usernameTaken: "Username already exists."
        case .noSuchUser: "No such user."
        case .tooManyConnections: "Too many connections."
        case .forbidden: "You don't have permission to run this command."
        case .notMember: "You must join the channel first"
        case .pending: "Your request to join is waiting for approval."
        case .muted: "You are muted in this channel."
        case .banned: "You are banned from this channel."
        case .inviteRequired: "This channel is by invitation only."
        case .kickedRecently: "You were removed from this channel. Try again later."
        case .notSelf: "You can't do this to yourself."
        case .noSuchRoom: "Channel does not exist."
        case .noSuchMessage: type == .chatReact ? "You can't react to this message" : "No such message."
        case .noSuchTarget: "No such user in this channel."
        case .roomExists: "This channel exists already."
        case .aliasTaken: "This alias is taken."
        case .notMuted: "This user is not muted."
        case .notBanned: "This user is not banned."
        case .notPending: "This user has not asked to join."
        case .emptyMessage, .messageTooLong: "Invalid message format"
        case .invalidDuration: "Invalid duration."
        case .reasonTooLong: "The reason is too long."
        case .invalidArgument: "Invalid message format"
        case .successorRequired: "Name another owner first."
        case .rateLimited: "Too many messages. Slow down."
        case .slowMode: "This channel is in slow mode."
        case .roomFull: "This channel is full."
        case .tooManyRooms: "You are in too many channels."
        case .tooManyReactions: "This message has too many reactions."
        case .conflict, .storageFull, .unavailable, .internal: type.failureText
        }
    }
}

extension FrameType {
    /// What a client is told when we fail at what it asked.
    var failureText: String {
        switch self {
        case .chatSend: "Failed to send message"
        case .chatReact: "Failed to react to message"
        case .chatKick: "Failed to kick user"
        case .chatMute: "Failed to mute user"
        case .chatUnmute: "Failed to unmute user"
        case .chatBan: "Failed to ban user"
        case .chatUnban: "Failed to unban user"
        case .chatEdit: "Failed to edit message"
        case .chatDelete: "Failed to delete message"
        case .channelJoin: "Error trying to join the channel."
        case .channelLeave: "Error leaving the channel. Try again."
        case .hello: "The server cannot take you in now. Try again later."
        case .error, .ack, .resumed, .channelJoined, .channelMembers, .channelOccupancy, .chatEdited, .chatDeleted,
            .chatReactAdd, .chatReactRemove, .chatTyping, .historyGet, .historyPage, .reactionList, .readMark,
            .readUpdate, .roomEvent, .auditGet, .auditLog, .memberList, .memberAccept, .memberReject, .memberRole,
            .memberUpdate, .presenceGet, .presence, .roomList, .roomCreate, .roomCreated, .roomUpdate, .roomUpdated,
            .roomDelete, .roomDeleted, .userUpdate, .search, .searchPage, .directOpen, .directOpened, .signal:
            "Something went wrong. Try again."
        }
    }
}
