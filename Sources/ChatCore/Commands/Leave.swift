import ChatModel
import NIOCore

extension ChatService {
    /// Ends a user's membership, and with it the presence of all his connections. Somebody who is no stored member (a
    /// guest in a public room) only takes this connection out.
    func leave(_ reference: RoomReference, as session: ClientSession) -> EventLoopFuture<Reply> {
        guard let subscription = session.subscription(to: reference) else {
            return self.inTask(session) { () throws(ChatError) -> Reply in
                try await self.leaveMembership(of: reference, by: session.actor)
            }
        }
        let room = subscription.room
        let isMember = room.withState { $0.membership(of: session.profile.id)?.isMember ?? false }
        if isMember {
            return self.inTask(session) { () throws(ChatError) -> Reply in
                try await self.leaveMembership(of: reference, by: session.actor)
            }
        }
        for subscription in session.subscriptions where subscription.room === room {
            self.end(subscription)
            if subscription.sink !== session.sink { subscription.sink.subscriptionEnded(in: room) }
        }
        return session.eventLoop.makeSucceededFuture(.done)
    }

    /// On the session's loop: one listener hears no more of a room and is not present by it. Membership stays.
    package func stopListening(_ sink: any EventSink, as session: ClientSession) {
        for subscription in session.subscriptions where subscription.sink === sink { self.end(subscription) }
    }

    private func end(_ subscription: Subscription) {
        let user = subscription.session.profile.id
        subscription.session.unsubscribe(subscription)
        subscription.room.depart(user, subscription.presence, through: self.hub)
    }

    /// - Parameter isForced: Nobody has to be named as successor first.
    func leaveMembership(
        of reference: RoomReference, by actor: Actor, isForced: Bool = false
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        for _ in 0..<8 {
            let now = self.clock.now()
            let (membership, successor, version, isStrict) = room.withState { state in
                let membership = state.membership(of: actor.id)
                let isLastOwner = membership?.role == .owner && state.owners() == [actor.id]
                return (
                    membership, isLastOwner ? state.successor(of: actor.id) : nil, state.record.version,
                    state.record.settings.access == .strictPrivate
                )
            }
            guard let membership, membership.isMember || membership.status == .pending else {
                throw ChatError(membership?.status(at: now) == .banned ? .banned : .notMember)
            }
            if let successor {
                // In a strict room nobody becomes owner by accident: the owner names one first.
                if isStrict, !isForced { throw ChatError(.successorRequired) }
                guard try await self.hand(room, to: successor, by: actor, version: version) else { continue }
            }
            var after = membership
            after.role = .none
            if !membership.muteOutlives(now) {
                after.status = .none
                after.until = nil
                after.reason = ""
            }
            let change = MembershipChange(user: actor.profile, action: .left, membership: after)
            if try await self.commit(change, replacing: membership, in: room, by: actor) { return .done }
            await self.refresher.refresh(room)
        }
        throw ChatError(.conflict, retryAfterMilliseconds: 100)
    }

    /// Takes a user out of every room, whatever it takes: his account is about to be deleted.
    func leaveAllRooms(_ actor: Actor) async {
        guard let rooms = try? await self.store.rooms(of: actor.id) else { return }
        for room in rooms {
            _ = try? await self.leaveMembership(of: .id(room.record.id), by: actor, isForced: true)
        }
    }

    private func hand(
        _ room: Room, to successor: StoredMember, by actor: Actor, version: Int64
    ) async throws(ChatError) -> Bool {
        var owner = successor.membership
        owner.role = .owner
        let change = MembershipChange(user: successor.profile, action: .roleChanged, membership: owner)
        return try await self.commit(
            change, replacing: successor.membership, in: room, by: actor, expectedVersion: version)
    }
}
