import ChatModel

extension CommandReader {
    mutating func kick() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let target = try self.payload.targetName()
        let reason = try self.payload.string(.reason, default: "")
        try self.payload.finish()
        return .moderate(room, target, .kick(reason: reason))
    }

    /// Without a duration a mute lasts 60 seconds, as on the reference server; 0 is for ever.
    mutating func mute() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let target = try self.payload.targetName()
        let seconds = try self.payload.integer(.duration, default: 60)
        let reason = try self.payload.string(.reason, default: "")
        try self.payload.finish()
        return .moderate(room, target, .mute(seconds: seconds, reason: reason))
    }

    /// The reference server tolerates a duration and a reason here.
    mutating func unmute() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let target = try self.payload.targetName()
        self.payload.ignore(.duration, .reason)
        try self.payload.finish()
        return .moderate(room, target, .unmute)
    }

    mutating func ban() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let target = try self.payload.targetName()
        let seconds = try self.payload.optionalInteger(.duration) ?? 0
        let reason = try self.payload.optionalString(.reason) ?? ""
        let erased = try self.payload.optionalInteger("delete_messages") ?? 0
        try self.payload.finish()
        return .moderate(room, target, .ban(seconds: seconds, reason: reason, deleteMessagesSeconds: erased))
    }

    mutating func unban() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let target = try self.payload.targetName()
        try self.payload.finish()
        return .moderate(room, target, .unban)
    }

    mutating func decideRequest(accept: Bool) throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let target = try self.payload.targetName()
        try self.payload.finish()
        return accept ? .accept(room, target) : .reject(room, target)
    }

    mutating func setRole() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let target = try self.payload.targetName()
        guard let role = try self.payload.optionalChoice("role", of: Role.self), role != .none else {
            throw .malformed
        }
        try self.payload.finish()
        return .setRole(room, target, role)
    }

    mutating func audit() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let before = try self.payload.optionalInteger("cursor")
        let limit = try self.payload.limit(most: 100)
        try self.payload.finish()
        return .audit(room, before: before, limit: limit)
    }
}
