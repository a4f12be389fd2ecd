import ChatModel
import WireJSON

extension CommandReader {
    mutating func createRoom() throws(FrameFault) -> Command {
        var room = NewRoom()
        if let number = try self.payload.optionalInteger(.channelID) {
            guard let number = RoomNumber(number) else { throw .malformed }
            room.number = number
        }
        room.kind = try self.payload.optionalChoice("kind") ?? .group
        // Direct rooms are made by writing to somebody, not by name.
        guard room.kind != .direct else { throw .malformed }
        room.settings = RoomSettings(
            alias: try self.payload.optionalString("alias"),
            title: try self.payload.optionalString("title") ?? "",
            topic: try self.payload.optionalString("topic") ?? "",
            access: try self.payload.optionalChoice("access") ?? .isPublic
        )
        try self.payload.finish()
        return .createRoom(room)
    }

    mutating func openDirect() throws(FrameFault) -> Command {
        let user = try self.payload.string(.user)
        try self.payload.finish()
        return .openDirect(.username(user))
    }

    mutating func updateRoom() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        var patch = RoomSettingsPatch()
        patch.alias = try self.nullableString("alias")
        patch.title = try self.payload.optionalString("title")
        patch.topic = try self.payload.optionalString("topic")
        patch.access = try self.payload.optionalChoice("access")
        patch.historyVisibility = try self.payload.optionalChoice("history_visibility")
        patch.retention = try self.retention()
        patch.slowModeSeconds = try self.slowMode()
        patch.membersInvite = try self.payload.optionalBool("members_invite")
        try self.payload.finish()
        return .updateRoom(room, patch)
    }

    mutating func deleteRoom() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        try self.payload.finish()
        return .deleteRoom(room)
    }

    mutating func rooms() throws(FrameFault) -> Command {
        var query = RoomQuery()
        query.text = try self.payload.optionalString("query") ?? ""
        if let cursor = try self.payload.optionalInteger("cursor") {
            guard let last = RoomNumber(cursor) else { throw .malformed }
            query.after = last
        }
        query.limit = try self.payload.limit(most: 100)
        try self.payload.finish()
        return .rooms(query)
    }

    mutating func members() throws(FrameFault) -> Command {
        let room = try self.payload.roomReference()
        let cursor = try self.payload.optionalString("cursor")
        let limit = try self.payload.limit(most: 100)
        try self.payload.finish()
        return .members(room, after: try Self.userCursor(cursor), limit: limit)
    }

    // MARK: - Parts

    /// nil when absent, `.some(nil)` when null: take it away.
    private mutating func nullableString(_ key: PayloadKey) throws(FrameFault) -> String?? {
        guard let value = self.payload.value(key) else { return .none }
        if value.isNull { return .some(nil) }
        guard let text = value.string else { throw .malformed }
        return .some(text)
    }

    private mutating func slowMode() throws(FrameFault) -> Int32? {
        guard let seconds = try self.payload.optionalInteger("slow_mode_s") else { return nil }
        guard let seconds = Int32(exactly: seconds) else { throw .malformed }
        return seconds
    }

    /// `{"days": n}`, `{"count": n}`, or null for ever.
    private mutating func retention() throws(FrameFault) -> Retention? {
        guard let value = self.payload.value("retention") else { return nil }
        if value.isNull { return .forever }
        guard let object = value.object, object.count == 1, let member = object.members.first,
            let amount = member.value.lenientInteger.flatMap({ Int32(exactly: $0) })
        else { throw .malformed }
        switch member.key {
        case "days": return .days(amount)
        case "count": return .count(amount)
        default: throw .malformed
        }
    }
}
