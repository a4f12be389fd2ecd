import ChatModel
import NIOCore

extension ChatService {
    /// Typing is never stored: it goes straight to the room, or is dropped where it comes too often.
    func typing(_ isTyping: Bool, in reference: RoomReference, as session: ClientSession) -> EventLoopFuture<Reply> {
        guard let room = session.subscription(to: reference)?.room ?? self.rooms.loaded(reference) else {
            return self.inTask(session) { () throws(ChatError) -> Reply in
                let room = try await self.rooms.existing(reference)
                return try self.typing(isTyping, in: room, by: session.actor)
            }
        }
        do throws(ChatError) {
            return session.eventLoop.makeSucceededFuture(try self.typing(isTyping, in: room, by: session.actor))
        } catch {
            return self.refuse(error, session)
        }
    }

    private func typing(_ isTyping: Bool, in room: Room, by actor: Actor) throws(ChatError) -> Reply {
        try self.require(.type, of: actor, in: room)
        let now = self.clock.now()
        let interval = self.limits.typingIntervalSeconds
        let isDue = room.withState {
            $0.pace.type(actor.id, isTyping: isTyping, intervalSeconds: interval, now: now)
        }
        if isDue { room.publish(.typing(actor.profile, isTyping: isTyping), through: self.hub) }
        return .done
    }
}
