import ChatModel
import NIOCore

extension JSONEventEncoder {
    /// Sanctions have frames of their own, as the reference server sends them; every other change of a membership is a
    /// `member_update`, which only extended clients know.
    func encodeMembership(
        _ event: RoomEvent, _ change: MembershipChange, _ dialect: Dialect, into buffer: inout ByteBuffer
    ) {
        switch change.action {
        case .kicked:
            self.append(.chatKick, event, dialect, into: &buffer) { $0.sanction(event, change, withReason: true) }
        case .banned:
            // To an old client a ban looks like a kick (json-chat.md §1.8).
            guard dialect.contains(.extended) else {
                return self.append(.chatKick, event, dialect, into: &buffer) {
                    $0.sanction(event, change, withReason: true)
                }
            }
            self.append(.chatBan, event, dialect, into: &buffer) { writer in
                writer.sanction(event, change, duration: change.durationSeconds ?? 0, withReason: true)
            }
        case .muted:
            self.append(.chatMute, event, dialect, into: &buffer) { writer in
                writer.sanction(event, change, duration: change.durationSeconds ?? 0, withReason: true)
            }
        case .unmuted:
            self.append(.chatUnmute, event, dialect, into: &buffer) { $0.sanction(event, change, withReason: false) }
        case .unbanned:
            guard dialect.contains(.extended) else { return }
            self.append(.chatUnban, event, dialect, into: &buffer) { $0.sanction(event, change, withReason: false) }
        case .joined, .requested, .accepted, .rejected, .left, .roleChanged:
            guard dialect.contains(.extended) else { return }
            self.append(.memberUpdate, event, dialect, into: &buffer) { writer in
                writer.user(.user, change.user)
                writer.standing(change.membership)
                writer.member("action", change.action.rawValue)
                writer.user("by", event.actor)
            }
        }
    }
}

extension FrameWriter {
    /// What is said of a kick, mute or ban and its end; extended clients also learn by whom and until when.
    fileprivate mutating func sanction(
        _ event: RoomEvent, _ change: MembershipChange, duration: Int64? = nil, withReason: Bool
    ) {
        self.member(.target, change.user.username)
        if let duration { self.member(.duration, duration) }
        if withReason { self.member(.reason, change.membership.reason) }
        guard self.dialect.contains(.extended) else { return }
        if duration != nil, let until = change.membership.until { self.member("until", until) }
        self.user("by", event.actor)
    }
}
