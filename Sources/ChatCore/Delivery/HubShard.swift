package import ChatModel
package import NIOCore
import Synchronization

/// The receivers on one event loop, and what waits to be delivered to them.
///
/// Other threads put things into the inbox; the loop empties it in one go. So while a loop is busy what comes
/// meanwhile gathers, and each connection is written to once for all of it.
///
/// `@unchecked Sendable`: `rooms` and `dirty` are touched on `eventLoop` only (asserted in debug builds);
/// `departures` is set once, before the first connection; everything else is immutable or behind the inbox's lock.
package final class HubShard: @unchecked Sendable {
    package enum Item: Sendable {
        case events([RoomEvent], Room)
        case ephemeral(EphemeralEvent, Room)
        /// These users may not listen any more.
        case putOut([UserID], Room)
        case user(UserEvent, [ClientSession])
        case signal(Signal, SignalTopic)
        /// Who of all users is connected has changed.
        case attendance(PresenceChange)
        /// A room's event for connections of one user, where they are not subscribed.
        case outside(RoomEvent, [ClientSession])
        case answers([(EventLoopPromise<AppendOutcome>, Result<AppendOutcome, StoreError>)])
        case end(ClientSession, SessionEnd)
    }

    private struct Inbox {
        var items: [Item] = []
        var isScheduled = false
    }

    package let index: Int
    package let eventLoop: any EventLoop
    private let encoders: EncoderTable
    private let clock: any WallClock
    private let metrics: ServiceMetrics
    private let inbox = Mutex(Inbox())
    /// Takes a connection that was put out from the room's presence; set once at wiring.
    var departures: ((Subscription) -> Void)?
    /// Hears when this loop has its first listener to signals of a kind, and when it has lost its last; set at wiring.
    let signals: SignalBoard

    private var rooms: [ObjectIdentifier: ListenerGroups<Subscription>] = [:]
    private var listeners: [SignalTopic: ListenerGroups<SignalListener>] = [:]
    /// Connections that have bytes to write at the end of this pass.
    private var dirty: [any EventSink] = []
    private var isDelivering = false

    package init(
        index: Int, eventLoop: any EventLoop, encoders: EncoderTable, signals: SignalBoard, clock: any WallClock,
        metrics: ServiceMetrics
    ) {
        self.signals = signals
        self.index = index
        self.eventLoop = eventLoop
        self.encoders = encoders
        self.clock = clock
        self.metrics = metrics
    }

    /// From any thread. Items of one poster keep their order.
    package func post(_ item: Item) {
        let mustSchedule = self.inbox.withLock { inbox in
            inbox.items.append(item)
            defer { inbox.isScheduled = true }
            return !inbox.isScheduled
        }
        if mustSchedule { self.eventLoop.execute { self.drain() } }
    }

    // MARK: Subscribers

    package func subscribe(_ subscription: Subscription) {
        self.eventLoop.assertInEventLoop()
        let room = subscription.room
        let key = ObjectIdentifier(room)
        if let subscribers = self.rooms[key] {
            subscribers.add(subscription)
        } else {
            let subscribers = ListenerGroups<Subscription>()
            subscribers.add(subscription)
            self.rooms[key] = subscribers
            room.loopSubscribed(self.index)
        }
    }

    package func unsubscribe(_ subscription: Subscription) {
        self.eventLoop.assertInEventLoop()
        let key = ObjectIdentifier(subscription.room)
        guard let subscribers = self.rooms[key] else { return }
        subscribers.remove(subscription)
        guard subscribers.isEmpty else { return }
        self.rooms[key] = nil
        subscription.room.loopUnsubscribed(self.index)
    }

    func listen(_ listener: SignalListener) {
        self.eventLoop.assertInEventLoop()
        if self.listeners[listener.topic] == nil {
            self.listeners[listener.topic] = ListenerGroups()
            self.signals.loop(self.index, listensTo: listener.topic)
        }
        self.listeners[listener.topic]?.add(listener)
    }

    func stopListening(_ listener: SignalListener) {
        self.eventLoop.assertInEventLoop()
        guard let listeners = self.listeners[listener.topic] else { return }
        listeners.remove(listener)
        guard listeners.isEmpty else { return }
        self.listeners[listener.topic] = nil
        self.signals.loop(self.index, noLongerListensTo: listener.topic)
    }

    /// Writes what a connection has waiting: at once, or with everything else at the end of a pass.
    package func requestFlush(of sink: any EventSink) {
        self.eventLoop.assertInEventLoop()
        if self.isDelivering { self.dirty.append(sink) } else { sink.flush() }
    }

    /// Sends a subscription the events that it missed while it was not live.
    package func deliver(_ events: [RoomEvent], to subscription: Subscription) {
        self.eventLoop.assertInEventLoop()
        let sink = subscription.sink
        var bytes = ByteBuffer()
        for event in events where event.seq > subscription.lastSeq {
            self.encoders[sink.format]?.encode(event, as: sink.format, into: &bytes)
            subscription.lastSeq = event.seq
        }
        if bytes.readableBytes > 0 { sink.deliver(bytes, ephemeral: false) }
    }

    // MARK: Delivery

    private func drain() {
        let items = self.inbox.withLock { inbox in
            inbox.isScheduled = false
            defer { inbox.items = [] }
            return inbox.items
        }
        self.isDelivering = true
        var gathered = GatheredEvents()
        for item in items {
            switch item {
            case .events(let events, let room):
                gathered.add(events, of: room) { self.deliver($0, of: $1) }
            case .ephemeral(let event, let room):
                gathered.take(room) { self.deliver($0, of: $1) }
                self.deliver(event, of: room)
            case .putOut(let users, let room):
                gathered.take(room) { self.deliver($0, of: $1) }
                self.endSubscriptions(of: users, to: room)
            case .user(let event, let sessions):
                if case .profile(let profile) = event.change { for session in sessions { session.rename(profile) } }
                self.deliver(to: sessions) { $0.encode(event, as: $1, into: &$2) }
            case .outside(let event, let sessions):
                let outside = sessions.filter { $0.subscription(to: .id(event.room)) == nil }
                self.deliver(to: outside) { $0.encode(event, as: $1, into: &$2) }
                for session in outside { session.sink?.toldOutside(of: event) }
            case .signal(let signal, let topic):
                self.deliver(signal, to: topic)
            case .attendance(let change):
                self.deliver(change, to: .everybody)
            case .answers(let answers):
                // Events precede the acknowledgements that were committed with them.
                gathered.takeAll { self.deliver($0, of: $1) }
                for (promise, result) in answers {
                    promise.completeWith(result.mapError { ChatError($0) as any Error })
                }
            case .end(let session, let reason):
                gathered.takeAll { self.deliver($0, of: $1) }
                session.sink?.sessionEnded(reason)
            }
        }
        gathered.takeAll { self.deliver($0, of: $1) }
        self.isDelivering = false
        self.flushDirty()
    }

    private func flushDirty() {
        // A flush may close its connection, which unsubscribes it: nothing of ours is being walked through here.
        while !self.dirty.isEmpty {
            let sinks = self.dirty
            self.dirty = []
            for sink in sinks { sink.flush() }
        }
    }

    private func deliver(_ events: [RoomEvent], of room: Room) {
        guard let subscribers = self.rooms[ObjectIdentifier(room)] else { return }
        guard let first = events.first?.seq, let last = events.last?.seq else { return }
        for group in subscribers.groups {
            guard let encoder = self.encoders[group.format] else { continue }
            var bytes = ByteBuffer()
            for event in events { encoder.encode(event, as: group.format, into: &bytes) }
            let isEmpty = bytes.readableBytes == 0
            for subscription in group.listeners where subscription.isLive && subscription.lastSeq < last {
                // A replay that ran ahead of this pass has given it the first ones already.
                if subscription.lastSeq >= first {
                    self.deliver(events, to: subscription)
                    self.dirty.append(subscription.sink)
                    continue
                }
                subscription.lastSeq = last
                if isEmpty { continue }
                subscription.sink.deliver(bytes, ephemeral: false)
                self.dirty.append(subscription.sink)
            }
            self.metrics.delivered(events: events.count, receivers: group.listeners.count)
        }
    }

    private func deliver(_ event: EphemeralEvent, of room: Room) {
        guard let subscribers = self.rooms[ObjectIdentifier(room)] else { return }
        let now = self.clock.now()
        let except = event.except
        for group in subscribers.groups {
            guard let encoder = self.encoders[group.format] else { continue }
            var bytes = ByteBuffer()
            encoder.encode(event, in: room.identity, at: now, as: group.format, into: &bytes)
            guard bytes.readableBytes > 0 else { continue }
            for subscription in group.listeners where subscription.isLive && subscription.id != except {
                subscription.sink.deliver(bytes, ephemeral: true)
                self.dirty.append(subscription.sink)
            }
            self.metrics.deliveredEphemeral(receivers: group.listeners.count)
        }
    }

    private func deliver(_ signal: Signal, to topic: SignalTopic) {
        let now = self.clock.now()
        self.deliver(to: topic, ephemeral: false) { $0.encode(signal, to: topic, at: now, as: $1, into: &$2) }
    }

    private func deliver(_ change: PresenceChange, to topic: SignalTopic) {
        self.deliver(to: topic, ephemeral: true) { $0.encode(change, to: topic, as: $1, into: &$2) }
    }

    private func deliver(
        to topic: SignalTopic, ephemeral: Bool, encode: (any EventEncoder, WireFormat, inout ByteBuffer) -> Void
    ) {
        guard let listeners = self.listeners[topic] else { return }
        for group in listeners.groups {
            guard let encoder = self.encoders[group.format] else { continue }
            var bytes = ByteBuffer()
            encode(encoder, group.format, &bytes)
            guard bytes.readableBytes > 0 else { continue }
            for listener in group.listeners {
                listener.sink.deliver(bytes, ephemeral: ephemeral)
                self.dirty.append(listener.sink)
            }
        }
    }

    /// Encodes once per format and queues for each of some connections.
    private func deliver(
        to sessions: [ClientSession], encode: (any EventEncoder, WireFormat, inout ByteBuffer) -> Void
    ) {
        var frames: [WireFormat: ByteBuffer] = [:]
        for session in sessions {
            guard let sink = session.sink else { continue }
            if frames[sink.format] == nil {
                var bytes = ByteBuffer()
                if let encoder = self.encoders[sink.format] { encode(encoder, sink.format, &bytes) }
                frames[sink.format] = bytes
            }
            guard let bytes = frames[sink.format], bytes.readableBytes > 0 else { continue }
            sink.deliver(bytes, ephemeral: false)
            self.dirty.append(sink)
        }
    }

    private func endSubscriptions(of users: [UserID], to room: Room) {
        guard let subscribers = self.rooms[ObjectIdentifier(room)] else { return }
        let out = Set(users)
        for subscription in subscribers.all(where: { out.contains($0.session.profile.id) }) {
            subscription.session.unsubscribe(subscription)
            // Nobody, as a rule: presence ended before. But a join that went live in between has come back.
            self.departures?(subscription)
            subscription.sink.subscriptionEnded(in: room)
            self.dirty.append(subscription.sink)
        }
    }
}

extension EphemeralEvent {
    /// The listener that is left out.
    fileprivate var except: PresenceID? {
        switch self {
        case .broadcast(let broadcast): broadcast.except
        case .typing, .presence: nil
        }
    }
}
