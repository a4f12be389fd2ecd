import ChatModel

extension ChatService {
    /// Kick, mute, unmute, ban, unban.
    func moderate(
        _ target: Target, in reference: RoomReference, _ sanction: Sanction, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.requireModerator(actor, in: room)
        let sanction = try self.checked(sanction)
        let user = try await self.targetUser(target, of: sanction, in: room)
        let act = RoomAct.moderate(user.id, try await self.serverRole(of: user))
        try self.require(act, of: actor, in: room)
        try await self.storeGuest(user)
        try await self.changeMembership(of: user, in: room, by: actor) { (state, now) throws(ChatError) in
            if let refusal = state.refusal(of: act, to: actor, policy: self.policy, limits: self.limits, now: now) {
                throw refusal
            }
            return try state.change(of: user, by: actor, sanction, limits: self.limits, now: now)
        }
        if case .ban(let seconds, _, let back) = sanction {
            self.banAddresses(of: user, in: room, seconds: seconds)
            if back > 0 { try await self.retractAll(of: user, in: room, since: back, by: actor) }
        }
        return .done
    }

    /// Lets a pending member in, or turns him away.
    func decide(
        _ target: Target, in reference: RoomReference, isAccepted: Bool, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        guard let user = room.withState({ $0.user(named: target) }) else {
            try self.requireInside(actor, room)
            throw ChatError(.noSuchTarget)
        }
        try await self.changeMembership(of: user, in: room, by: actor) { (state, now) throws(ChatError) in
            if let refusal = state.refusal(
                of: .decideRequest(user.id), to: actor, policy: self.policy, limits: self.limits, now: now)
            {
                throw refusal
            }
            guard var membership = state.membership(of: user.id), membership.status == .pending else {
                throw ChatError(.notPending)
            }
            if isAccepted, state.memberCount >= self.limits.membersPerRoom { throw ChatError(.roomFull) }
            // A mute from before the request holds on.
            let mute = membership.until.flatMap { $0 > now ? $0 : nil }
            membership.status = isAccepted ? (mute == nil ? .active : .muted) : .none
            membership.until = isAccepted && mute != .distantFuture ? mute : nil
            membership.role = isAccepted ? .member : .none
            membership.joinedAt = now
            membership.joinedSeq = state.record.lastSeq
            membership.by = actor.id
            return MembershipChange(user: user, action: isAccepted ? .accepted : .rejected, membership: membership)
        }
        return .done
    }

    func setRole(
        _ role: Role, of target: Target, in reference: RoomReference, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        guard let user = room.withState({ $0.user(named: target) }) else {
            try self.requireInside(actor, room)
            throw ChatError(.noSuchTarget)
        }
        let serverRole = try await self.serverRole(of: user)
        try await self.changeMembership(of: user, in: room, by: actor) { (state, now) throws(ChatError) in
            guard role > .none else { throw ChatError(.invalidArgument, detail: "role") }
            // An owner may make another owner: that is how a room is handed over.
            let isHandover = role == .owner && state.membership(of: actor.id)?.role == .owner && user.id != actor.id
            let act = RoomAct.setRole(user.id, isHandover ? .admin : role, serverRole)
            if let refusal = state.refusal(of: act, to: actor, policy: self.policy, limits: self.limits, now: now) {
                throw refusal
            }
            guard var membership = state.membership(of: user.id), membership.isMember else {
                throw ChatError(.noSuchTarget)
            }
            guard !user.isGuest || role == .member else { throw ChatError(.forbidden) }
            membership.role = role
            membership.by = actor.id
            return MembershipChange(user: user, action: .roleChanged, membership: membership)
        }
        return .done
    }

    // MARK: Steps

    /// Decides on the state as it is, stores the decision, and decides again when the state has moved on meanwhile.
    private func changeMembership(
        of user: UserProfile, in room: Room, by actor: Actor,
        _ decide: @Sendable (borrowing RoomState, Timestamp) throws(ChatError) -> MembershipChange
    ) async throws(ChatError) {
        for _ in 0..<8 {
            let now = self.clock.now()
            let (change, before, version) = try room.withState {
                (state) throws(ChatError) -> (MembershipChange, Membership?, Int64) in
                (try decide(state, now), state.membership(of: user.id), state.record.version)
            }
            if try await self.commit(change, replacing: before, in: room, by: actor, expectedVersion: version) {
                return
            }
            await self.refresher.refresh(room)
        }
        throw ChatError(.conflict, retryAfterMilliseconds: 100)
    }

    /// Whoever may not moderate at all learns that first, whatever he asked for.
    private func requireModerator(_ actor: Actor, in room: Room) throws(ChatError) {
        try self.require(.readAudit, of: actor, in: room)
    }

    /// A server's administrators stand above every owner of a room.
    private func serverRole(of user: UserProfile) async throws(ChatError) -> ServerRole {
        try await self.accounts.stored(user.id)?.role ?? .user
    }

    private func requireInside(_ actor: Actor, _ room: Room) throws(ChatError) {
        try self.require(.read, of: actor, in: room)
    }

    private func checked(_ sanction: Sanction) throws(ChatError) -> Sanction {
        func line(_ reason: String) throws(ChatError) -> String {
            try MessageText.line(reason, codePoints: self.limits.reasonCodePoints, tooLong: .reasonTooLong)
        }
        func duration(_ seconds: Int64) throws(ChatError) -> Int64 {
            guard seconds >= 0, seconds <= self.limits.longestSanctionSeconds else { throw ChatError(.invalidDuration) }
            return seconds
        }
        switch sanction {
        case .kick(let reason): return .kick(reason: try line(reason))
        case .mute(let seconds, let reason): return .mute(seconds: try duration(seconds), reason: try line(reason))
        case .ban(let seconds, let reason, let back):
            return .ban(
                seconds: try duration(seconds), reason: try line(reason), deleteMessagesSeconds: try duration(back))
        case .unmute, .unban: return sanction
        }
    }

    /// Somebody who is or was in the room; a ban also reaches an account that never was.
    private func targetUser(_ target: Target, of sanction: Sanction, in room: Room) async throws(ChatError)
        -> UserProfile
    {
        let known = room.withState { state in
            state.user(named: target).map {
                ($0, state.presence.contains($0.id), state.membership(of: $0.id)?.isMember ?? false)
            }
        }
        if let (user, isPresent, isMember) = known {
            if case .kick = sanction, !isPresent, !isMember { throw ChatError(.noSuchTarget) }
            return user
        }
        guard case .ban = sanction else { throw ChatError(.noSuchTarget) }
        let account =
            switch target {
            case .id(let id): try await self.accounts.stored(id)
            case .username(let name): try await self.accounts.stored(UserID(canonical: name.lowercased()))
            }
        guard let profile = account?.profile, target == .id(profile.id) || target == .username(profile.username)
        else { throw ChatError(.noSuchTarget) }
        return profile
    }

    /// A guest that is banned would come back under another name: its address is kept out as well, for a day at the most.
    private func banAddresses(of user: UserProfile, in room: Room, seconds: Int64) {
        guard user.isGuest else { return }
        let groups = self.users.sessions(of: user.id).map(\.address.group)
        let until = self.clock.now().adding(seconds: seconds == 0 ? 86_400 : min(seconds, 86_400))
        room.withState { state in
            for group in groups { state.guestAddressBans[group] = until }
        }
    }

    private func retractAll(
        of user: UserProfile, in room: Room, since seconds: Int64, by actor: Actor
    ) async throws(ChatError) {
        let now = self.clock.now()
        let since = now.adding(seconds: -seconds)
        while true {
            let ids: [MessageID]
            do {
                ids = try await self.store.messageIDs(by: user.id, in: room.identity.id, since: since)
            } catch {
                throw ChatError(error)
            }
            guard !ids.isEmpty else { return }
            // Handed in together, so that they share commits.
            let failures = await withTaskGroup(of: Bool.self) { group in
                for id in ids {
                    let draft = RoomDraft(
                        room: room.identity.id, actor: actor.profile, at: now, change: .retract(id, reason: "ban"))
                    group.addTask { (try? await self.log.append(draft, to: room)) == nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            if failures > 0 { throw ChatError(.unavailable, detail: "\(failures) messages are not retracted") }
        }
    }
}

extension RoomState {
    /// What a sanction makes of a membership.
    fileprivate func change(
        of user: UserProfile, by actor: Actor, _ sanction: Sanction, limits: Limits, now: Timestamp
    ) throws(ChatError) -> MembershipChange {
        var after =
            self.membership(of: user.id)
            ?? Membership(role: .none, status: .none, joinedAt: now, joinedSeq: self.record.lastSeq)
        let current = after.status(at: now)
        after.by = actor.id
        switch sanction {
        case .kick(let reason):
            after.role = .none
            after.status = .none
            after.until = limits.kickCooldownSeconds > 0 ? now.adding(seconds: limits.kickCooldownSeconds) : nil
            after.reason = reason
            return MembershipChange(user: user, action: .kicked, membership: after)
        case .mute(let seconds, let reason):
            guard current != .banned, current != .pending else { throw ChatError(.noSuchTarget) }
            after.status = .muted
            after.until = seconds == 0 ? nil : now.adding(seconds: seconds)
            after.reason = reason
            return MembershipChange(user: user, action: .muted, membership: after, durationSeconds: seconds)
        case .unmute:
            guard current == .muted else { throw ChatError(.notMuted) }
            after.status = after.role == .none ? .none : .active
            after.until = nil
            after.reason = ""
            return MembershipChange(user: user, action: .unmuted, membership: after)
        case .ban(let seconds, let reason, _):
            // A guest's ban is bound to a token that a day later may be somebody else's.
            let length = user.isGuest ? (seconds == 0 ? 86_400 : min(seconds, 86_400)) : seconds
            after.role = .none
            after.status = .banned
            after.until = length == 0 ? nil : now.adding(seconds: length)
            after.reason = reason
            return MembershipChange(user: user, action: .banned, membership: after, durationSeconds: seconds)
        case .unban:
            guard current == .banned else { throw ChatError(.notBanned) }
            after.status = .none
            after.until = nil
            after.reason = ""
            return MembershipChange(user: user, action: .unbanned, membership: after)
        }
    }

    /// Whether a guest comes from an address from which one was banned.
    func guestBan(of actor: Actor, from address: ClientAddress, now: Timestamp) -> ChatError? {
        guard actor.profile.isGuest, let until = self.guestAddressBans[address.group], until > now else { return nil }
        return ChatError(.banned, until: until)
    }
}
