package import ChatModel
package import Credentials
package import Logging
package import NIOCore
import Synchronization

/// Runs commands: authorises, validates, then logs, publishes or reads. The one door for all gateways.
package final class ChatService: Sendable {
    package struct Configuration: Sendable {
        package var domain = "localhost"
        package var limits = Limits()
        package var policy = Policy()
        package var tokens = TokenAuthority.Settings()
        package var passwordIterations = PasswordRecord.defaultIterations
        /// How long a commit may wait for others while messages of several people come steadily: 0–100 ms, 0 never.
        package var gatherMilliseconds = 10

        package init() {}
    }

    package let limits: Limits
    package let policy: Policy
    package let accounts: AccountService
    /// The keys of programs.
    package let apiKeys: APIKeyService
    package let clock: any WallClock
    package let rooms: RoomDirectory
    let store: any ChatStore
    let hub: Hub
    let log: MessageLog
    let users: UserDirectory
    let guests: GuestRegistry
    let refresher: RoomRefresher
    let tokens: TokenAuthority
    let metrics: ServiceMetrics
    let logger: Logger
    let autoCreations: KeyedBuckets<UserID>
    let creations: KeyedBuckets<UserID>
    let restRates: KeyedBuckets<String>
    private let nextConnection = Atomic<UInt64>(1)
    let nextPresence = Atomic<UInt64>(1)
    /// Users who are listed publicly, each connection counted.
    let attendants = Atomic<Int>(0)
    private let draining = Atomic<Bool>(false)

    package init(
        configuration: Configuration, store: any ChatStore, secrets: ServerSecrets, eventLoops: [any EventLoop],
        encoders: EncoderTable, clock: any WallClock = SystemClock(), logger: Logger
    ) {
        self.limits = configuration.limits
        self.policy = configuration.policy
        self.clock = clock
        self.store = store
        self.logger = logger
        self.metrics = ServiceMetrics()
        self.users = UserDirectory()
        self.guests = GuestRegistry()
        self.hub = Hub(
            eventLoops: eventLoops, encoders: encoders, users: self.users, clock: clock, metrics: self.metrics)
        self.log = MessageLog(
            store: store, hub: self.hub, metrics: self.metrics, gatherMilliseconds: configuration.gatherMilliseconds)
        self.rooms = RoomDirectory(store: store, limits: configuration.limits, clock: clock)
        self.refresher = RoomRefresher(rooms: self.rooms, store: store, hub: self.hub, clock: clock)
        self.tokens = TokenAuthority(
            keys: secrets.tokenKeys, domain: configuration.domain, settings: configuration.tokens)
        var accountSettings = AccountService.Settings()
        accountSettings.policy = configuration.policy
        accountSettings.limits = configuration.limits
        accountSettings.passwordIterations = configuration.passwordIterations
        self.accounts = AccountService(
            store: store, tokens: self.tokens, decoySeed: secrets.decoySeed, users: self.users, guests: self.guests,
            hub: self.hub, refresher: self.refresher, clock: clock, settings: accountSettings, logger: logger)
        self.apiKeys = APIKeyService(
            store: store, clock: clock, signalRate: configuration.limits.signalRate, logger: logger)
        let hourly = Double(configuration.limits.autoCreatedPerHour)
        self.autoCreations = KeyedBuckets(Rate(burst: hourly, perSecond: hourly / 3600))
        let daily = Double(configuration.limits.roomsCreatedPerDay)
        self.creations = KeyedBuckets(Rate(burst: daily, perSecond: daily / 86_400))
        self.restRates = KeyedBuckets(configuration.limits.requestRate)
        self.accounts.leaveRooms.withLock { leave in
            leave = { [weak self] profile in await self?.leaveAllRooms(Actor(profile: profile)) }
        }
        self.accounts.rolesChanged.withLock { tell in
            tell = { [weak self] user, gained, lost in self?.rolesChanged(of: user, gained: gained, lost: lost) }
        }
        let hub = self.hub
        for shard in hub.shards {
            shard.departures = { subscription in
                subscription.room.depart(subscription.session.profile.id, subscription.presence, through: hub)
            }
        }
    }

    /// Readies the core: tokens that were logged out stay so, and the first start makes the public room `lobby`.
    package func start() async throws(ChatError) {
        do {
            let now = self.clock.now()
            self.tokens.restoreRevoked(try await self.store.revokedTokens(at: now))
            try await self.renewTakenGuests()
            guard let one = RoomNumber(1), try await self.store.room(.number(one)) == nil else { return }
            let settings = RoomSettings(alias: "lobby", title: "Lobby", topic: "Everybody is welcome.")
            let lobby = NewRoom(id: RoomID("lobby"), number: one, kind: .group, settings: settings)
            _ = try await self.store.createRoom(lobby, creator: nil, at: self.clock.now())
        } catch {
            // A lobby that was deleted on purpose keeps its id: it is not made again.
            guard error.code == .roomExists || error.code == .aliasTaken else { throw ChatError(error) }
        }
    }

    // MARK: Connections

    /// On `eventLoop`: lets a connection in.
    ///
    /// - Parameters:
    ///   - canResume: Whether a lost connection is given ``Limits/resumeGraceSeconds`` before it counts as gone.
    ///   - isVisible: Whether being connected alone makes the user count as online; else only being in a room, or on
    ///     the public list (``listen(to:for:as:on:)``), does.
    /// - Throws: ``ChatError/Code/tooManyConnections``, ``ChatError/Code/unavailable`` while draining.
    package func open(
        _ identity: Identity, sink: any EventSink, canResume: Bool, isVisible: Bool = true, on eventLoop: any EventLoop
    ) throws(ChatError) -> ClientSession {
        guard !self.isDraining, let shard = self.hub.shard(of: eventLoop) else { throw ChatError(.unavailable) }
        let session = ClientSession(
            id: ConnectionID(self.nextConnection.wrappingAdd(1, ordering: .relaxed).oldValue), identity: identity,
            sink: sink, canResume: canResume, isVisible: isVisible, shard: shard, limits: self.limits,
            now: self.clock.now())
        let replaced = try self.users.add(
            session, perUser: self.limits.connectionsPerUser, perAddress: self.limits.connectionsPerAddress)
        // Counted in first, asked second: a revocation in between finds the session or is found here.
        guard !self.accounts.isRevoked(identity) else {
            self.close(session, isFinal: true)
            throw ChatError(.authInvalid, detail: "revoked")
        }
        self.hub.end(replaced, .replaced)
        if isVisible, !identity.profile.isGuest { session.attendance = self.attend(identity.profile) }
        return session
    }

    /// On the session's loop: the connection is gone. Calling it again does nothing.
    ///
    /// - Parameter isFinal: The client said goodbye, or was put out: no grace.
    package func close(_ session: ClientSession, isFinal: Bool) {
        guard !session.isClosed else { return }
        let places = session.close()
        if let attendance = session.attendance { self.endAttendance(attendance) }
        let user = session.profile.id
        if self.users.remove(session, now: self.clock.now()), session.profile.isGuest {
            self.guests.touch(user, now: self.clock.now())
        }
        let grace = session.canResume && !isFinal && !self.isDraining ? self.limits.resumeGraceSeconds : 0
        guard grace > 0, !places.isEmpty else {
            for (room, presence) in places { room.depart(user, presence, through: self.hub) }
            return
        }
        session.eventLoop.scheduleTask(in: .seconds(grace)) {
            for (room, presence) in places { room.depart(user, presence, through: self.hub) }
        }
    }

    /// The same for a guest that was given no token: nobody can come back as it, so that its place is free again, and its
    /// name unless it has written something. Both wait for what it has handed in: that may still be written. To be called
    /// once.
    package func dismiss(_ guest: ClientSession) {
        self.close(guest, isFinal: true)
        guard guest.profile.isGuest else { return }
        let (guests, id) = (self.guests, guest.profile.id)
        guest.afterLastCommand { guests.release(id) }
    }

    /// The same for a log-in that has come to nothing: ``open(_:sink:canResume:isVisible:on:)`` was not called, or threw.
    /// Whoever was known before stays so.
    package func dismiss(_ identity: Identity) {
        if identity.isNewGuest { self.guests.release(identity.profile.id) }
    }

    // MARK: Commands

    /// On the session's loop. Completes on that loop; fails with ``ChatError`` only.
    ///
    /// Sends may be pipelined and keep their order; anything else is to be awaited before the same connection hands in
    /// its next command. For a join and a resume the callbacks run before live events flow.
    ///
    /// - Parameter sink: Who listens to the room that is joined; nil for the connection itself.
    package func execute(
        _ command: Command, as session: ClientSession, for sink: (any EventSink)? = nil
    ) -> EventLoopFuture<Reply> {
        do throws(ChatError) {
            guard !self.isDraining, !session.isClosed else {
                throw ChatError(.unavailable, retryAfterMilliseconds: 1000)
            }
            try session.rates.count(command, now: self.clock.now())
        } catch {
            return self.refuse(error, session)
        }
        guard session.profile.isGuest else { return self.perform(command, as: session, for: sink) }
        session.commandBegun()
        return self.perform(command, as: session, for: sink).always { _ in session.commandEnded() }
    }

    private func perform(
        _ command: Command, as session: ClientSession, for sink: (any EventSink)?
    ) -> EventLoopFuture<Reply> {
        switch command {
        case .send(let room, let message): return self.send(message, to: room, as: session)
        case .react(let room, let message, let emote, let mode):
            return self.react(emote, to: message, in: room, mode: mode, as: session)
        case .typing(let room, let isTyping): return self.typing(isTyping, in: room, as: session)
        case .join(let room, let options): return self.join(room, options, as: session, for: sink)
        case .broadcast(let room, let event, let payload, let includesSelf):
            return self.broadcast(event, payload, in: room, as: session, from: includesSelf ? nil : sink)
        case .resume(let positions): return self.resume(positions, as: session)
        case .leave(let room): return self.leave(room, as: session)
        case .edit, .retract, .markRead, .moderate, .accept, .reject, .setRole, .createRoom, .updateRoom, .deleteRoom,
            .history, .reactions, .search, .openDirect, .rooms, .members, .audit, .presence, .updateProfile:
            return self.inTask(session) { () throws(ChatError) -> Reply in
                try await self.perform(command, by: session.actor)
            }
        }
    }

    /// For callers without a connection: REST and operators. Same rules; nothing is subscribed, nobody becomes present.
    package func execute(_ command: Command, as identity: Identity) async throws(ChatError) -> Reply {
        guard !self.isDraining else { throw ChatError(.unavailable, retryAfterMilliseconds: 1000) }
        if let wait = self.restRates.take(identity.address.group, now: self.clock.now()) {
            throw ChatError(.rateLimited, retryAfterMilliseconds: wait)
        }
        do throws(ChatError) {
            return try await self.perform(command, by: identity.actor)
        } catch {
            self.metrics.refused(error.code)
            throw error
        }
    }

    /// Every command that needs no connection.
    private func perform(_ command: Command, by actor: Actor) async throws(ChatError) -> Reply {
        switch command {
        case .join(let room, _): return try await self.joinMembership(of: room, by: actor)
        case .leave(let room): return try await self.leaveMembership(of: room, by: actor)
        case .resume: throw ChatError(.invalidArgument, detail: "nothing to resume without a connection")
        case .send(let room, let message): return try await self.send(message, to: room, by: actor)
        case .edit(let room, let id, let body, let clientID):
            return try await self.edit(id, in: room, body: body, clientID: clientID, by: actor)
        case .retract(let room, let id, let reason):
            return try await self.retract(id, in: room, reason: reason, by: actor)
        case .react(let room, let id, let emote, let mode):
            return try await self.react(emote, to: id, in: room, mode: mode, by: actor)
        case .typing, .broadcast: throw ChatError(.invalidArgument, detail: "this needs a connection")
        case .search(let room, let query): return try await self.search(query, in: room, by: actor)
        case .openDirect(let target): return try await self.openDirect(with: target, by: actor)
        case .markRead(let room, let seq): return try await self.markRead(room, through: seq, by: actor)
        case .moderate(let room, let target, let sanction):
            return try await self.moderate(target, in: room, sanction, by: actor)
        case .accept(let room, let target): return try await self.decide(target, in: room, isAccepted: true, by: actor)
        case .reject(let room, let target): return try await self.decide(target, in: room, isAccepted: false, by: actor)
        case .setRole(let room, let target, let role):
            return try await self.setRole(role, of: target, in: room, by: actor)
        case .createRoom(let new): return try await self.createRoom(new, by: actor)
        case .updateRoom(let room, let patch): return try await self.updateRoom(room, patch, by: actor)
        case .deleteRoom(let room): return try await self.deleteRoom(room, by: actor)
        case .history(let room, let window): return try await self.history(of: room, window, by: actor)
        case .reactions(let room, let id, let emote, let after, let limit):
            return try await self.reactions(to: id, in: room, emote: emote, after: after, limit: limit, by: actor)
        case .rooms(let query): return try await self.listRooms(query, by: actor)
        case .members(let room, let after, let limit):
            return try await self.listMembers(of: room, after: after, limit: limit, by: actor)
        case .audit(let room, let before, let limit):
            return try await self.readAudit(of: room, before: before, limit: limit, by: actor)
        case .presence(let usernames): return try await self.presence(of: usernames)
        case .updateProfile(let name): return try await self.updateProfile(displayName: name, by: actor)
        }
    }

    // MARK: Life

    package var isDraining: Bool { self.draining.load(ordering: .relaxed) }

    /// Refuses new commands, then waits until everything that was accepted is stored and answered.
    package func shutdown() async {
        self.draining.store(true, ordering: .relaxed)
        while !self.log.isIdle { try? await Task.sleep(for: .milliseconds(2)) }
        try? await self.storeLastSeen()
    }

    /// Whether commands can be served: the store answers and nothing is being shut down.
    package func isReady() async -> Bool {
        guard !self.isDraining else { return false }
        return (try? await self.store.statistics()) != nil
    }

    package func status() -> ServiceStatus {
        var status = ServiceStatus()
        status.connections = self.users.connectionCount
        status.guests = self.users.guestCount
        status.loadedRooms = self.rooms.count
        status.appendQueueDepth = self.log.depth
        status.isDraining = self.isDraining
        self.metrics.fill(&status)
        return status
    }

    /// What is done once a minute: forgets what is over, writes down who was here.
    package func sweep() async {
        let now = self.clock.now()
        self.rooms.evictIdle(since: now.adding(seconds: -600))
        self.guests.purge(idleSince: now.adding(seconds: -self.limits.guestIdleSeconds)) { self.users.isConnected($0) }
        self.autoCreations.sweep(now: now)
        self.creations.sweep(now: now)
        self.restRates.sweep(now: now)
        self.accounts.sweep(now: now)
        self.apiKeys.sweep(now: now)
        do throws(StoreError) {
            try await self.storeLastSeen()
        } catch {
            self.logger.warning("last visits are not stored", metadata: ["error": "\(error.detail)"])
        }
    }

    package func purge() async throws(ChatError) {
        do {
            try await self.storeLastSeen()
            await self.refresher.refresh(try await self.store.purge(now: self.clock.now(), limits: self.limits))
            try await self.renewTakenGuests()
            self.accounts.forgetRaised()
        } catch {
            throw ChatError(error)
        }
    }

    private func renewTakenGuests() async throws(StoreError) {
        try await self.guests.renewTaken { () throws(StoreError) in try await self.store.takenGuests() }
    }

    /// Writes down when users were last here.
    private func storeLastSeen() async throws(StoreError) {
        for (user, time) in self.users.takeLastSeen() {
            var change = AccountChange()
            change.lastSeenAt = time
            do throws(StoreError) {
                _ = try await self.store.updateAccount(user, change)
            } catch {
                guard error.code == .notFound else { throw error }
            }
        }
    }

    // MARK: Steps shared by commands

    func refuse(_ error: ChatError, _ session: ClientSession) -> EventLoopFuture<Reply> {
        self.metrics.refused(error.code)
        return session.eventLoop.makeFailedFuture(error)
    }

    /// Runs slow work in a task; its result comes back on the session's loop.
    func inTask(
        _ session: ClientSession, _ work: @escaping @Sendable () async throws(ChatError) -> Reply
    ) -> EventLoopFuture<Reply> {
        let promise = session.eventLoop.makePromise(of: Reply.self)
        Task {
            do throws(ChatError) {
                promise.succeed(try await work())
            } catch {
                self.metrics.refused(error.code)
                promise.fail(error)
            }
        }
        return promise.futureResult
    }

    /// Runs work on a session's loop and waits for it.
    func onLoop<Result: Sendable>(
        of session: ClientSession, _ work: @escaping @Sendable () throws(ChatError) -> Result
    ) async throws(ChatError) -> Result {
        do {
            return try await session.eventLoop.submit { try work() }.get()
        } catch let error as ChatError {
            throw error
        } catch {
            throw ChatError(.unavailable, detail: "\(error)")
        }
    }

    /// Asks the one permission function. Throws its refusal.
    func require(_ act: RoomAct, of actor: Actor, in room: Room) throws(ChatError) {
        let now = self.clock.now()
        let refusal = room.withState { state in
            state.refusal(of: act, to: actor, policy: self.policy, limits: self.limits, now: now)
        }
        if let refusal { throw refusal }
    }
}
