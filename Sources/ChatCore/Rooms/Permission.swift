package import ChatModel

/// Something one can want to do in a room.
package enum RoomAct: Sendable, Hashable {
    /// Come in with a connection; joins or asks to join where one is no member.
    case enter
    /// See members, presence and history.
    case read
    case send
    case react
    case type
    /// Tell those present something that is not kept.
    case broadcast
    case edit(author: UserID)
    case retract(author: UserID)
    case moderate(UserID, ServerRole = .user)
    case decideRequest(UserID)
    case setRole(UserID, Role, ServerRole = .user)
    case changeSettings
    case delete
    case readAudit
}

extension RoomState {
    /// Answers every 'may this user do that here, and why not' for all fronts. nil: yes.
    package func refusal(of act: RoomAct, to actor: Actor, policy: Policy, limits: Limits, now: Timestamp) -> ChatError?
    {
        if self.isDeleted { return ChatError(.noSuchRoom) }
        switch act {
        case .enter: return self.refusalToEnter(actor, limits: limits, now: now)
        case .read: return self.refusalToRead(actor, now: now)
        case .send: return self.refusalToSpeak(actor, policy: policy, now: now) ?? self.refusalInAnnouncements(actor)
        case .type, .broadcast:
            return self.refusalToSpeak(actor, policy: policy, now: now) ?? self.refusalInAnnouncements(actor)
        case .react:
            guard let refusal = self.refusalToSpeak(actor, policy: policy, now: now) else { return nil }
            return refusal.code == .muted && limits.mutedMayReact ? nil : refusal
        case .edit(let author):
            if author != actor.id { return self.refusalToRead(actor, now: now) ?? ChatError(.forbidden) }
            return self.refusalToSpeak(actor, policy: policy, now: now)
        case .retract(let author):
            return self.refusalToRetract(author: author, actor, now: now)
        case .moderate(let target, let serverRole):
            return self.refusalToActOn(target, serverRole, actor, least: .moderator)
        case .decideRequest:
            return self.refusalToDecideRequests(actor)
        case .setRole(let target, let role, let serverRole):
            if role >= self.rank(of: actor) { return self.notPrivileged(actor) }
            return self.refusalToActOn(target, serverRole, actor, least: .admin)
        case .changeSettings: return self.rank(of: actor) >= .admin ? nil : self.notPrivileged(actor)
        case .delete: return self.rank(of: actor) >= .owner ? nil : self.notPrivileged(actor)
        case .readAudit: return self.rank(of: actor) >= .moderator ? nil : self.notPrivileged(actor)
        }
    }

    /// The oldest position that a user may read; nil when nothing.
    ///
    /// The one visibility function: history, replay, search, unread counts and export ask it.
    ///
    /// - Parameter isEntering: The actor has been let in and is about to be present: what a public room shows those who
    ///   are in it, it shows him.
    package func visibleFrom(_ actor: Actor, now: Timestamp, isEntering: Bool = false) -> Seq? {
        if self.isDeleted { return nil }
        if actor.serverRole == .admin { return 1 }
        let membership = self.membership(of: actor.id)
        if membership?.status(at: now) == .banned || membership?.status(at: now) == .pending { return nil }
        let isMember = membership?.isMember ?? false
        let isPublic = self.record.settings.access == .isPublic
        guard isMember || self.isOpenTo(actor) || isEntering && isPublic else { return nil }
        switch self.record.settings.historyVisibility {
        case .all: return 1
        case .sinceJoin, .sinceInvite: return isMember ? membership.map { $0.joinedSeq + 1 } : nil
        case .none: return nil
        }
    }

    /// A user's rank here; a server admin stands above every owner, a server moderator is a moderator everywhere.
    package func rank(of actor: Actor) -> Rank {
        let role = self.membership(of: actor.id).flatMap { $0.isMember ? $0.role : nil } ?? .none
        return Self.rank(of: role, actor.serverRole)
    }

    private static func rank(of role: Role, _ serverRole: ServerRole) -> Rank {
        switch serverRole {
        case .admin: return .server
        case .moderator: return max(Rank(role), Rank(.moderator))
        case .user: return Rank(role)
        }
    }

    /// Whether somebody is in by right of the room's openness: a public room, and present in it.
    private func isOpenTo(_ actor: Actor) -> Bool {
        self.record.settings.access == .isPublic && self.presence.contains(actor.id)
    }
}

/// A place in the order of those who may act on each other: the room's roles, and the server's admins above them.
package struct Rank: Comparable, Sendable {
    private let value: Int

    package init(_ role: Role) { self.value = role.rank }
    private init(value: Int) { self.value = value }

    package static let server = Rank(value: 100)
    package static func < (left: Rank, right: Rank) -> Bool { left.value < right.value }
    package static func >= (left: Rank, right: Role) -> Bool { left.value >= right.rank }
    package static func >= (left: Role, right: Rank) -> Bool { left.rank >= right.value }
}

extension RoomState {
    private func refusalToEnter(_ actor: Actor, limits: Limits, now: Timestamp) -> ChatError? {
        let membership = self.membership(of: actor.id)
        if actor.serverRole == .admin || membership?.isMember ?? false { return nil }
        switch membership?.status(at: now) {
        case .pending:
            return ChatError(.pending)
        case .banned:
            return ChatError(.banned, until: membership?.until, reason: membership?.reason)
        // Muted without a role: a former member, who is as far outside as anybody.
        case .active, .muted, .some(.none), nil:
            break
        }
        if let until = membership?.until, membership?.status == MembershipStatus.none, until > now {
            return ChatError(
                .kickedRecently, retryAfterMilliseconds: until.milliseconds - now.milliseconds, until: until,
                reason: membership?.reason)
        }
        switch self.record.settings.access {
        case .isPublic:
            return self.memberCount >= limits.membersPerRoom ? ChatError(.roomFull) : nil
        case .isPrivate, .strictPrivate:
            // A guest is nobody that a member could accept: it has no record before it writes.
            return actor.profile.isGuest || self.record.kind == .direct ? ChatError(.inviteRequired) : nil
        case .inviteOnly:
            return ChatError(.inviteRequired)
        }
    }

    private func refusalToRead(_ actor: Actor, now: Timestamp) -> ChatError? {
        if actor.serverRole == .admin { return nil }
        let membership = self.membership(of: actor.id)
        if membership?.isMember ?? false { return nil }
        switch membership?.status(at: now) {
        case .pending: return ChatError(.pending)
        // Whatever presence says: a ban is stronger than the room's openness.
        case .banned: return ChatError(.notMember)
        case .active, .muted, .some(.none), nil: return self.isOpenTo(actor) ? nil : ChatError(.notMember)
        }
    }

    private func refusalToSpeak(_ actor: Actor, policy: Policy, now: Timestamp) -> ChatError? {
        let membership = self.membership(of: actor.id)
        switch membership?.status(at: now) {
        case .active: break
        case .muted:
            let isInside = membership?.isMember ?? false || self.isOpenTo(actor)
            guard isInside else { return ChatError(.notMember) }
            return ChatError(.muted, until: membership?.until, reason: membership?.reason)
        case .pending: return ChatError(.pending)
        case .banned: return ChatError(.notMember)
        case .some(.none), nil:
            guard self.isOpenTo(actor) || self.presence.contains(actor.id) && actor.serverRole == .admin else {
                return ChatError(.notMember)
            }
        }
        return actor.profile.isGuest && !policy.guestsWrite ? ChatError(.forbidden) : nil
    }

    private func refusalInAnnouncements(_ actor: Actor) -> ChatError? {
        guard self.record.kind == .channel else { return nil }
        return self.rank(of: actor) >= .moderator ? nil : ChatError(.forbidden)
    }

    private func refusalToRetract(author: UserID, _ actor: Actor, now: Timestamp) -> ChatError? {
        if author == actor.id { return self.refusalToRead(actor, now: now) }
        guard self.rank(of: actor) >= .moderator else { return self.notPrivileged(actor) }
        // The author's own standing decides only while he has one: a former member's messages are anybody's above.
        let authorRole = self.membership(of: author).flatMap { $0.isMember ? $0.role : nil } ?? .none
        return Rank(authorRole) < self.rank(of: actor) ? nil : ChatError(.forbidden)
    }

    private func refusalToActOn(
        _ target: UserID, _ serverRole: ServerRole, _ actor: Actor, least: Role
    ) -> ChatError? {
        guard self.rank(of: actor) >= least else { return self.notPrivileged(actor) }
        if target == actor.id { return ChatError(.notSelf) }
        let targetRole = self.membership(of: target)?.role ?? .none
        return Self.rank(of: targetRole, serverRole) < self.rank(of: actor) ? nil : ChatError(.forbidden)
    }

    private func refusalToDecideRequests(_ actor: Actor) -> ChatError? {
        let rank = self.rank(of: actor)
        if rank >= .moderator { return nil }
        let isActive = self.membership(of: actor.id)?.status == .active
        if self.record.settings.access == .isPrivate, isActive, rank >= .member { return nil }
        return self.notPrivileged(actor)
    }

    /// Outsiders learn that they are outside, insiders that they may not.
    private func notPrivileged(_ actor: Actor) -> ChatError {
        let isIn = self.membership(of: actor.id)?.isMember ?? false || self.presence.contains(actor.id)
        return ChatError(isIn ? .forbidden : .notMember)
    }
}
