import ChatModel
import NIOCore

extension ChatService {
    /// The way of a message: on the sender's loop, no task unless something must be fetched first.
    func send(
        _ message: OutgoingMessage, to reference: RoomReference, as session: ClientSession
    ) -> EventLoopFuture<Reply> {
        if let gate = session.sendGate {
            return gate.flatMap { self.send(message, to: reference, as: session) }
        }
        return self.sendNow(message, to: reference, as: session)
    }

    /// The same for whoever has waited already, or need not.
    private func sendNow(
        _ message: OutgoingMessage, to reference: RoomReference, as session: ClientSession
    ) -> EventLoopFuture<Reply> {
        guard let room = session.subscription(to: reference)?.room ?? self.rooms.loaded(reference) else {
            return self.gated(session) { () throws(ChatError) in
                _ = try await self.rooms.existing(reference)
            } then: {
                self.sendNow(message, to: reference, as: session)
            }
        }
        let draft: RoomDraft
        do throws(ChatError) {
            draft = try self.draft(message, for: room, by: session.actor)
        } catch {
            return self.refuse(error, session)
        }
        if let fetch = self.fetchBeforeSending(message, in: room, by: session.actor) {
            return self.gated(session, fetch) { self.append(draft, to: room, as: session) }
        }
        return self.append(draft, to: room, as: session)
    }

    func send(
        _ message: OutgoingMessage, to reference: RoomReference, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        let draft = try self.draft(message, for: room, by: actor)
        if let fetch = self.fetchBeforeSending(message, in: room, by: actor) { try await fetch() }
        return try await self.append(draft, to: room)
    }

    // MARK: Steps

    /// Checks a message and whether its sender may send it, in the order in which a client is told.
    private func draft(
        _ message: OutgoingMessage, for room: Room, by actor: Actor
    ) throws(ChatError) -> RoomDraft {
        let now = self.clock.now()
        try self.require(.send, of: actor, in: room)
        let body = try MessageText.normalise(message.body, limits: self.limits)
        if let metadata = message.metadata, metadata.text.utf8.count > self.limits.metadataBytes {
            throw ChatError(.messageTooLong, detail: "metadata")
        }
        let names =
            message.mentions.prefix(self.limits.mentionsPerMessage)
            + MessageText.mentions(in: body, limit: self.limits.mentionsPerMessage)
        let mentions = try room.withState { (state) throws(ChatError) -> [UserID] in
            if state.record.settings.slowModeSeconds > 0, state.rank(of: actor) < Rank(.moderator) {
                let wait = state.pace.speak(
                    actor.id, clientID: message.clientID, slowModeSeconds: state.record.settings.slowModeSeconds,
                    now: now)
                if let wait { throw ChatError(.slowMode, retryAfterMilliseconds: wait) }
            }
            return state.mentioned(names, limit: self.limits.mentionsPerMessage)
        }
        let content = MessageContent(
            body: body, replyTo: message.replyTo, mentions: mentions, metadata: message.metadata)
        let id = MessageID(at: now, random: self.tokens.randomWords())
        return RoomDraft(
            room: room.identity.id, actor: actor.profile, at: now, clientID: message.clientID,
            change: .message(id, content))
    }

    /// What must be fetched or stored first: a guest's account before its first write, an old message that is replied to.
    private func fetchBeforeSending(
        _ message: OutgoingMessage, in room: Room, by actor: Actor
    ) -> (@Sendable () async throws(ChatError) -> Void)? {
        let isNewGuest = actor.profile.isGuest && self.guests.needsAccount(actor.id)
        let oldMessage = message.replyTo.flatMap { room.recentMessage($0) == nil ? $0 : nil }
        guard isNewGuest || oldMessage != nil else { return nil }
        return { () throws(ChatError) in
            if isNewGuest { try await self.storeGuest(actor.profile) }
            if let oldMessage { _ = try await self.message(oldMessage, in: room) }
        }
    }

    /// Runs something slow; sends that come meanwhile wait for it.
    private func gated(
        _ session: ClientSession, _ work: @escaping @Sendable () async throws(ChatError) -> Void,
        then next: @escaping @Sendable () -> EventLoopFuture<Reply>
    ) -> EventLoopFuture<Reply> {
        let promise = session.eventLoop.makePromise(of: Void.self)
        Task {
            do throws(ChatError) {
                promise.succeed(try await work())
            } catch {
                self.metrics.refused(error.code)
                promise.fail(error)
            }
        }
        // Behind a gate of its own already: those that wait for that one keep their places.
        guard session.sendGate == nil else { return promise.futureResult.flatMap { next() } }
        let gate = session.eventLoop.makePromise(of: Void.self)
        session.sendGate = gate.futureResult
        return promise.futureResult.flatMap { next() }.always { _ in
            session.sendGate = nil
            gate.succeed()
        }
    }

    func append(_ draft: RoomDraft, to room: Room, as session: ClientSession) -> EventLoopFuture<Reply> {
        let promise = session.eventLoop.makePromise(of: AppendOutcome.self)
        self.log.append(draft, to: room, for: .connection(promise, loop: session.shardIndex))
        return promise.futureResult.map { Reply(of: $0) }
    }

    func append(_ draft: RoomDraft, to room: Room) async throws(ChatError) -> Reply {
        Reply(of: try await self.appended(draft, to: room))
    }

    func appended(_ draft: RoomDraft, to room: Room) async throws(ChatError) -> AppendOutcome {
        do { return try await self.log.append(draft, to: room) } catch { throw ChatError(error) }
    }

    /// A guest lives in memory until it first writes, or until something is written about it.
    func storeGuest(_ profile: UserProfile) async throws(ChatError) {
        guard profile.isGuest, self.guests.needsAccount(profile.id) else { return }
        self.guests.take(profile.id)
        do {
            try await self.store.createAccount(Account(profile: profile, createdAt: self.clock.now()))
        } catch {
            // It may have written in an earlier life of this server.
            guard error.code == .exists else { throw ChatError(error) }
        }
        self.guests.accountStored(profile.id)
    }
}

extension Reply {
    /// What an append is answered with: its newest event, or that there was nothing to do.
    init(of outcome: AppendOutcome) {
        switch outcome {
        case .room(let events):
            guard let event = events.last else {
                self = .done
                return
            }
            self = .sent(SentMessage(event: event, isDuplicate: false))
        case .duplicate(let event): self = .sent(SentMessage(event: event, isDuplicate: true))
        case .user: self = .done
        }
    }
}

extension RoomState {
    /// The people behind names that a message mentions; names of nobody here are only text.
    fileprivate func mentioned(_ names: some Sequence<String>, limit: Int) -> [UserID] {
        var ids: [UserID] = []
        for name in names {
            guard let id = self.user(named: .username(name))?.id, !ids.contains(id) else { continue }
            ids.append(id)
            if ids.count == limit { break }
        }
        return ids
    }
}
