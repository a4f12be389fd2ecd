import ChatCore
import ChatModel

/// What a request asks of a group, with arguments of the right types; and the names that the relay has for what the core
/// refuses (phoenix-channels.md §5.2, §5.3). Who may do what is the core's to say.
enum RelayOperation: Sendable, Equatable {
    case relay(RoomID, message: String)
    case create(RoomID, RoomAccess)
    case delete(RoomID)
    case info(RoomID)
    case join(RoomID)
    case leave(RoomID)
    case accept(RoomID, UserID)
    case mute(RoomID, UserID)
    case unmute(RoomID, UserID)

    var group: RoomID {
        switch self {
        case .relay(let group, _), .create(let group, _), .delete(let group), .info(let group), .join(let group),
            .leave(let group), .accept(let group, _), .mute(let group, _), .unmute(let group, _):
            group
        }
    }

    /// The user to whom something is done.
    var target: UserID? {
        switch self {
        case .accept(_, let user), .mute(_, let user), .unmute(_, let user): user
        case .relay, .create, .delete, .info, .join, .leave: nil
        }
    }

    private enum Refusal {
        static let unknownGroup = "Group not found"
        static let notMember = "Not a member of this group"
        static let pending = "Pending membership: wait for acceptance"
        static let muted = "You are muted and cannot send messages"
    }

    // MARK: - Before the core is asked

    /// What the relay's table answers without anything being done; nil: ask the core.
    ///
    /// The core has fewer errors and other orders; and some of what it would do again the relay refuses.
    func refusal(_ standing: RoomStanding, actor: UserID) -> String? {
        let status = standing.memberships[actor]?.status
        switch self {
        case .relay:
            return status == nil ? Refusal.notMember : status == .pending ? Refusal.pending : nil
        case .leave:
            return status == nil ? "user_not_in_group" : nil
        case .accept(_, let target):
            // In a public group nobody waits, and everybody may be told so.
            guard standing.mayDecideRequests || standing.access == .isPublic && status == .active else {
                return status == nil ? "user_not_in_group" : "not_admin"
            }
            guard let target = standing.memberships[target] else { return "user_not_in_group" }
            return target.status == .pending ? nil : "user_not_pending"
        case .mute(_, let target):
            if let refusal = Self.refusalToSilence(target, standing) { return refusal }
            return standing.memberships[target]?.status == .active ? nil : "cannot_mute"
        case .unmute(_, let target):
            if let refusal = Self.refusalToSilence(target, standing) { return refusal }
            return standing.memberships[target]?.status == .muted ? nil : "not_muted"
        case .create, .delete, .info, .join:
            return nil
        }
    }

    private static func refusalToSilence(_ target: UserID, _ standing: RoomStanding) -> String? {
        // The core's moderators mute everywhere; groups of the relay know mutes in this kind only.
        guard standing.access == .strictPrivate else { return "not_strict_private" }
        guard standing.mayModerate else { return "not_admin" }
        return standing.memberships[target] == nil ? "user_not_in_group" : nil
    }

    // MARK: - What the core has refused

    func failure(_ error: ChatError) -> GenAPIFailure {
        switch error.code {
        case .rateLimited, .slowMode: return .rateLimited(milliseconds: error.retryAfterMilliseconds ?? 0)
        case .unavailable, .conflict, .storageFull: return .unavailable
        case .internal: return .internalError
        default: break
        }
        switch self {
        case .relay: return Self.failureToSend(error.code)
        case .create:
            switch error.code {
            case .forbidden: return .permissionDenied
            case .invalidArgument: return .arguments(#"invalid argument value for "group_id""#)
            default: return .refused(Self.name(of: error.code))
            }
        case .info, .leave:
            let isOutside = error.code == .notMember || error.code == .banned
            return .refused(isOutside ? "user_not_in_group" : Self.name(of: error.code))
        case .delete, .accept, .unmute:
            let isPowerless = [.forbidden, .notMember, .pending, .notSelf].contains(error.code)
            return .refused(isPowerless ? "not_admin" : Self.name(of: error.code))
        case .mute:
            if error.code == .notSelf { return .refused("cannot_mute") }
            let isPowerless = error.code == .forbidden || error.code == .notMember
            return .refused(isPowerless ? "not_admin" : Self.name(of: error.code))
        case .join:
            return .refused(Self.name(of: error.code))
        }
    }

    private static func failureToSend(_ code: ChatError.Code) -> GenAPIFailure {
        switch code {
        case .noSuchRoom: .refused(Refusal.unknownGroup)
        case .notMember, .banned: .refused(Refusal.notMember)
        case .pending: .refused(Refusal.pending)
        case .muted: .refused(Refusal.muted)
        case .forbidden: .permissionDenied
        default: .refused(Self.name(of: code))
        }
    }

    /// The relay's name where it has one, the core's otherwise.
    private static func name(of code: ChatError.Code) -> String {
        switch code {
        case .noSuchRoom: "not_found"
        case .roomExists: "already_exists"
        case .noSuchTarget: "user_not_in_group"
        case .notPending: "user_not_pending"
        case .notMuted: "not_muted"
        default: code.rawValue
        }
    }
}
