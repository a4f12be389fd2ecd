import ChatModel
import NIOCore

extension ChatService {
    /// Brings a connection back into its rooms: for each exactly one of replayed, gap, reset and gone.
    func resume(_ positions: [RoomPosition], as session: ClientSession) -> EventLoopFuture<Reply> {
        guard let sink = session.sink else { return self.refuse(ChatError(.unavailable), session) }
        let listener = Listener(sink, eventLoop: session.eventLoop)
        let promise = session.eventLoop.makePromise(of: Reply.self)
        Task {
            do throws(ChatError) {
                var resumed: [ResumedRoom] = []
                var rooms: [Room] = []
                for (place, position) in positions.enumerated() {
                    guard place < Self.mostResumed else {
                        let gone = Resumption.gone(ChatError(.tooManyRooms))
                        resumed.append(ResumedRoom(reference: position.room, info: nil, result: gone))
                        continue
                    }
                    let (answer, room) = try await self.resume(position, as: session, listener)
                    resumed.append(answer)
                    if let room { rooms.append(room) }
                }
                let answers = resumed
                try await self.goLive(session, listener, rooms) { promise.succeed(.resumed(answers)) }
            } catch {
                self.metrics.refused(error.code)
                promise.fail(error)
            }
        }
        return promise.futureResult
    }

    /// Rooms that one connection may resume; the others it joins one by one.
    private static let mostResumed = 1000

    private func resume(
        _ position: RoomPosition, as session: ClientSession, _ listener: Listener
    ) async throws(ChatError) -> (ResumedRoom, Room?) {
        func gone(_ error: ChatError) -> (ResumedRoom, Room?) {
            (ResumedRoom(reference: position.room, info: nil, result: .gone(error)), nil)
        }
        guard let room = try await self.rooms.room(position.room) else { return gone(ChatError(.noSuchRoom)) }
        if let refusal = self.refusalToListen(in: room, by: session.actor, from: session.address) {
            return gone(refusal)
        }
        let through: Seq
        do throws(ChatError) {
            through = try await self.subscribe(session, listener, to: room).through
        } catch {
            return gone(error)
        }
        let now = self.clock.now()
        let visibleFrom = room.withState { $0.visibleFrom(session.actor, now: now, isEntering: true) }
        let result = try await self.resumption(from: position, through: through, visibleFrom: visibleFrom, in: room)
        var info = try await self.info(of: room, for: session.actor)
        info.record.lastSeq = through
        return (ResumedRoom(reference: position.room, info: info, result: result), room)
    }

    /// Coming back is not joining: who is no member any more stays out. A public room is open to guests, who never were.
    func refusalToListen(in room: Room, by actor: Actor, from address: ClientAddress) -> ChatError? {
        let now = self.clock.now()
        return room.withState { state in
            if let refusal = state.refusal(of: .enter, to: actor, policy: self.policy, limits: self.limits, now: now)
                ?? state.guestBan(of: actor, from: address, now: now)
            {
                return refusal
            }
            let isMember = state.membership(of: actor.id)?.isMember ?? false
            return isMember || actor.profile.isGuest || actor.serverRole == .admin ? nil : ChatError(.notMember)
        }
    }

    /// Decides what a client at a position is given, and fetches it.
    func resumption(
        from position: RoomPosition, through: Seq, visibleFrom: Seq?, in room: Room
    ) async throws(ChatError) -> Resumption {
        // A client that is ahead of us has seen a log that was lost.
        guard position.epoch == room.epoch, position.seq <= through, position.seq >= 0 else {
            return .reset(room.epoch)
        }
        guard position.seq < through else { return .replayed([]) }
        guard let visibleFrom, visibleFrom <= position.seq + 1,
            through - position.seq <= Int64(self.limits.replayEvents)
        else { return .gap(from: max(position.seq + 1, visibleFrom ?? through), to: through) }
        let events = try await self.events(in: room, after: position.seq, through: through)
        let oldest = self.clock.now().adding(seconds: -self.limits.replaySeconds)
        let isWhole = events.count == Int(through - position.seq)
        guard isWhole, let first = events.first, first.at >= oldest else {
            return .gap(from: position.seq + 1, to: through)
        }
        return .replayed(events)
    }

    private func events(in room: Room, after: Seq, through: Seq) async throws(ChatError) -> [RoomEvent] {
        if let recent = room.recentEvents(after: after) { return recent.filter { $0.seq <= through } }
        do {
            return try await self.store.events(
                in: room.identity.id, after: after, through: through, limit: self.limits.replayEvents)
        } catch {
            throw ChatError(error)
        }
    }
}
