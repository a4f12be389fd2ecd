package import ChatModel
package import NIOCore
import Synchronization

/// One connection as the core knows it: who is on it, what it may do how often, where it listens.
///
/// `@unchecked Sendable`: every mutable property is touched on `eventLoop` only, but for `current`, which has a lock; the
/// reference itself may travel.
package final class ClientSession: @unchecked Sendable {
    package let id: ConnectionID
    package let eventLoop: any EventLoop
    /// Who is on it. The display name may change, and tasks read it: behind a lock of its own.
    private let current: Mutex<Actor>
    package let address: ClientAddress
    package let tokenID: String?
    package let tokenExpiresAt: Timestamp?
    package let canResume: Bool
    /// Whether being connected alone makes the user count as online.
    let isVisible: Bool
    /// How many things make the user count as online: the connection itself, rooms, public lists.
    private let appearances = Atomic<Int>(0)
    /// As what the connection itself is listed publicly.
    var attendance: Attendance?
    let generation: Int64
    let shard: HubShard

    /// nil once the connection is closed: the gateway's connection and its session hold each other until then.
    private(set) var sink: (any EventSink)?
    private(set) var isClosed = false
    private(set) var subscriptions: [Subscription] = []
    var rates: SessionRates
    /// Set while a send waits for something slow; those after it wait as well, so that none overtakes it.
    var sendGate: EventLoopFuture<Void>?
    /// Commands that were handed in and are not answered yet; counted for guests only.
    private var commandsUnderWay = 0
    /// What waits for the last of them.
    private var whenIdle: (() -> Void)?

    init(
        id: ConnectionID, identity: Identity, sink: any EventSink, canResume: Bool, isVisible: Bool, shard: HubShard,
        limits: Limits, now: Timestamp
    ) {
        self.isVisible = isVisible
        self.id = id
        self.eventLoop = shard.eventLoop
        self.current = Mutex(Actor(profile: identity.profile, serverRole: identity.serverRole))
        self.address = identity.address
        self.tokenID = identity.tokenID
        self.tokenExpiresAt = identity.tokenExpiresAt
        self.canResume = canResume
        self.generation = identity.generation
        self.shard = shard
        self.sink = sink
        self.rates = SessionRates(limits: limits, now: now)
        if isVisible { self.appear() }
    }

    /// Whether the user counts as online by this connection. From any thread.
    var isSeen: Bool { self.appearances.load(ordering: .relaxed) > 0 }

    func appear() { self.appearances.wrappingAdd(1, ordering: .relaxed) }

    func disappear() { self.appearances.wrappingSubtract(1, ordering: .relaxed) }

    package var actor: Actor { self.current.withLock { $0 } }

    package var profile: UserProfile { self.actor.profile }

    package var identity: Identity {
        Identity(
            profile: self.profile, serverRole: self.actor.serverRole, tokenID: self.tokenID,
            tokenExpiresAt: self.tokenExpiresAt, guestToken: nil, address: self.address, generation: self.generation)
    }

    var shardIndex: Int { self.shard.index }

    /// Writes what the gateway has queued for this connection, together with what the core has for it in this pass.
    package func requestFlush() {
        if let sink = self.sink { self.shard.requestFlush(of: sink) }
    }

    /// The user has another display name: what he says from now on bears it.
    func rename(_ profile: UserProfile) {
        self.current.withLock { $0 = Actor(profile: profile, serverRole: $0.serverRole) }
    }

    // MARK: Commands under way

    func commandBegun() {
        self.eventLoop.assertInEventLoop()
        self.commandsUnderWay += 1
    }

    func commandEnded() {
        self.eventLoop.assertInEventLoop()
        self.commandsUnderWay -= 1
        guard self.commandsUnderWay == 0, let next = self.whenIdle else { return }
        self.whenIdle = nil
        next()
    }

    /// Calls `body` once everything that was handed in is answered: now, or later on the loop.
    func afterLastCommand(_ body: @escaping () -> Void) {
        self.eventLoop.assertInEventLoop()
        if self.commandsUnderWay == 0 { body() } else { self.whenIdle = body }
    }

    // MARK: Subscriptions

    func subscription(to reference: RoomReference) -> Subscription? {
        self.subscriptions.first { subscription in
            switch reference {
            case .number(let number): subscription.room.identity.number == number
            case .id(let id): subscription.room.identity.id == id
            }
        }
    }

    func subscription(to room: Room, for sink: any EventSink) -> Subscription? {
        self.subscriptions.first { $0.room === room && $0.sink === sink }
    }

    func subscribe(_ subscription: Subscription) {
        self.eventLoop.assertInEventLoop()
        self.subscriptions.append(subscription)
        self.appear()
        self.shard.subscribe(subscription)
    }

    func unsubscribe(_ subscription: Subscription) {
        self.eventLoop.assertInEventLoop()
        guard let place = self.subscriptions.firstIndex(where: { $0 === subscription }) else { return }
        self.subscriptions.remove(at: place)
        self.disappear()
        self.shard.unsubscribe(subscription)
    }

    /// Takes the connection out of all rooms. Returns how it was in them.
    func close() -> [(room: Room, presence: PresenceID)] {
        self.eventLoop.assertInEventLoop()
        self.isClosed = true
        let subscriptions = self.subscriptions
        self.subscriptions = []
        for subscription in subscriptions { self.shard.unsubscribe(subscription) }
        self.sink = nil
        return subscriptions.map { ($0.room, $0.presence) }
    }
}
