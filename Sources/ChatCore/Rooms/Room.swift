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
        /// Whether the number of users is about to be told.
        var isCountDue = false
    }

    package let identity: RoomIdentity
    package let epoch: Epoch
    private let guarded: Mutex<Guarded>
    private let presenceDetail: Int
    private let countInterval: TimeAmount

    package init(state: RoomState, limits: Limits, now: Timestamp) {
        self.identity = state.identity
        self.epoch = state.record.epoch
        self.presenceDetail = limits.presenceDetail
        self.countInterval = .milliseconds(Int64(limits.presenceCountSeconds * 1000))
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
        for event in events {
            hub.postOutside(event)
            if case .message(let message) = event.change { self.signal(message, guarded.state, hub) }
        }
    }

    /// Lets those know for whom a message is meant, wherever they are.
    private func signal(_ message: Message, _ state: borrowing RoomState, _ hub: Hub) {
        let isForOne = state.record.kind == .direct
        guard isForOne || !message.content.mentions.isEmpty else { return }
        for user in message.content.mentions where user != message.sender.id {
            guard state.membership(of: user)?.isMember ?? false || state.presence.contains(user) else { continue }
            hub.post(.refreshMentions, to: .user(user))
        }
        guard isForOne else { return }
        for member in state.members.values where member.membership.isMember && member.profile.id != message.sender.id {
            hub.post(.newMessage, to: .user(member.profile.id))
        }
    }

    private func removePresence(of users: [UserID], _ guarded: inout Guarded, _ hub: Hub) {
        for user in users {
            guarded.state.pace.forget(user)
            guard let gone = guarded.state.presence.remove(user) else { continue }
            self.announceDeparture(of: gone.profile, gone.metas, isLast: true, &guarded, hub)
        }
    }

    // MARK: Changes without an event

    /// Counts the changes of members and settings that were taken over.
    package var changeCount: Int64 { self.guarded.withLock { $0.state.changeCount } }

    /// Takes members over as the store has them, after something changed them without an event (an account was deleted).
    ///
    /// - Parameters:
    ///   - changeCount: ``changeCount`` from before the store was read.
    ///   - now: A ban that is over by then puts nobody out.
    /// - Returns: False when events came in between, so that what was read may be too old or too new: read again.
    package func refresh(
        _ record: RoomRecord, _ members: [StoredMember], changeCount: Int64, at now: Timestamp, through hub: Hub
    ) -> Bool {
        self.guarded.withLock { guarded in
            guard guarded.state.changeCount == changeCount, record.lastSeq <= guarded.state.record.lastSeq else {
                return false
            }
            guarded.state.refresh(record, members)
            // What was said may have been erased with the account.
            guarded.window = ReplayWindow(limit: guarded.windowLimit)
            let out = guarded.state.presence.users { guarded.state.membership(of: $0)?.status(at: now) == .banned }
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

    /// Notes a connection of a user, and announces it.
    package func arrive(_ profile: UserProfile, _ meta: PresenceMeta, through hub: Hub) {
        self.guarded.withLock { guarded in
            guard let isFirst = guarded.state.presence.arrive(profile, meta) else { return }
            guard self.showsDetail(&guarded, hub, whenOnlyCounted: isFirst) else { return }
            let role = guarded.state.membership(of: profile.id)?.role ?? .none
            let present = isFirst ? guarded.state.presence.snapshot(detail: self.presenceDetail) : nil
            let arrival = PresenceArrival(profile: profile, role: role, meta: meta, present: present)
            self.post(.arrived(arrival), guarded, hub)
        }
    }

    /// Takes a connection out, and announces that it is gone.
    package func depart(_ user: UserID, _ presence: PresenceID, through hub: Hub) {
        self.guarded.withLock { guarded in
            guard let gone = guarded.state.presence.depart(user, presence) else { return }
            if gone.isLast { guarded.state.pace.forget(user) }
            self.announceDeparture(of: gone.profile, [gone.meta], isLast: gone.isLast, &guarded, hub)
        }
    }

    /// Puts another presence in the place of one of a user's. False when that is not there.
    package func replacePresence(
        _ presence: PresenceID, of profile: UserProfile, by meta: PresenceMeta, through hub: Hub
    ) -> Bool {
        self.guarded.withLock { guarded in
            guard let before = guarded.state.presence.replace(presence, of: profile.id, by: meta) else { return false }
            if guarded.state.presence.isDetailed { self.post(.updated(profile, from: before, to: meta), guarded, hub) }
            return true
        }
    }

    /// Everybody who is here with his connections; nil where only the number is shown.
    package func presenceList() -> (entries: [PresenceEntry]?, count: Int) {
        self.guarded.withLock { guarded in
            let presence = guarded.state.presence
            return (presence.isDetailed ? presence.list() : nil, presence.count)
        }
    }

    private func announceDeparture(
        of profile: UserProfile, _ metas: [PresenceMeta], isLast: Bool, _ guarded: inout Guarded, _ hub: Hub
    ) {
        guard self.showsDetail(&guarded, hub, whenOnlyCounted: isLast) else { return }
        let present = isLast ? guarded.state.presence.snapshot(detail: self.presenceDetail) : nil
        self.post(.departed(PresenceDeparture(profile: profile, metas: metas, present: present)), guarded, hub)
    }

    /// Whether a change is to be told in detail. Where it is not, tells what takes its place.
    ///
    /// - Parameter whenOnlyCounted: Whether the number of users has changed.
    private func showsDetail(_ guarded: inout Guarded, _ hub: Hub, whenOnlyCounted: Bool) -> Bool {
        switch guarded.state.presence.settleDetail(limit: self.presenceDetail) {
        case .none:
            if guarded.state.presence.isDetailed { return true }
            if whenOnlyCounted { self.tellCountSoon(&guarded, hub) }
        case .hidden:
            let presence = guarded.state.presence
            self.post(.hidden(presence.list(), count: presence.count), guarded, hub)
        case .shown:
            let presence = guarded.state.presence
            self.post(
                .shown(presence.list(), present: presence.snapshot(detail: self.presenceDetail)), guarded, hub)
        }
        return false
    }

    /// In a crowd somebody comes or goes all the time, and each time all would be told.
    private func tellCountSoon(_ guarded: inout Guarded, _ hub: Hub) {
        guard !guarded.isCountDue else { return }
        guarded.isCountDue = true
        hub.schedule(in: self.countInterval) {
            self.guarded.withLock { guarded in
                guarded.isCountDue = false
                guard !guarded.state.presence.isDetailed else { return }
                self.post(.count(guarded.state.presence.count), guarded, hub)
            }
        }
    }

    private func post(_ change: PresenceChange, _ guarded: borrowing Guarded, _ hub: Hub) {
        hub.post(.presence(change), of: self, to: guarded.loops)
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
