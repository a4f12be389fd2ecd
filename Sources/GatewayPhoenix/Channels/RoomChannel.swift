import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// `room:<id>`: a room with its history, its members and its presence.
class RoomChannel: Channel {
    let room: RoomID

    init(_ room: RoomID, _ topic: Topic, _ instance: ChannelInstance, of socket: PhoenixSocket) {
        self.room = room
        let kind = if case .realtime = topic { PhoenixFormat.Kind.realtime } else { PhoenixFormat.Kind.room }
        super.init(topic, kind, instance, of: socket)
    }

    final var reference: RoomReference { .id(self.room) }

    // MARK: - Coming and going

    override func join(_ params: PayloadReader, _ completion: @escaping (JoinOutcome) -> Void) {
        let options: JoinOptions
        do throws(PayloadError) {
            options = try self.options(params)
        } catch {
            return completion(.refused(error))
        }
        do throws(ChatError) {
            self.join(options, as: try self.socket.becomeSomebody(), completion)
        } catch {
            completion(.refused(error))
        }
    }

    private func join(
        _ options: JoinOptions, as session: ClientSession, _ completion: @escaping (JoinOutcome) -> Void
    ) {
        // The callback runs before live events flow, so what it writes precedes them.
        self.service.execute(.join(self.reference, options), as: session, for: self)
            .assumeIsolated().whenComplete { result in
                switch result {
                case .success(.joined(let joined)): completion(self.accepted(joined))
                case .success: completion(.refused(ChatError(.internal)))
                case .failure(let error):
                    completion(.refused(ChatError(any: error), isComingBack: options.position != nil))
                }
            }
    }

    /// `{last: {epoch, seq}, history: n}`, both optional.
    func options(_ params: PayloadReader) throws(PayloadError) -> JoinOptions {
        let most = Int64(self.service.limits.historyPage)
        let history = try params.optionalInteger("history", in: 0...most) ?? 0
        // Who is there comes as `presence_state`.
        var options = JoinOptions(history: Int(history), wantsPresence: false)
        if let last = try params.optionalObject("last") {
            options.position = RoomPosition(
                room: self.reference, epoch: Epoch(try last.string("epoch")),
                seq: try last.integer("seq", in: 0 ... .max))
            // Coming back is not making anew.
            options.mayCreate = false
        }
        return options
    }

    /// The answer: the room as it is, then what the client missed.
    func accepted(_ joined: JoinedRoom) -> JoinOutcome {
        var budget = AnswerBudget(bytes: self.socket.outlet?.answerBytes ?? 0)
        let resumption = joined.resumption?.within(&budget)
        let history = joined.history.newest(within: &budget)
        let epoch = joined.info.record.epoch
        return .accepted { writer in
            writer.object { writer in
                writer.object("room") { $0.roomMembers(joined.info) }
                writer.member("epoch", epoch.value)
                writer.member("seq", joined.info.record.lastSeq)
                if let session = self.socket.session { writer.user("user", session.profile) }
                writer.array("history", history) { writer, message in
                    writer.object { $0.messageMembers(message, epoch: epoch, withReactions: true) }
                }
                if let resumption { writer.object("resume") { $0.resumption(resumption) } }
            }
        } then: {
            if case .replayed(let events)? = resumption { self.replay(events) }
        }
    }

    /// What was missed, exactly as it was sent live.
    private func replay(_ events: [RoomEvent]) {
        var bytes = ByteBuffer()
        for event in events { self.socket.gateway.encoder.encode(event, as: self.format, into: &bytes) }
        if bytes.readableBytes > 0 { self.deliver(bytes, ephemeral: false) }
    }

    /// Membership stays: who leaves a channel only listens no more.
    override func left() {
        if let session = self.socket.session { self.service.stopListening(self, as: session) }
        super.left()
    }

    override func subscriptionStarted(in room: Room) {
        self.pushPresence(of: room, as: .room)
    }

    /// Who is here; only how many, where that is all that is told, or where everybody would be too much for now.
    final func pushPresence(of room: Room, as kind: PhoenixFormat.Kind) {
        let encoder = self.socket.gateway.encoder.presence
        let most = min(PresenceEncoder.mostListBytes, (self.socket.outlet?.freeBytes ?? 0) / 2)
        let (everybody, count) = room.presenceList()
        let listed = everybody.flatMap { encoder.isListable($0, as: kind, within: most) ? $0 : nil }
        self.push(ServerEvent.presenceState.rawValue) { encoder.writeState(listed ?? [], as: kind, to: &$0) }
        if listed == nil { self.pushCount(count) }
    }

    func pushCount(_ count: Int) {
        self.push(ServerEvent.presenceCount.rawValue) { writer in writer.object { $0.member("count", count) } }
    }

    // MARK: - Events

    /// What the core is not asked for as a command.
    private enum PassingAct: String {
        case broadcast, presence
    }

    override func handle(_ request: ChannelRequest) {
        guard let session = self.socket.session else { return request.refuse(ChatError(.notMember)) }
        if case .binary(let data) = request.payload {
            return self.broadcast(request.event, .bytes(Array(buffer: data)), as: session, request)
        }
        do throws(PayloadError) {
            if let act = PassingAct(rawValue: request.event) {
                try self.perform(act, as: session, request)
            } else if let act = RoomAct(rawValue: request.event) {
                try self.perform(act, as: session, request)
            } else {
                super.handle(request)
            }
        } catch {
            request.refuse(error)
        }
    }

    private func perform(
        _ act: RoomAct, as session: ClientSession, _ request: ChannelRequest
    ) throws(PayloadError) {
        let payload = try PayloadReader(request.payload)
        let command = try act.command(payload, in: self.reference, limits: self.service.limits)
        self.service.execute(command, as: session, for: self).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let reply):
                // At least one of what is asked for, so that the client gets on.
                let budget = AnswerBudget(bytes: max(1, self.socket.outlet?.answerBytes ?? 0))
                request.reply { $0.roomReply(reply, to: command, within: budget) }
            case .failure(let error): request.refuse(ChatError(any: error))
            }
        }
    }

    private func perform(
        _ act: PassingAct, as session: ClientSession, _ request: ChannelRequest
    ) throws(PayloadError) {
        let payload = try PayloadReader(request.payload)
        switch act {
        case .broadcast:
            let content = try payload.optionalOpaque("payload") ?? Signal.nothing
            self.broadcast(try payload.string("event"), .json(content), as: session, request)
        case .presence:
            self.track(try payload.optionalOpaque("meta"), as: session, request)
        }
    }

    private func track(_ meta: OpaqueJSON?, as session: ClientSession, _ request: ChannelRequest) {
        do throws(ChatError) {
            try self.service.track(key: nil, meta: meta, as: session, for: self)
            request.reply()
        } catch {
            request.refuse(error)
        }
    }

    // MARK: - Broadcasts

    /// To all others who are here with this protocol, at once and never again.
    final func broadcast(
        _ event: String, _ payload: Broadcast.Payload, includesSelf: Bool = false, as session: ClientSession,
        _ request: ChannelRequest, isAnswered: Bool = true
    ) {
        guard !Self.isReserved(event, for: payload) else {
            return request.refuse("reserved_event", "'\(event)' is a name of the server's own")
        }
        if case .bytes = payload, !self.carriesBytes {
            let error = ChatError(.invalidArgument, detail: "bytes cannot be sent in a room with so long an id")
            return request.refuse(error)
        }
        let command = Command.broadcast(self.reference, event: event, payload, includesSelf: includesSelf)
        self.service.execute(command, as: session, for: self).assumeIsolated().whenComplete { result in
            switch result {
            case .success: if isAnswered { request.reply() } else { request.finish() }
            case .failure(let error): request.refuse(ChatError(any: error))
            }
        }
    }

    private static func isReserved(_ event: String, for payload: Broadcast.Payload) -> Bool {
        switch payload {
        case .json: ServerEvent.isReserved(inBroadcast: event)
        case .bytes: ServerEvent.isReserved(asEvent: event)
        }
    }

    /// Whether the longer name of the room's two topics can be said in a binary message, which has one byte for its
    /// length. That of the event can: the core takes no more than 64 bytes.
    private var carriesBytes: Bool { Topic.realtime(self.room).name.utf8.count <= UInt8.max }
}
