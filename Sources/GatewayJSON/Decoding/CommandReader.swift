import ChatModel
import WireJSON

/// Reads the payload of one frame into the command that it stands for.
struct CommandReader {
    let rules: FrameDecoder.Rules
    let isExtended: Bool
    /// The frame's id in its usual form: the idempotency key of what it does.
    let clientID: ClientID?
    /// The frame's top-level `ext`; nil for clients without extensions.
    let extensions: JSONValue?
    var payload: PayloadReader

    /// - Throws: ``FrameFault/malformed`` for types that ask nothing of the core.
    mutating func read(_ type: FrameType) throws(FrameFault) -> Command {
        switch type {
        case .channelJoin: try self.join()
        case .channelLeave: try self.leave()
        case .chatSend: try self.send()
        case .chatEdit: try self.edit()
        case .chatDelete: try self.delete()
        case .chatReact: try self.react()
        case .chatTyping: try self.typing()
        case .readMark: try self.markRead()
        case .chatKick: try self.kick()
        case .chatMute: try self.mute()
        case .chatUnmute: try self.unmute()
        case .chatBan: try self.ban()
        case .chatUnban: try self.unban()
        case .memberAccept, .memberReject: try self.decideRequest(accept: type == .memberAccept)
        case .memberRole: try self.setRole()
        case .roomCreate: try self.createRoom()
        case .roomUpdate: try self.updateRoom()
        case .roomDelete: try self.deleteRoom()
        case .historyGet: try self.history()
        case .reactionList: try self.reactions()
        case .roomList: try self.rooms()
        case .memberList: try self.members()
        case .auditGet: try self.audit()
        case .presenceGet: try self.presence()
        case .userUpdate: try self.updateProfile()
        case .search: try self.search()
        case .directOpen: try self.openDirect()
        case .hello, .error, .ack, .resumed, .channelJoined, .channelMembers, .channelOccupancy, .chatEdited,
            .chatDeleted, .chatReactAdd, .chatReactRemove, .historyPage, .readUpdate, .roomEvent, .auditLog,
            .memberUpdate, .presence, .roomCreated, .roomUpdated, .roomDeleted, .searchPage, .directOpened, .signal:
            throw .malformed
        }
    }
}

// MARK: - Rooms one is in

extension CommandReader {
    private mutating func join() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        self.payload.ignore(.user)
        let options = try self.joinOptions(room)
        try self.payload.finish()
        return .join(room, options)
    }

    /// Old clients get the newest messages at every join; the others what they ask for in `ext`.
    private func joinOptions(_ room: RoomReference) throws(FrameFault) -> JoinOptions {
        guard self.isExtended else {
            return JoinOptions(history: min(self.rules.historyOnJoin, self.rules.historyPage))
        }
        guard let extensions = self.extensions, !extensions.isNull else { return JoinOptions(history: 0) }
        guard let object = extensions.object else { throw .malformed }
        var options = JoinOptions(history: 0)
        if let wanted = object["history"] {
            guard let count = wanted.lenientInteger, (0...Int64(self.rules.historyPage)).contains(count) else {
                throw .malformed
            }
            options.history = Int(count)
        }
        if object.contains("epoch") || object.contains("seq") {
            options.position = try HelloExtensions.position(object, in: room)
        }
        return options
    }

    private mutating func leave() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        self.payload.ignore(.user)
        try self.payload.finish()
        return .leave(room)
    }

    private mutating func typing() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        self.payload.ignore(.user)
        let state = try self.payload.optionalChoice("state", of: TypingState.self)
        try self.payload.finish()
        return .typing(room, isTyping: state != .stopped)
    }

    private mutating func markRead() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let seq = try self.payload.integer(.seq)
        guard seq >= 0 else { throw .malformed }
        try self.payload.finish()
        return .markRead(room, seq: seq)
    }
}

/// What `chat_typing` says to and from extended clients.
enum TypingState: String {
    case typing, stopped
}

// MARK: - Oneself and others

extension CommandReader {
    private mutating func presence() throws(FrameFault) -> Command {
        let usernames = try self.payload.strings("usernames", limit: 100)
        try self.payload.finish()
        return .presence(usernames)
    }

    private mutating func updateProfile() throws(FrameFault) -> Command {
        let name = try self.payload.string("display_name")
        try self.payload.finish()
        return .updateProfile(displayName: name)
    }
}
