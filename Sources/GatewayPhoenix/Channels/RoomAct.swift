import ChatCore
import ChatModel
import WireJSON

/// What one does in a room by an event on its topic (docs/phoenix.md). Who may do what is the core's to say.
enum RoomAct: String, CaseIterable {
    // Messages.
    case newMessage = "new_msg"
    case editMessage = "edit_msg"
    case deleteMessage = "delete_msg"
    case react
    case reactions
    // What is not kept.
    case typing
    // Reading.
    case read
    case history
    case search
    case members
    case audit
    // Members.
    case kick = "kick_member"
    case mute = "mute_member"
    case unmute = "unmute_member"
    case ban = "ban_member"
    case unban = "unban_member"
    case accept = "accept_member"
    case reject = "reject_member"
    case setRole = "set_role"
    // The room.
    case updateRoom = "update_room"
    case deleteRoom = "delete_room"
    case leaveRoom = "leave_room"

    /// Only sends may be under way together; the core keeps their order.
    var isPipelined: Bool { self == .newMessage }

    func command(
        _ payload: PayloadReader, in room: RoomReference, limits: Limits
    ) throws(PayloadError) -> Command {
        switch self {
        case .newMessage: return .send(room, try Self.message(payload))
        case .editMessage:
            return .edit(
                room, try payload.messageID("id"), body: try payload.string("body"), clientID: try payload.clientID())
        case .deleteMessage:
            return .retract(room, try payload.messageID("id"), reason: try payload.optionalString("reason") ?? "")
        case .react:
            return .react(
                room, try payload.messageID("id"), emote: try payload.string("emote"),
                try payload.optionalChoice("mode") ?? .toggle)
        case .reactions:
            return .reactions(
                room, try payload.messageID("id"), emote: try payload.string("emote"),
                after: try payload.optionalUser("after"), limit: try payload.limit(most: 100))
        case .typing: return .typing(room, isTyping: try payload.optionalBool("typing") ?? true)
        case .members:
            return .members(room, after: try payload.optionalUser("after"), limit: try payload.limit(most: 100))
        case .read: return .markRead(room, seq: try payload.integer("seq", in: 0 ... .max))
        case .history: return .history(room, try Self.window(payload, limits))
        case .search:
            return .search(
                room,
                MessageQuery(
                    text: try payload.string("query"), before: try payload.optionalInteger("before", in: 1 ... .max),
                    limit: try payload.limit(most: 100)))
        case .audit:
            return .audit(
                room, before: try payload.optionalInteger("before", in: 1 ... .max), limit: try payload.limit(most: 100)
            )
        case .kick: return .moderate(room, try payload.target("user"), .kick(reason: try payload.reason()))
        case .mute:
            return .moderate(
                room, try payload.target("user"), .mute(seconds: try payload.seconds(), reason: try payload.reason()))
        case .unmute: return .moderate(room, try payload.target("user"), .unmute)
        case .ban:
            return .moderate(
                room, try payload.target("user"),
                .ban(
                    seconds: try payload.seconds(), reason: try payload.reason(),
                    deleteMessagesSeconds: try payload.optionalInteger("delete_seconds", in: 0 ... .max) ?? 0))
        case .unban: return .moderate(room, try payload.target("user"), .unban)
        case .accept: return .accept(room, try payload.target("user"))
        case .reject: return .reject(room, try payload.target("user"))
        case .setRole: return .setRole(room, try payload.target("user"), try payload.choice("role"))
        case .updateRoom: return .updateRoom(room, try Self.patch(payload))
        case .deleteRoom: return .deleteRoom(room)
        case .leaveRoom: return .leave(room)
        }
    }

    private static func message(_ payload: PayloadReader) throws(PayloadError) -> OutgoingMessage {
        OutgoingMessage(
            body: try payload.string("body"), clientID: try payload.clientID(),
            replyTo: try payload.optionalMessageID("reply_to"),
            mentions: try payload.optionalStrings("mentions", most: 50) ?? [],
            metadata: try payload.optionalOpaque("metadata"))
    }

    /// One anchor at the most; without any the newest messages.
    private static func window(_ payload: PayloadReader, _ limits: Limits) throws(PayloadError) -> HistoryWindow {
        let seqs = 0...Seq.max
        let anchors: [HistoryWindow.Anchor?] = [
            try payload.optionalInteger("before", in: seqs).map { .before($0) },
            try payload.optionalInteger("after", in: seqs).map { .after($0) },
            try payload.optionalInteger("around", in: seqs).map { .around($0) },
            try payload.optionalMessageID("before_id").map { .beforeMessage($0) },
            try payload.optionalMessageID("after_id").map { .afterMessage($0) },
            try payload.optionalMessageID("around_id").map { .aroundMessage($0) },
        ]
        let given = anchors.compactMap(\.self)
        guard given.count <= 1 else { throw payload.error("before", expected: "the only anchor") }
        return HistoryWindow(anchor: given.first ?? .end, limit: try payload.limit(most: limits.historyPage))
    }

    private static func patch(_ payload: PayloadReader) throws(PayloadError) -> RoomSettingsPatch {
        var patch = RoomSettingsPatch()
        if payload.object.contains("alias") { patch.alias = .some(try payload.optionalString("alias")) }
        patch.title = try payload.optionalString("title")
        patch.topic = try payload.optionalString("topic")
        patch.access = try payload.optionalChoice("access")
        patch.historyVisibility = try payload.optionalChoice("history_visibility")
        patch.slowModeSeconds = try payload.optionalInteger("slow_mode_seconds", in: 0...86_400).map(Int32.init)
        patch.membersInvite = try payload.optionalBool("members_invite")
        if payload.object.contains("retention") { patch.retention = try Self.retention(payload) }
        return patch
    }

    /// `{"days": n}`, `{"count": n}`, or null for ever.
    private static func retention(_ payload: PayloadReader) throws(PayloadError) -> Retention {
        guard let retention = try payload.optionalObject("retention") else { return .forever }
        if let days = try retention.optionalInteger("days", in: 1...36_500) { return .days(Int32(days)) }
        return .count(Int32(try retention.integer("count", in: 1...10_000_000)))
    }
}

extension PayloadReader {
    fileprivate func clientID() throws(PayloadError) -> ClientID? {
        try self.optional("client_id", expected: "a string of 1 to 128 bytes") { $0.string.flatMap(ClientID.init) }
    }

    fileprivate func reason() throws(PayloadError) -> String { try self.optionalString("reason") ?? "" }

    /// 0, or nothing, is for ever.
    fileprivate func seconds() throws(PayloadError) -> Int64 { try self.optionalInteger("seconds") ?? 0 }

    fileprivate func optionalUser(_ key: String) throws(PayloadError) -> UserID? {
        try self.optional(key, expected: "a user's id") { $0.userID }
    }
}
