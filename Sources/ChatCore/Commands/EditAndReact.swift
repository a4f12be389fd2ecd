import ChatModel
import NIOCore

extension ChatService {
    func edit(
        _ id: MessageID, in reference: RoomReference, body: String, clientID: ClientID?, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        let original = try await self.visibleMessage(id, in: room, by: actor)
        try self.require(.edit(author: original.sender.id), of: actor, in: room)
        guard !original.isRetracted else { throw ChatError(.noSuchMessage) }
        var content = original.content
        content.body = try MessageText.normalise(body, limits: self.limits)
        return try await self.append(
            RoomDraft(
                room: room.identity.id, actor: actor.profile, at: self.clock.now(), clientID: clientID,
                change: .edit(id, content)),
            to: room)
    }

    func retract(
        _ id: MessageID, in reference: RoomReference, reason: String, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        let original = try await self.visibleMessage(id, in: room, by: actor)
        try self.require(.retract(author: original.sender.id), of: actor, in: room)
        let line = try MessageText.line(reason, codePoints: self.limits.reasonCodePoints, tooLong: .reasonTooLong)
        return try await self.append(
            RoomDraft(
                room: room.identity.id, actor: actor.profile, at: self.clock.now(), change: .retract(id, reason: line)),
            to: room)
    }

    func react(
        _ emote: String, to id: MessageID, in reference: RoomReference, mode: ReactionMode, as session: ClientSession
    ) -> EventLoopFuture<Reply> {
        guard let room = session.subscription(to: reference)?.room, !session.profile.isGuest,
            room.recentMessage(id) != nil
        else {
            return self.inTask(session) { () throws(ChatError) -> Reply in
                try await self.react(emote, to: id, in: reference, mode: mode, by: session.actor)
            }
        }
        do throws(ChatError) {
            try self.require(.react, of: session.actor, in: room)
            let draft = try self.reaction(emote, to: id, in: room, mode: mode, by: session.actor)
            return self.append(draft, to: room, as: session)
        } catch {
            return self.refuse(error, session)
        }
    }

    func react(
        _ emote: String, to id: MessageID, in reference: RoomReference, mode: ReactionMode, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.require(.react, of: actor, in: room)
        _ = try await self.visibleMessage(id, in: room, by: actor)
        try await self.storeGuest(actor.profile)
        return try await self.append(try self.reaction(emote, to: id, in: room, mode: mode, by: actor), to: room)
    }

    private func reaction(
        _ emote: String, to id: MessageID, in room: Room, mode: ReactionMode, by actor: Actor
    ) throws(ChatError) -> RoomDraft {
        guard !emote.isEmpty, emote.utf8.count <= 64 else { throw ChatError(.invalidArgument, detail: "emote") }
        return RoomDraft(
            room: room.identity.id, actor: actor.profile, at: self.clock.now(),
            change: .react(
                id, emote: emote, mode, perUser: self.limits.reactionsPerUser,
                perMessage: self.limits.reactionsPerMessage))
    }

    func reactions(
        to id: MessageID, in reference: RoomReference, emote: String, after: UserID?, limit: Int, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.require(.read, of: actor, in: room)
        _ = try await self.visibleMessage(id, in: room, by: actor)
        do {
            return .reactions(
                try await self.store.reactions(
                    to: id, in: room.identity.id, emote: emote, after: after, limit: min(max(limit, 1), 200)))
        } catch {
            throw ChatError(error)
        }
    }

    // MARK: Steps

    /// A message of this room. Throws ``ChatError/Code/noSuchMessage`` also for one of another room.
    func message(_ id: MessageID, in room: Room) async throws(ChatError) -> Message {
        if case .message(let message)? = room.recentMessage(id)?.change { return message }
        let stored: Message?
        do { stored = try await self.store.message(id, in: room.identity.id) } catch { throw ChatError(error) }
        guard let stored else { throw ChatError(.noSuchMessage) }
        return stored
    }

    /// A message that the actor may see; one that he may not does not exist for him.
    private func visibleMessage(_ id: MessageID, in room: Room, by actor: Actor) async throws(ChatError) -> Message {
        try self.require(.read, of: actor, in: room)
        let message = try await self.message(id, in: room)
        let now = self.clock.now()
        let from = room.withState { $0.visibleFrom(actor, now: now) }
        // In a room without history one still acts on what was said while one was there.
        let isLive = from == nil && room.recentMessage(id) != nil
        guard from.map({ message.seq >= $0 }) ?? isLive else { throw ChatError(.noSuchMessage) }
        return message
    }
}
