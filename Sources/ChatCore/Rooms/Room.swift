package import ChatModel
import NIOCore
import Synchronization

/// A room that is loaded on this node.
///
/// Its state is a pure value under a short lock. Events and presence notices are handed to the loops under the same
/// lock, so that every loop sees them in the order in which the state took them over.
package final class Room: Sendable {
    private struct Guarded: Sendable {
        var state: RoomState
        var window: ReplayWindow
        var feed: RoomFeed
        let windowLimit: Int
        /// Bit n: loop n has subscribers.
        var loops: UInt64 = 0
        var lastUse: Timestamp
    }

    package let identity: RoomIdentity
    package let epoch: Epoch
    private let guarded: Mutex<Guarded>
    private let presenceDetail: Int

    package init(state: RoomState, limits: Limits, now: Timestamp) {
        self.identity = state.identity
        self.epoch = state.record.epoch
        self.presenceDetail = limits.presenceDetail
        self.guarded = Mutex(
            Guarded(
                state: state, window: ReplayWindow(limit: limits.replayEvents),
                feed: RoomFeed(lastSeq: state.record.lastSeq), windowLimit: limits.replayEvents, lastUse: now))
    }

    /// Reads or changes the state under its lock. Must be short; must not call out.
    package func withState<Result, Failure: Error>(
        _ body: (inout RoomState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try self.guarded.withLock { (guarded) throws(Failure) -> Result in try body(&guarded.state) }
    }

    /// Takes over stored events and hands them to the loops that have subscribers; presence that ends with them follows.
    ///
    /// - Returns: Positions that are missing in between (another process has written), to be read from the store and
    ///   given to ``publishFetched(_:of:through:)``.
    package func publish(_ events: [RoomEvent], through hub: Hub) -> ClosedRange<Seq>? {
        self.guarded.withLock { guarded in
            let step = guarded.feed.received(events)
            self.takeOver(step.deliver, &guarded, hub)
            return step.fetch
        }
    }

    /// Takes over what was missing; nil `events`: the store did not answer.
    package func publishFetched(
        _ events: [RoomEvent]?, of range: ClosedRange<Seq>, through hub: Hub
    ) -> ClosedRange<Seq>? {
        self.guarded.withLock { guarded in
            guard let events else {
                guarded.feed.fetchFailed()
                return nil
            }
            let step = guarded.feed.fetched(events, of: range)
            self.takeOver(step.deliver, &guarded, hub)
            return step.fetch
        }
    }

    private func takeOver(_ events: [RoomEvent], _ guarded: inout Guarded, _ hub: Hub) {
        var run: [RoomEvent] = []
        for event in events {
            guarded.state.apply(event)
            guarded.window.append(event)
            Self.forgetContent(of: event, in: &guarded.window)
            run.append(event)
            let out = guarded.state.putOut(by: event)
            guard !out.isEmpty else { continue }
            // Who is put out by an event still gets that event, and nothing after it.
            hub.post(run, of: self, to: guarded.loops)
            run = []
            hub.postPutOut(out, of: self, to: guarded.loops)
            self.removePresence(of: out, &guarded, hub)
        }
        if !run.isEmpty { hub.post(run, of: self, to: guarded.loops) }
        for event in events { hub.postOutside(event) }
    }

    private func removePresence(of users: [UserID], _ guarded: inout Guarded, _ hub: Hub) {
        for user in users {
            guarded.state.pace.forget(user)
            guard let profile = guarded.state.presence.remove(user) else { continue }
            self.announceDeparture(of: profile, guarded, hub)
        }
    }

    // MARK: Changes without an event

    /// Counts the changes of members and settings that were taken over.
    package var changeCount: Int64 { self.guarded.withLock { $0.state.changeCount } }

    /// Takes members over as the store has them, after something changed them without an event (an account was deleted).
    ///
    /// - Parameter changeCount: ``changeCount`` from before the store was read.
    /// - Returns: False when events came in between, so that what was read may be too old or too new: read again.
    package func refresh(
        _ record: RoomRecord, _ members: [StoredMember], changeCount: Int64, through hub: Hub
    ) -> Bool {
        self.guarded.withLock { guarded in
            guard guarded.state.changeCount == changeCount, record.lastSeq <= guarded.state.record.lastSeq else {
                return false
            }
            guarded.state.refresh(record, members)
            // What was said may have been erased with the account.
            guarded.window = ReplayWindow(limit: guarded.windowLimit)
            let out = guarded.state.presence.users { guarded.state.membership(of: $0)?.status == .banned }
            hub.postPutOut(out, of: self, to: guarded.loops)
            self.removePresence(of: out, &guarded, hub)
            return true
        }
    }

    /// The room is gone from the store without an event.
    package func vanish(through hub: Hub) {
        self.guarded.withLock { guarded in
            guarded.state.vanish()
            let all = guarded.state.presence.users { _ in true }
            hub.postPutOut(all, of: self, to: guarded.loops)
            self.removePresence(of: all, &guarded, hub)
        }
    }

    /// Hands on what is not stored.
    package func publish(_ event: EphemeralEvent, through hub: Hub) {
        self.guarded.withLock { hub.post(event, of: self, to: $0.loops) }
    }

    // MARK: Presence

    /// Notes a connection of a user, and announces his first.
    package func arrive(_ profile: UserProfile, with connection: ConnectionID, through hub: Hub) {
        self.guarded.withLock { guarded in
            guard guarded.state.presence.arrive(profile, with: connection) else { return }
            let count = guarded.state.presence.count
            guard count <= self.presenceDetail else { return hub.post(.occupancy(count), of: self, to: guarded.loops) }
            let role = guarded.state.membership(of: profile.id)?.role ?? .none
            let present = guarded.state.presence.snapshot(detail: self.presenceDetail)
            hub.post(.arrived(profile, role: role, present: present), of: self, to: guarded.loops)
        }
    }

    /// Takes a connection out, and announces that the user is gone when it was his last.
    package func depart(_ user: UserID, with connection: ConnectionID, through hub: Hub) {
        self.guarded.withLock { guarded in
            guard let profile = guarded.state.presence.depart(user, with: connection) else { return }
            guarded.state.pace.forget(user)
            self.announceDeparture(of: profile, guarded, hub)
        }
    }

    private func announceDeparture(of profile: UserProfile, _ guarded: borrowing Guarded, _ hub: Hub) {
        let count = guarded.state.presence.count
        guard count < self.presenceDetail else { return hub.post(.occupancy(count), of: self, to: guarded.loops) }
        let present = guarded.state.presence.snapshot(detail: self.presenceDetail)
        hub.post(.departed(profile, present: present), of: self, to: guarded.loops)
    }

    // MARK: Subscribers and replay

    package func loopSubscribed(_ loop: Int) {
        self.guarded.withLock { $0.loops |= 1 << UInt64(loop) }
    }

    package func loopUnsubscribed(_ loop: Int) {
        self.guarded.withLock { $0.loops &= ~(1 << UInt64(loop)) }
    }

    /// The newest position that has been published.
    package var lastSeq: Seq { self.guarded.withLock { $0.state.record.lastSeq } }

    /// Events after a position out of memory; nil when they must come from the store.
    package func recentEvents(after seq: Seq) -> [RoomEvent]? {
        self.guarded.withLock { guarded in
            seq >= guarded.state.record.lastSeq ? [] : guarded.window.events(after: seq)
        }
    }

    /// The event that made a message, if it is recent.
    package func recentMessage(_ id: MessageID) -> RoomEvent? {
        self.guarded.withLock { $0.window.message(id) }
    }

    // MARK: Idleness

    package func touch(_ now: Timestamp) {
        self.guarded.withLock { $0.lastUse = now }
    }

    /// Whether nobody is here and nobody has asked for the room since a time.
    package func isIdle(since time: Timestamp) -> Bool {
        self.guarded.withLock { $0.loops == 0 && $0.state.presence.isEmpty && $0.lastUse < time }
    }

    /// 'Content erased at once' holds for the replay window as well, and a replayed message shows as it is now.
    private static func forgetContent(of event: RoomEvent, in window: inout ReplayWindow) {
        switch event.change {
        case .edited(let edited):
            guard let original = window.message(edited.id), case .message(var message) = original.change else { return }
            message.content = edited.content
            message.version = edited.version
            message.editedAt = event.at
            window.replace(original.with(.message(message)))
        case .retracted(let id, _):
            if let original = window.message(id), case .message(var message) = original.change {
                message.content = MessageContent(body: "")
                message.isRetracted = true
                window.replace(original.with(.message(message)))
            }
            for edit in window.edits(of: id) {
                guard case .edited(let edited) = edit.change else { continue }
                let erased = EditedMessage(id: id, content: MessageContent(body: ""), version: edited.version)
                window.replace(edit.with(.edited(erased)))
            }
        case .message, .reactionAdded, .reactionRemoved, .membership, .settings, .deleted:
            break
        }
    }
}

extension RoomEvent {
    fileprivate func with(_ change: Change) -> RoomEvent {
        RoomEvent(
            room: self.room, number: self.number, epoch: self.epoch, seq: self.seq, archiveID: self.archiveID,
            at: self.at, actor: self.actor, change: change)
    }

    /// Whom this event tells something although he is not in the room: that he was let in, turned away, or may come back.
    package var reachesOutside: UserID? {
        guard case .membership(let change) = self.change else { return nil }
        switch change.action {
        case .accepted, .rejected, .unbanned: return change.user.id
        // A banned user who was in the room has had the event there.
        case .banned, .joined, .requested, .left, .kicked, .muted, .unmuted, .roleChanged: return nil
        }
    }

}
