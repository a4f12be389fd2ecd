package import ChatModel
package import NIOCore

extension ChatService {
    func history(of reference: RoomReference, _ window: HistoryWindow, by actor: Actor) async throws(ChatError) -> Reply
    {
        let room = try await self.rooms.existing(reference)
        try self.require(.read, of: actor, in: room)
        let now = self.clock.now()
        guard let visibleFrom = room.withState({ $0.visibleFrom(actor, now: now) }) else {
            return .history(
                MessagePage(
                    room: room.identity.id, number: room.identity.number, epoch: room.epoch, messages: [],
                    hasMoreBefore: false, hasMoreAfter: false))
        }
        var bounded = window
        bounded.limit = min(max(window.limit, 1), self.limits.historyPage)
        do {
            return .history(
                try await self.store.messages(in: room.identity.id, window: bounded, visibleFrom: visibleFrom))
        } catch {
            throw ChatError(error)
        }
    }

    func markRead(_ reference: RoomReference, through seq: Seq, by actor: Actor) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.require(.read, of: actor, in: room)
        guard seq >= 0 else { throw ChatError(.invalidArgument, detail: "seq") }
        try await self.storeGuest(actor.profile)
        do {
            _ = try await self.log.append(
                UserDraft(user: actor.id, at: self.clock.now(), change: .readMark(room.identity.id, seq: seq)))
            return .done
        } catch {
            throw ChatError(error)
        }
    }

    // MARK: Lists

    func listRooms(_ query: RoomQuery, by actor: Actor) async throws(ChatError) -> Reply {
        var bounded = query
        bounded.limit = min(max(query.limit, 1), 100)
        do {
            let found = try await self.store.rooms(matching: bounded, member: actor.id)
            let own = Dictionary(
                try await self.store.rooms(of: actor.id).map { ($0.record.id, $0) },
                uniquingKeysWith: { first, _ in first })
            let infos = found.map { summary in
                let mine = own[summary.record.id]
                return RoomInfo(
                    record: summary.record, membership: mine?.membership, members: summary.members,
                    online: self.online(in: summary.record.id), readSeq: mine?.readSeq ?? 0,
                    unread: mine?.unread ?? .init())
            }
            return .rooms(infos, next: found.count == bounded.limit ? found.last?.record.number : nil)
        } catch {
            throw ChatError(error)
        }
    }

    /// The rooms of a user, with read marks and unread counts.
    package func rooms(of identity: Identity) async throws(ChatError) -> [RoomInfo] {
        // A guest that has not written anything is in the store with nothing.
        if identity.profile.isGuest, self.guests.needsAccount(identity.profile.id) { return [] }
        do {
            return try await self.store.rooms(of: identity.profile.id).map { room in
                let loaded = self.rooms.loaded(.id(room.record.id))
                if room.membership.status == .pending {
                    // Whoever waits to be let in learns nothing of what is said inside.
                    var record = room.record
                    record.lastSeq = 0
                    return RoomInfo(record: record, membership: room.membership, members: 0, online: 0)
                }
                return RoomInfo(
                    record: room.record, membership: room.membership,
                    members: loaded?.withState(\.memberCount) ?? 0, online: self.online(in: room.record.id),
                    readSeq: room.readSeq, unread: room.unread)
            }
        } catch {
            throw ChatError(error)
        }
    }

    /// On the session's loop: the rooms of its user, ascending by number. Counts as a request.
    ///
    /// Fails with ``ChatError/Code/rateLimited``, and ``ChatError/Code/unavailable`` while draining.
    package func ownRooms(as session: ClientSession) -> EventLoopFuture<[RoomInfo]> {
        do throws(ChatError) {
            guard !self.isDraining, !session.isClosed else {
                throw ChatError(.unavailable, retryAfterMilliseconds: 1000)
            }
            try session.rates.countRequest(now: self.clock.now())
        } catch {
            self.metrics.refused(error.code)
            return session.eventLoop.makeFailedFuture(error)
        }
        let identity = session.identity
        return session.eventLoop.makeFutureWithTask { try await self.rooms(of: identity) }
    }

    func listMembers(
        of reference: RoomReference, after: UserID?, limit: Int, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.require(.read, of: actor, in: room)
        let now = self.clock.now()
        let count = min(max(limit, 1), 200)
        let members = room.withState { state in
            let seesAll =
                state.refusal(
                    of: .readAudit, to: actor, policy: self.policy, limits: self.limits, now: now) == nil
            let seesRequests =
                state.refusal(
                    of: .decideRequest(actor.id), to: actor, policy: self.policy, limits: self.limits, now: now) == nil
            return state.members.values
                .filter { member in
                    switch member.membership.status(at: now) {
                    // Who left while he was muted is none of them, although the room remembers.
                    case .active, .muted: member.membership.isMember
                    case .pending: seesRequests
                    case .banned: seesAll
                    case .none: false
                    }
                }
                .filter { member in after.map { member.profile.id > $0 } ?? true }
                .sorted { $0.profile.id < $1.profile.id }
                .prefix(count)
                .map {
                    MemberInfo(
                        profile: $0.profile, membership: $0.membership, isOnline: state.presence.contains($0.profile.id)
                    )
                }
        }
        return .members(members, next: members.count == count ? members.last?.profile.id : nil)
    }

    func readAudit(
        of reference: RoomReference, before: Int64?, limit: Int, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.require(.readAudit, of: actor, in: room)
        let count = min(max(limit, 1), 200)
        do {
            let entries = try await self.store.audit(of: room.identity.id, before: before, limit: count)
            return .audit(entries, next: entries.count == count ? entries.last?.id : nil)
        } catch {
            throw ChatError(error)
        }
    }

    // MARK: Presence and oneself

    func presence(of usernames: [String]) async throws(ChatError) -> Reply {
        var answers: [PresenceInfo] = []
        for name in usernames.prefix(100) {
            let id = UserID(canonical: name.lowercased())
            if self.users.isOnline(id) {
                answers.append(PresenceInfo(username: name, isOnline: true, lastSeenAt: nil))
            } else {
                let stored = try await self.accounts.stored(id)?.lastSeenAt
                answers.append(
                    PresenceInfo(username: name, isOnline: false, lastSeenAt: self.users.lastSeen(id) ?? stored))
            }
        }
        return .presence(answers)
    }

    func updateProfile(displayName: String, by actor: Actor) async throws(ChatError) -> Reply {
        guard !actor.profile.isGuest else { throw ChatError(.forbidden) }
        let name = try MessageText.line(displayName, codePoints: 80, tooLong: .invalidArgument)
        guard !name.isEmpty else { throw ChatError(.invalidArgument, detail: "display name") }
        do {
            let outcome = try await self.log.append(
                UserDraft(user: actor.id, at: self.clock.now(), change: .displayName(name)))
            if case .user(let event?) = outcome, case .profile(let profile) = event.change {
                for room in self.rooms.loadedRooms() { room.withState { $0.rename(profile) } }
            }
            return .done
        } catch {
            throw ChatError(error)
        }
    }

    /// The rooms of this node in which somebody is present.
    package func activeRooms() -> [RoomNumber] {
        self.rooms.loadedRooms()
            .filter { !$0.withState(\.presence.isEmpty) }
            .map(\.identity.number)
            .sorted()
    }

    /// Who is in a room now. For administrators and metrics; gateways learn presence from their joins.
    package func present(in number: RoomNumber) async throws(ChatError) -> PresenceSnapshot {
        try await self.rooms.existing(.number(number)).withState {
            $0.presence.snapshot(detail: self.limits.presenceDetail)
        }
    }

    // MARK: Steps

    /// A room as an actor sees it.
    func info(of room: Room, for actor: Actor) async throws(ChatError) -> RoomInfo {
        let (record, membership, members, online) = room.withState { state in
            (state.record, state.membership(of: actor.id), state.memberCount, state.presence.count)
        }
        guard membership != nil else {
            return RoomInfo(record: record, membership: nil, members: members, online: online)
        }
        do {
            let (readSeq, unread) = try await self.store.readState(of: actor.id, in: record.id)
            return RoomInfo(
                record: record, membership: membership, members: members, online: online, readSeq: readSeq,
                unread: unread)
        } catch {
            throw ChatError(error)
        }
    }

    private func online(in room: RoomID) -> Int {
        self.rooms.loaded(.id(room))?.withState(\.presence.count) ?? 0
    }
}
