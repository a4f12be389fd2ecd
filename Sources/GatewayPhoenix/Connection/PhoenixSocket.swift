import ChatCore
import ChatModel
import NIOCore
import NetTransport

/// One client with its channels, whatever transport carries it: decodes its messages, asks the machine, performs what
/// it says.
///
/// Lives on its connection's event loop. To the core it is the session's sink; each channel is a sink of its own.
final class PhoenixSocket {
    let gateway: PhoenixGateway
    let address: ClientAddress
    let eventLoop: any EventLoop
    let decoder: MessageDecoder
    let writer: MessageWriter
    /// Whether fan-out messages bear the subscriber's join_ref (phoenix-channels.md §7.3).
    let stampsJoinRefs: Bool

    private(set) var machine: SocketStateMachine
    private var lane = CommandLane<InboundMessage>()
    private var channels: [ChannelID: Channel] = [:]
    private var pace: TokenBucket
    private var isRunScheduled = false
    private var isPacing = false
    /// Within a burst of reads everything is flushed at its end.
    var isReading = false

    private(set) var outlet: (any SocketOutlet)?
    private(set) var standing: Standing
    /// Whether it became a guest by itself, and has no token to come back with.
    private var isPassingGuest = false
    private var isClosed = false

    /// As whom the socket acts.
    enum Standing {
        /// Nobody: it hears what is for everybody, and becomes a guest when it joins a room.
        case anonymous(Visit)
        /// An account, or a guest.
        case user(ClientSession)
        case gone
    }

    /// On `eventLoop`.
    ///
    /// - Throws: ``ChatError/Code/tooManyConnections``, ``ChatError/Code/authInvalid`` when the identity was revoked
    ///   meanwhile, ``ChatError/Code/unavailable``.
    init(
        gateway: PhoenixGateway, params: ConnectParams, identity: Identity?, address: ClientAddress,
        on eventLoop: any EventLoop
    ) throws(ChatError) {
        self.gateway = gateway
        self.address = address
        self.eventLoop = eventLoop
        self.decoder = MessageDecoder(params.version, limits: gateway.messageLimits)
        self.writer = MessageWriter(params.version)
        self.stampsJoinRefs = params.wantsJoinRefs && params.version == .v2
        self.machine = SocketStateMachine(limit: gateway.configuration.channelsPerSocket)
        self.pace = TokenBucket(gateway.configuration.pushRate, now: gateway.service.clock.now())
        self.standing = .gone
        self.lane.open()
        if let identity {
            let session = try gateway.service.open(
                identity, sink: self, canResume: false, isVisible: false, on: eventLoop)
            self.standing = .user(session)
        } else {
            self.standing = .anonymous(try gateway.service.visit(from: address))
        }
    }

    var service: ChatService { self.gateway.service }

    var version: SerializerVersion { self.writer.version }

    /// The session of whoever it is; nil while it is nobody.
    var session: ClientSession? {
        if case .user(let session) = self.standing { session } else { nil }
    }

    /// The session of an account.
    var account: ClientSession? { self.session.flatMap { $0.profile.isGuest ? nil : $0 } }

    // MARK: - The transport's side

    func opened(_ outlet: any SocketOutlet) {
        self.outlet = outlet
    }

    /// A whole message has come.
    func received(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        if self.isClosed { return }
        let message: InboundMessage
        do throws(UndecodableMessage) {
            message = try self.decoder.decode(opcode, payload)
        } catch {
            return self.close(.internalError, reason: "undecodable message")
        }
        self.keepPace()
        // A heartbeat is answered whatever else is under way: the client takes silence for death.
        if message.isHeartbeat { return self.perform(message) }
        switch self.lane.admit(message, self.gateway.pace(of: message), bytes: payload.readableBytes) {
        case .run(let message): self.perform(message)
        case .held(let pausesReading): if pausesReading { self.outlet?.pauseReading() }
        }
    }

    /// A client that sends faster than it may is read from more slowly: TCP holds it back.
    private func keepPace() {
        guard let wait = self.pace.take(now: self.service.clock.now()), !self.isPacing else { return }
        self.isPacing = true
        self.outlet?.pauseReading()
        self.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(min(wait, 10_000))) {
            self.isPacing = false
            if !self.lane.isFull { self.outlet?.resumeReading() }
        }
    }

    /// The connection is gone. Calling it again does nothing.
    func closed() {
        self.end()
        self.outlet = nil
    }

    func close(_ code: WebSocketCloseCode, reason: String) {
        if self.isClosed { return }
        let outlet = self.outlet
        self.end()
        outlet?.close(code: code, reason: reason)
    }

    private func end() {
        guard !self.isClosed else { return }
        self.isClosed = true
        for instance in self.machine.socketClosed() { self.channels.removeValue(forKey: instance.id)?.left() }
        switch self.standing {
        case .anonymous(let visit): self.service.end(visit)
        case .user(let session) where self.isPassingGuest: self.service.dismiss(session)
        case .user(let session): self.service.close(session, isFinal: true)
        case .gone: break
        }
        self.standing = .gone
    }

    // MARK: - Messages

    private func perform(_ message: InboundMessage) {
        let pace = message.isHeartbeat ? CommandPace.immediate : self.gateway.pace(of: message)
        switch self.machine.messageReceived(message, isKnown: { Topic($0) != nil }) {
        case .answer(let answer):
            // For such clients what bears no join_ref of theirs is not said to them.
            let answer = self.stampsJoinRefs ? answer.with(joinRef: message.joinRef) : answer
            self.write { $0.control(answer, into: &$1) }
            self.completed(pace)
        case .ignore:
            self.completed(pace)
        case .startJoin(let instance, let displaced):
            if let displaced { self.channels.removeValue(forKey: displaced.id)?.left() }
            self.join(instance, message, pace)
        case .startLeave(let instance):
            self.channels.removeValue(forKey: instance.id)?.left()
            for message in self.machine.leaveCompleted(instance.id) { self.write { $0.control(message, into: &$1) } }
            self.completed(pace)
        case .deliver(let instance):
            guard let channel = self.channels[instance.id] else { return self.completed(pace) }
            channel.received(
                ChannelRequest(
                    channel: channel, event: message.event ?? "", payload: message.payload, ref: message.ref,
                    pace: pace))
        }
    }

    private func join(_ instance: ChannelInstance, _ message: InboundMessage, _ pace: CommandPace) {
        // The machine asked for known topics only.
        guard let topic = Topic(instance.topic) else { return self.completed(pace) }
        let channel = self.gateway.makeChannel(topic, instance, of: self)
        self.channels[instance.id] = channel
        let params: PayloadReader
        do throws(PayloadError) {
            params = try PayloadReader(message.payload)
        } catch {
            self.joined(channel, .refused(error))
            return self.completed(pace)
        }
        channel.join(params) { outcome in
            self.joined(channel, outcome)
            self.completed(pace)
        }
    }

    /// Writes the answer to a join, then what follows it; gives back what the join made when nothing is joined.
    private func joined(_ channel: Channel, _ outcome: JoinOutcome) {
        let result: SocketStateMachine.JoinResult = outcome.isAccepted ? .accepted : .refused
        guard let answer = self.machine.joinCompleted(channel.instance.id, result) else {
            self.channels[channel.instance.id] = nil
            return channel.left()
        }
        self.write { outcome.write(answer.reply, $0, &$1) }
        for message in answer.then { self.write { $0.control(message, into: &$1) } }
        guard answer.isJoined else {
            self.channels[channel.instance.id] = nil
            return channel.left()
        }
        outcome.then()
    }

    /// A message that was run has been dealt with: what waited for it may go on.
    func completed(_ pace: CommandPace) {
        self.lane.completed(pace)
        self.scheduleWhatWaits()
        self.flushWhenDue()
    }

    /// Runs the next messages in a later turn of the loop: the core may be in the middle of answering.
    private func scheduleWhatWaits() {
        guard self.lane.hasWaiting, !self.isRunScheduled, !self.isClosed else { return }
        self.isRunScheduled = true
        self.eventLoop.assumeIsolated().execute {
            self.isRunScheduled = false
            while !self.isClosed, let message = self.lane.next() { self.perform(message) }
            if self.lane.resumesReading(), !self.isPacing { self.outlet?.resumeReading() }
            self.flushWhenDue()
        }
    }

    // MARK: - Writing

    /// Appends messages for this client alone and queues them.
    func write(_ body: (MessageWriter, inout ByteBuffer) -> Void) {
        guard let outlet = self.outlet else { return }
        var buffer = ByteBuffer()
        body(self.writer, &buffer)
        if buffer.readableBytes > 0 { outlet.send(buffer, ephemeral: false) }
    }

    /// Writes out what was queued, unless the end of a read or of the core's pass is about to do so.
    func flushWhenDue() {
        if self.isReading { return }
        if let session = self.session { session.requestFlush() } else { self.outlet?.flush() }
    }

    // MARK: - Channels

    /// A channel is over without the client's doing.
    func endChannel(_ channel: Channel, _ end: ChannelEnd) {
        let message = self.machine.channelEnded(channel.instance.id, end)
        if let message { self.write { $0.control(message, into: &$1) } }
        guard self.machine.joinedChannel(channel.instance.id) == nil else { return }
        // One whose join is under way is taken out when that completes.
        if message != nil { self.channels[channel.instance.id] = nil }
        channel.left()
    }

    func isJoined(_ channel: Channel) -> Bool { self.machine.joinedChannel(channel.instance.id) != nil }

    /// The channel of a topic, when it is joined.
    func joinedChannel(where condition: (Channel) -> Bool) -> Channel? {
        self.channels.values.first { condition($0) && self.isJoined($0) }
    }

    // MARK: - Who it is

    /// Gives the session; an anonymous socket becomes a guest now, when it needs to be somebody.
    func becomeSomebody() throws(ChatError) -> ClientSession {
        if let session = self.session { return session }
        guard case .anonymous(let visit) = self.standing else { throw ChatError(.unavailable) }
        let identity = try self.service.admitPassingGuest(from: self.address)
        // One connection counts once.
        self.service.end(visit)
        self.standing = .gone
        do throws(ChatError) {
            let session = try self.service.open(
                identity, sink: self, canResume: false, isVisible: false, on: self.eventLoop)
            self.standing = .user(session)
            self.isPassingGuest = true
            return session
        } catch {
            self.service.dismiss(identity)
            self.becomeAnonymous()
            throw error
        }
    }

    private func becomeAnonymous() {
        guard !self.isClosed else { return }
        do throws(ChatError) {
            self.standing = .anonymous(try self.service.visit(from: self.address))
        } catch {
            self.close(.tryAgainLater, reason: "too many connections")
        }
    }

    /// The token with which it came is no good any more: what it had as a user ends, the socket stays.
    private func loseStanding() {
        guard !self.isClosed, case .user(let session) = self.standing else { return }
        // Those that are being joined as well: what their joins bring is not for this socket any more.
        for channel in self.machine.instances.compactMap({ self.channels[$0.id] }) where channel.needsUser {
            self.endChannel(channel, .closed)
        }
        let staying = self.machine.joinedChannels.compactMap { self.channels[$0.id] }
        for channel in staying { channel.left() }
        self.service.close(session, isFinal: true)
        self.standing = .gone
        self.becomeAnonymous()
        for channel in staying where !self.isClosed { channel.standingChanged() }
        self.outlet?.flush()
    }
}

extension PhoenixSocket: EventSink {
    /// What concerns the user and no room: it is for his own channel.
    var format: WireFormat { PhoenixFormat(.user, self.version).wireFormat(gateway: self.gateway.encoderID) }

    func deliver(_ bytes: ByteBuffer, ephemeral: Bool) {
        guard let user = self.account?.profile.id else { return }
        self.joinedChannel { $0.topic == .user(user) }?.deliver(bytes, ephemeral: ephemeral)
    }

    func flush() {
        self.outlet?.flush()
    }

    func sessionEnded(_ reason: SessionEnd) {
        switch reason {
        case .loggedOut:
            // The core is in the midst of a pass over its listeners, of which ours must not vanish.
            self.eventLoop.assumeIsolated().execute { self.loseStanding() }
        case .revoked: self.closeLater(.goingAway, reason: "disconnected")
        // Nobody is to come back who would only displace the next.
        case .replaced: self.closeLater(.normal, reason: "too many connections of this user")
        case .unavailable: self.closeLater(.tryAgainLater, reason: "come back")
        }
    }

    private func closeLater(_ code: WebSocketCloseCode, reason: String) {
        self.eventLoop.assumeIsolated().execute { self.close(code, reason: reason) }
    }
}

extension PhoenixSocket: WebSocketHandler {
    func connectionOpened(_ connection: WebSocketConnection) {
        self.opened(connection)
    }

    func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        self.isReading = true
        self.received(opcode, payload)
    }

    func readCompleted() {
        self.isReading = false
    }

    func shouldDrain(retryAfter: TimeAmount) {
        // Spread over three times the least wait, so that not everybody is back in the same moment.
        let least = min(max(1, retryAfter.nanoseconds / 1_000_000), 3_600_000)
        let wait = Int64.random(in: least...3 * least)
        self.close(.serviceRestart, reason: "restart; retry_after_ms=\(wait)")
    }

    func connectionClosed(code: WebSocketCloseCode, reason: String) {
        self.closed()
    }
}

extension ChatError {
    /// The core fails with ``ChatError`` only; anything else is a fault of ours.
    init(any error: any Error) {
        self = error as? ChatError ?? ChatError(.internal, detail: "\(error)")
    }
}
