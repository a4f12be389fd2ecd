package import ChatModel

/// Where some users stand with a room: for fronts that have names of their own for what the core refuses.
package struct RoomStanding: Sendable, Hashable {
    package let access: RoomAccess
    /// Those asked about who are in the room or wait to be let in, with the status that holds now. Whoever is neither
    /// in the room nor may decide anything there is told of himself only.
    package let memberships: [UserID: Membership]
    /// Whether the asking user may mute, kick and the like.
    package let mayModerate: Bool
    /// Whether he may let pending members in.
    package let mayDecideRequests: Bool

    package init(
        access: RoomAccess, memberships: [UserID: Membership], mayModerate: Bool, mayDecideRequests: Bool
    ) {
        self.access = access
        self.memberships = memberships
        self.mayModerate = mayModerate
        self.mayDecideRequests = mayDecideRequests
    }
}

extension ChatService {
    /// Tells how users stand with a room. Decides nothing: the command that follows does, on the state of its own time.
    ///
    /// - Throws: ``ChatError/Code/noSuchRoom``, also to those outside of a room into which nobody can ask to be let.
    package func standing(
        of users: [UserID], in reference: RoomReference, by actor: Actor
    ) async throws(ChatError) -> RoomStanding {
        let room = try await self.rooms.existing(reference)
        let now = self.clock.now()
        let standing = room.withState { state -> RoomStanding? in
            func may(_ act: RoomAct) -> Bool {
                state.refusal(of: act, to: actor, policy: self.policy, limits: self.limits, now: now) == nil
            }
            if state.isDeleted { return nil }
            let isInside = state.membership(of: actor.id)?.isMember ?? false
            let isClosed = state.record.settings.access == .inviteOnly || state.record.kind == .direct
            if isClosed, !isInside, actor.serverRole != .admin { return nil }
            let mayModerate = may(.readAudit)
            let mayDecideRequests = may(.decideRequest(actor.id))
            let seesOthers = isInside || mayModerate || mayDecideRequests
            var memberships: [UserID: Membership] = [:]
            for user in users where seesOthers || user == actor.id {
                memberships[user] = state.membership(of: user)?.belonging(at: now)
            }
            return RoomStanding(
                access: state.record.settings.access, memberships: memberships, mayModerate: mayModerate,
                mayDecideRequests: mayDecideRequests)
        }
        guard let standing else { throw ChatError(.noSuchRoom) }
        return standing
    }
}

extension Membership {
    /// The membership with the status that holds at a time; nil for somebody who neither is in nor waits.
    fileprivate func belonging(at now: Timestamp) -> Membership? {
        var membership = self
        membership.status = self.status(at: now)
        return membership.isMember || membership.status == .pending ? membership : nil
    }
}
