import ChatCore
import ChatModel

extension FrameWriter {
    /// A room as the asking user sees it: the members of a `room` object.
    mutating func roomMembers(_ info: RoomInfo) {
        self.roomNames(info.record)
        self.member("members", info.members)
        self.member("online", info.online)
        self.standing(info.membership)
        self.roomSettings(info.record.settings)
        self.roomPosition(info)
    }

    mutating func roomNames(_ record: RoomRecord) {
        self.member(.channelID, record.number)
        self.member("room_id", record.id.value)
        self.nullable("alias", record.settings.alias)
        self.member("title", record.settings.title)
        self.member("topic", record.settings.topic)
        self.member("kind", record.kind.rawValue)
        self.member("access", record.settings.access.rawValue)
    }

    /// Role and status of the asking user; null for somebody without.
    mutating func standing(_ membership: Membership?) {
        self.nullable("role", membership.flatMap { $0.role == .none ? nil : $0.role.rawValue })
        self.nullable("status", membership.flatMap { $0.status == .none ? nil : $0.status.rawValue })
    }

    /// Settings that only matter to who may change them.
    mutating func roomSettings(_ settings: RoomSettings) {
        self.member("slow_mode_s", Int64(settings.slowModeSeconds))
        self.member("history_visibility", settings.historyVisibility.rawValue)
        self.member("members_invite", settings.membersInvite)
        switch settings.retention {
        case .forever: self.null("retention")
        case .days(let days): self.object("retention") { $0.member("days", Int64(days)) }
        case .count(let count): self.object("retention") { $0.member("count", Int64(count)) }
        }
    }

    /// Where the room's log stands and how much of it the asking user has read.
    mutating func roomPosition(_ info: RoomInfo) {
        self.member("epoch", info.record.epoch.value)
        self.member(.seq, info.record.lastSeq)
        self.member("read", info.readSeq)
        self.member("unread", info.unread.messages)
        self.member("mentions", info.unread.mentions)
    }

    /// What became of a position that the client named (json-chat.md §1.13, product.md §3).
    mutating func resumption(_ result: Resumption) {
        switch result {
        case .replayed:
            self.member("result", "replayed")
        case .gap(let from, let to):
            self.member("result", "gap")
            self.member("from", from)
            self.member("to", to)
        case .reset:
            self.member("result", "gap")
            self.member("reset", true)
        case .gone(let error):
            self.member("result", "gone")
            self.member(.reason, error.code.rawValue)
        }
    }

    /// A room in the answer to a hello.
    mutating func helloRoom(_ info: RoomInfo, _ result: Resumption?) {
        self.member(.channelID, info.record.number)
        self.member("room_id", info.record.id.value)
        self.member("title", info.record.settings.title)
        self.nullable("alias", info.record.settings.alias)
        self.member("kind", info.record.kind.rawValue)
        self.member("access", info.record.settings.access.rawValue)
        self.standing(info.membership)
        self.roomPosition(info)
        if let result { self.resumption(result) }
    }
}
