import ChatModel
import NIOCore

extension ChatService {
    /// Brings a connection into a room: membership, then subscription, then the past, then live events without gap or double.
    ///
    /// - Parameter sink: Who is to listen; nil for the connection itself.
    func join(
        _ reference: RoomReference, _ options: JoinOptions, as session: ClientSession, for sink: (any EventSink)?
    ) -> EventLoopFuture<Reply> {
        guard let sink = sink ?? session.sink else { return self.refuse(ChatError(.unavailable), session) }
        let listener = Listener(sink, eventLoop: session.eventLoop)
        do throws(ChatError) {
            if let (room, info) = try self.opensAtOnce(reference, options, to: session) {
                let promise = session.eventLoop.makePromise(of: Reply.self)
                // In a later turn: whoever waits for the answer must have said so before live events flow.
                session.eventLoop.execute {
                    self.bringInAtOnce(session, listener, to: room, info, options, answering: promise)
                }
                return promise.futureResult
            }
        } catch {
            return self.refuse(error, session)
        }
        let promise = session.eventLoop.makePromise(of: Reply.self)
        Task {
            do throws(ChatError) {
                let room =
                    if options.position != nil {
                        try await self.comeBack(to: reference, by: session.actor, from: session.address)
                    } else {
                        try await self.enter(
                            reference, by: session.actor, from: session.address, mayCreate: options.mayCreate)
                    }
                try await self.bringIn(session, listener, to: room, options, answering: promise)
            } catch {
                self.metrics.refused(error.code)
                promise.fail(error)
            }
        }
        return promise.futureResult
    }

    /// The same without a connection: membership only.
    func joinMembership(of reference: RoomReference, by actor: Actor) async throws(ChatError) -> Reply {
        let room = try await self.enter(reference, by: actor, from: .local)
        return .room(try await self.info(of: room, for: actor))
    }

    /// A guest is let into a public room without asking the store anything: on the loop, without a task.
    private func opensAtOnce(
        _ reference: RoomReference, _ options: JoinOptions, to session: ClientSession
    ) throws(ChatError) -> (Room, RoomInfo)? {
        let actor = session.actor
        guard actor.profile.isGuest, options.history == 0, options.position == nil,
            let room = self.rooms.loaded(reference)
        else { return nil }
        let now = self.clock.now()
        room.touch(now)
        let (refusal, info) = room.withState { state in
            (
                state.refusal(of: .enter, to: actor, policy: self.policy, limits: self.limits, now: now)
                    ?? state.guestBan(of: actor, from: session.address, now: now),
                // With a record of his own in the room he has a read mark too, which is the store's to tell.
                state.membership(of: actor.id) == nil
                    ? RoomInfo(
                        record: state.record, membership: nil, members: state.memberCount,
                        online: state.presence.count) : nil
            )
        }
        if let refusal { throw refusal }
        return info.map { (room, $0) }
    }

    /// On the session's loop.
    private func bringInAtOnce(
        _ session: ClientSession, _ listener: Listener, to room: Room, _ info: RoomInfo, _ options: JoinOptions,
        answering promise: EventLoopPromise<Reply>
    ) {
        do throws(ChatError) {
            let (through, _) = try self.placeSubscription(of: session, listener, to: room)
            promise.succeed(
                self.joined(room, session, info, options, through: through, history: [], resumption: nil))
            self.startDelivery(of: room, to: session, listener)
            session.requestFlush()
        } catch {
            self.metrics.refused(error.code)
            promise.fail(error)
        }
    }

    // MARK: Membership

    /// Coming back is neither joining nor making: who is no member any more stays out.
    private func comeBack(
        to reference: RoomReference, by actor: Actor, from address: ClientAddress
    ) async throws(ChatError) -> Room {
        let room = try await self.rooms.existing(reference)
        if let refusal = self.refusalToListen(in: room, by: actor, from: address) { throw refusal }
        return room
    }

    /// Finds the room, or creates it where that is allowed, and makes the actor a member unless he comes in by right of
    /// the room's openness alone (guests do).
    ///
    /// - Throws: ``ChatError/Code/pending`` after a request was stored or found.
    private func enter(
        _ reference: RoomReference, by actor: Actor, from address: ClientAddress, mayCreate: Bool = true
    ) async throws(ChatError) -> Room {
        for _ in 0..<8 {
            guard let room = try await self.rooms.room(reference) else {
                guard mayCreate else { throw ChatError(.noSuchRoom) }
                if let created = try await self.autoCreate(reference, by: actor) { return created }
                continue
            }
            let now = self.clock.now()
            let (refusal, membership, access, seq) = room.withState { state in
                (
                    state.refusal(of: .enter, to: actor, policy: self.policy, limits: self.limits, now: now)
                        ?? state.guestBan(of: actor, from: address, now: now),
                    state.membership(of: actor.id), state.record.settings.access, state.record.lastSeq
                )
            }
            if let refusal { throw refusal }
            if membership?.isMember ?? false { return room }
            if actor.profile.isGuest || actor.serverRole == .admin && access != .isPublic { return room }
            try await self.requireRoomForOneMore(actor)
            let isPublic = access == .isPublic
            let change = MembershipChange(
                user: actor.profile, action: isPublic ? .joined : .requested,
                membership: self.newMembership(of: actor, in: room, isPublic: isPublic, membership, seq, now))
            guard try await self.commit(change, replacing: membership, in: room, by: actor) else { continue }
            if isPublic { return room }
            throw ChatError(.pending)
        }
        throw ChatError(.conflict, retryAfterMilliseconds: 100)
    }

    /// What somebody becomes who comes in; a mute that still holds stays with him.
    private func newMembership(
        of actor: Actor, in room: Room, isPublic: Bool, _ before: Membership?, _ seq: Seq, _ now: Timestamp
    ) -> Membership {
        var membership = Membership(
            role: isPublic ? self.returningRole(of: actor, in: room) : .none, status: isPublic ? .active : .pending,
            joinedAt: now, joinedSeq: seq)
        guard let before, before.muteOutlives(now) else { return membership }
        if isPublic { membership.status = .muted }
        // A request keeps it in mind: for ever is as long as a time can tell.
        membership.until = before.until ?? (isPublic ? nil : .distantFuture)
        membership.reason = before.reason
        membership.by = before.by
        return membership
    }

    /// Throws ``ChatError/Code/tooManyRooms`` when the user is in as many rooms as he may be.
    func requireRoomForOneMore(_ actor: Actor) async throws(ChatError) {
        let count: Int
        do { count = try await self.store.rooms(of: actor.id).count } catch { throw ChatError(error) }
        guard count < self.limits.roomsPerUser else { throw ChatError(.tooManyRooms) }
    }

    /// A creator who comes back to a room that has lost its last owner owns it again.
    private func returningRole(of actor: Actor, in room: Room) -> Role {
        room.withState { $0.record.creator == actor.id && $0.owners().isEmpty } ? .owner : .member
    }

    /// Stores a membership change. False when somebody else changed the same record first: decide again.
    func commit(
        _ change: MembershipChange, replacing membership: Membership?, in room: Room, by actor: Actor,
        expectedVersion: Int64? = nil
    ) async throws(ChatError) -> Bool {
        do {
            _ = try await self.log.append(
                RoomDraft(
                    room: room.identity.id, actor: actor.profile, at: self.clock.now(),
                    expectedVersion: expectedVersion,
                    change: .membership(change, replacing: membership)),
                to: room)
            return true
        } catch {
            guard error.code == .conflict else { throw ChatError(error) }
            return false
        }
    }

    /// Whoever joins a free id or number makes the room, when the operator allows it.
    ///
    /// - Returns: nil when somebody was quicker: there is a room to join now.
    private func autoCreate(_ reference: RoomReference, by actor: Actor) async throws(ChatError) -> Room? {
        guard self.policy.autoCreateRooms, !actor.profile.isGuest || self.policy.guestsCreateRooms else {
            throw ChatError(.noSuchRoom)
        }
        var new = NewRoom()
        switch reference {
        case .number(let number): new.number = number
        case .id(let id):
            new.id = try Self.checked(id)
            // Under another name than was asked for it would be nobody's.
            guard new.id == id else {
                throw ChatError(.invalidArgument, detail: "room ids have no capitals: \(new.id?.value ?? "")")
            }
        }
        if let wait = self.autoCreations.take(actor.id, now: self.clock.now()) {
            throw ChatError(.rateLimited, retryAfterMilliseconds: wait)
        }
        try await self.requireRoomForOneMore(actor)
        try await self.storeGuest(actor.profile)
        do throws(StoreError) {
            _ = try await self.store.createRoom(new, creator: actor.profile, at: self.clock.now())
        } catch {
            guard error.code == .roomExists else { throw ChatError(error) }
            self.autoCreations.refund(actor.id)
            // A room that was deleted rests: there is none to join under its name.
            guard try await self.rooms.room(reference) != nil else { throw ChatError(.noSuchRoom) }
            return nil
        }
        return try await self.rooms.existing(reference)
    }

    // MARK: Subscription

    private func bringIn(
        _ session: ClientSession, _ listener: Listener, to room: Room, _ options: JoinOptions,
        answering promise: EventLoopPromise<Reply>
    ) async throws(ChatError) {
        let info = try await self.info(of: room, for: session.actor)
        guard options.history > 0 || options.position != nil else {
            // Without a past to fetch, subscribing, answering and going live are one step.
            return try await self.onLoop(of: session) { () throws(ChatError) in
                self.bringInAtOnce(session, listener, to: room, info, options, answering: promise)
            }
        }
        let subscription = try await self.subscribe(session, listener, to: room)
        do throws(ChatError) {
            let through = subscription.through
            let now = self.clock.now()
            let visibleFrom = room.withState { $0.visibleFrom(session.actor, now: now, isEntering: true) }
            let resumption: Resumption? =
                if let position = options.position {
                    try await self.resumption(from: position, through: through, visibleFrom: visibleFrom, in: room)
                } else { nil }
            let history = try await self.pastMessages(
                of: room, count: options.history, through: through, visibleFrom: visibleFrom)
            try await self.goLive(session, listener, [room], isStillIn: room) {
                promise.succeed(
                    self.joined(
                        room, session, info, options, through: through, history: history, resumption: resumption))
            }
        } catch {
            if subscription.isNew { try? await self.drop(room, of: session, listener) }
            throw error
        }
    }

    private func joined(
        _ room: Room, _ session: ClientSession, _ info: RoomInfo, _ options: JoinOptions, through: Seq,
        history: [Message], resumption: Resumption?
    ) -> Reply {
        let detail = options.wantsPresence ? self.limits.presenceDetail : 0
        let (present, isFirst) = room.withState { state in
            (state.presence.snapshot(detail: detail), !state.presence.contains(session.profile.id))
        }
        var info = info
        info.record.lastSeq = through
        return .joined(
            JoinedRoom(
                info: info, isFirstConnection: isFirst, present: present, history: history, resumption: resumption))
    }

    /// Puts a subscription in place that is not live yet, unless the connection has one.
    ///
    /// - Returns: The position through which the past is to be fetched, and whether the subscription is new.
    func subscribe(
        _ session: ClientSession, _ listener: Listener, to room: Room
    ) async throws(ChatError) -> (through: Seq, isNew: Bool) {
        try await self.onLoop(of: session) { () throws(ChatError) in
            try self.placeSubscription(of: session, listener, to: room)
        }
    }

    /// The same on the session's loop.
    private func placeSubscription(
        of session: ClientSession, _ listener: Listener, to room: Room
    ) throws(ChatError) -> (through: Seq, isNew: Bool) {
        guard !session.isClosed else { throw ChatError(.unavailable) }
        if let subscription = session.subscription(to: room, for: listener.value) {
            return (subscription.lastSeq, false)
        }
        // Somebody may have put the user out since he was let in; from here on the shard sees to that.
        if let refusal = self.refusalToListen(in: room, by: session.actor, from: session.address) { throw refusal }
        let through = room.lastSeq
        session.subscribe(
            Subscription(
                session: session, sink: listener.value, room: room, id: self.newPresence(), lastSeq: through))
        return (through, true)
    }

    /// Answers, then lets live events flow: whatever was published since the past was fetched comes first.
    ///
    /// - Parameters:
    ///   - room: The room that is joined: who was put out of it meanwhile is refused, and learns nothing of its past.
    ///   - answer: Runs on the loop, right before the first live event.
    func goLive(
        _ session: ClientSession, _ listener: Listener, _ rooms: [Room], isStillIn room: Room? = nil,
        answer: @escaping @Sendable () -> Void
    ) async throws(ChatError) {
        try await self.onLoop(of: session) { () throws(ChatError) in
            guard !session.isClosed else { throw ChatError(.unavailable) }
            if let room {
                if let refusal = self.refusalToListen(in: room, by: session.actor, from: session.address) {
                    throw refusal
                }
                guard session.subscription(to: room, for: listener.value) != nil else { throw ChatError(.unavailable) }
            }
            answer()
            for room in rooms { self.startDelivery(of: room, to: session, listener) }
            session.requestFlush()
        }
    }

    /// On the session's loop.
    private func startDelivery(of room: Room, to session: ClientSession, _ listener: Listener) {
        guard let subscription = session.subscription(to: room, for: listener.value), !subscription.isLive else {
            return
        }
        guard let missed = room.recentEvents(after: subscription.lastSeq) else {
            // More went by than the window holds: fetch it, then try again.
            let after = subscription.lastSeq
            Task { await self.catchUp(after, in: room, session, listener) }
            return
        }
        guard self.refusalToListen(in: room, by: session.actor, from: session.address) == nil else {
            // He hears that he is put out, and nothing after it.
            if let last = missed.firstIndex(where: { $0.mayPutOut(session.profile.id) }) {
                session.shard.deliver(Array(missed[...last]), to: subscription)
            }
            session.unsubscribe(subscription)
            return subscription.sink.subscriptionEnded(in: room)
        }
        session.shard.deliver(missed, to: subscription)
        subscription.isLive = true
        room.arrive(
            session.profile, PresenceMeta(id: subscription.presence, since: self.clock.now()), through: self.hub)
        subscription.sink.subscriptionStarted(in: room)
    }

    private func catchUp(_ after: Seq, in room: Room, _ session: ClientSession, _ listener: Listener) async {
        let through = room.lastSeq
        let events = try? await self.store.events(in: room.identity.id, after: after, through: through, limit: 500)
        try? await self.onLoop(of: session) { () throws(ChatError) in
            guard let subscription = session.subscription(to: room, for: listener.value) else { return }
            guard let events else {
                // Better to come back and resume than to stay without hearing anything.
                session.sink?.sessionEnded(.unavailable)
                return
            }
            session.shard.deliver(events, to: subscription)
            // Nothing there: retention has taken it, and live events go on behind it.
            if events.isEmpty { subscription.lastSeq = through }
            self.startDelivery(of: room, to: session, listener)
            session.requestFlush()
        }
    }

    private func drop(_ room: Room, of session: ClientSession, _ listener: Listener) async throws(ChatError) {
        try await self.onLoop(of: session) { () throws(ChatError) in
            if let subscription = session.subscription(to: room, for: listener.value), !subscription.isLive {
                session.unsubscribe(subscription)
            }
        }
    }

    private func pastMessages(
        of room: Room, count: Int, through: Seq, visibleFrom: Seq?
    ) async throws(ChatError) -> [Message] {
        guard count > 0, through > 0, let visibleFrom else { return [] }
        do {
            let window = HistoryWindow(anchor: .before(through + 1), limit: min(count, self.limits.historyPage))
            return try await self.store.messages(in: room.identity.id, window: window, visibleFrom: visibleFrom)
                .messages
        } catch {
            throw ChatError(error)
        }
    }
}

extension RoomEvent {
    /// Whether somebody may not listen any more from this event on.
    fileprivate func mayPutOut(_ user: UserID) -> Bool {
        switch self.change {
        case .membership(let change):
            switch change.action {
            case .left, .kicked, .banned: change.user.id == user
            case .joined, .requested, .accepted, .rejected, .muted, .unmuted, .unbanned, .roleChanged: false
            }
        case .settings(let settings): settings.access != .isPublic
        case .deleted: true
        case .message, .edited, .retracted, .reactionAdded, .reactionRemoved: false
        }
    }
}
