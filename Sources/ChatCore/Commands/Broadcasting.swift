package import ChatModel
import NIOCore
import Synchronization

extension ChatService {
    /// Hands on what a client tells the others who are in a room. Nothing of it is kept.
    ///
    /// - Parameter sink: The listener that says it and is not told; nil: all are.
    func broadcast(
        _ event: String, _ payload: Broadcast.Payload, in reference: RoomReference, as session: ClientSession,
        from sink: (any EventSink)?
    ) -> EventLoopFuture<Reply> {
        do throws(ChatError) {
            guard (1...64).contains(event.utf8.count) else {
                throw ChatError(.invalidArgument, detail: "an event name has 1 to 64 bytes")
            }
            guard payload.byteCount <= self.limits.broadcastBytes else {
                throw ChatError(.messageTooLong, detail: "\(self.limits.broadcastBytes) bytes at most")
            }
            // One speaks to those with whom one is.
            guard let room = session.subscription(to: reference)?.room else { throw ChatError(.notMember) }
            try self.require(.broadcast, of: session.actor, in: room)
            try self.requireNoSlowMode(session.actor, in: room)
            let except = sink.flatMap { session.subscription(to: room, for: $0)?.id }
            let broadcast = Broadcast(from: session.profile, event: event, payload: payload, except: except)
            room.publish(.broadcast(broadcast), through: self.hub)
            return session.eventLoop.makeSucceededFuture(.done)
        } catch {
            return self.refuse(error, session)
        }
    }

    /// Where people are held to speak slowly, what is not kept is no way around it.
    private func requireNoSlowMode(_ actor: Actor, in room: Room) throws(ChatError) {
        let seconds = room.withState { $0.rank(of: actor) < Rank(.moderator) ? $0.record.settings.slowModeSeconds : 0 }
        guard seconds == 0 else { throw ChatError(.slowMode, detail: "nothing is broadcast here") }
    }

    /// On the session's loop: changes what a listener says of his presence in his room.
    ///
    /// - Parameters:
    ///   - key: Under which key clients that choose keys see it, at most 128 bytes; nil for the user's id.
    ///   - meta: A JSON object; nil takes it away.
    /// - Throws: ``ChatError/Code/notMember`` when the listener is in no room, ``ChatError/Code/messageTooLong``,
    ///   ``ChatError/Code/rateLimited``.
    package func track(
        key: String?, meta: OpaqueJSON?, as session: ClientSession, for sink: any EventSink
    ) throws(ChatError) {
        let now = self.clock.now()
        try session.rates.countRequest(now: now)
        guard let subscription = session.subscriptions.first(where: { $0.sink === sink && $0.isLive }) else {
            throw ChatError(.notMember)
        }
        guard (meta?.text.utf8.count ?? 0) <= self.limits.presenceMetaBytes, (key?.utf8.count ?? 0) <= 128 else {
            throw ChatError(.messageTooLong, detail: "\(self.limits.presenceMetaBytes) bytes at most")
        }
        // Whoever may not speak may still fall silent.
        if meta != nil { try self.require(.broadcast, of: session.actor, in: subscription.room) }
        let note = PresenceNote(key: key, meta: meta, previous: subscription.presence)
        let presence = PresenceMeta(id: self.newPresence(), since: now, note: note)
        let isReplaced = subscription.room.replacePresence(
            subscription.presence, of: session.profile, by: presence, through: self.hub)
        if isReplaced { subscription.presence = presence.id }
    }

    func newPresence() -> PresenceID {
        PresenceID(self.nextPresence.wrappingAdd(1, ordering: .relaxed).oldValue)
    }
}

/// A sink on its way through tasks: used on its own loop only.
typealias Listener = NIOLoopBound<any EventSink>

extension Broadcast.Payload {
    fileprivate var byteCount: Int {
        switch self {
        case .json(let json): json.text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}
