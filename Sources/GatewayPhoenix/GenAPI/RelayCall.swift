import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// One operation on a group under way. What may be done the core says; here stands what to ask it, in which order.
struct RelayCall {
    let call: GenAPICall
    let operation: RelayOperation
    let requestID: JSONValue
    let session: ClientSession

    private var service: ChatService { self.call.channel.service }
    private var socket: PhoenixSocket { self.call.socket }
    private var groups: GroupListeners { self.call.channel.groups }
    private var group: RoomID { self.operation.group }
    private var room: RoomReference { .id(self.operation.group) }
    private var actor: UserID { self.session.profile.id }

    func perform() {
        switch self.operation {
        case .create(let group, let access):
            self.create(NewRoom(id: group, settings: RoomSettings(access: access)))
        case .relay(_, let message):
            if let listener = self.socket.listener(to: self.group) { return self.send(message, listener) }
            self.whenAllowed { _ in self.listen { self.send(message, $0) } }
        case .join:
            self.whenAllowed(self.join)
        case .leave:
            self.whenAllowed { _ in self.leave() }
        case .info:
            self.whenAllowed { GroupInfoAnswer(self.call, self.operation, self.session, $0.access).begin() }
        case .delete:
            self.whenAllowed { _ in self.execute(.deleteRoom(self.room)) }
        case .accept(_, let user):
            self.whenAllowed { _ in self.execute(.accept(self.room, .id(user))) }
        case .mute(_, let user):
            self.whenAllowed { _ in
                self.execute(.moderate(self.room, .id(user), .mute(seconds: 0, reason: "")))
            }
        case .unmute(_, let user):
            self.whenAllowed { _ in self.execute(.moderate(self.room, .id(user), .unmute)) }
        }
    }

    // MARK: - Steps

    /// Goes on unless the relay's own table says otherwise.
    private func whenAllowed(_ next: @escaping (RoomStanding) -> Void) {
        self.standing { result in
            switch result {
            case .success(let standing):
                if let refusal = self.operation.refusal(standing, actor: self.actor) {
                    self.call.fail(.refused(refusal))
                } else {
                    next(standing)
                }
            case .failure(let error):
                self.fail(ChatError(any: error))
            }
        }
    }

    private func standing(_ completion: @escaping (Result<RoomStanding, any Error>) -> Void) {
        let (service, session, room) = (self.service, self.session, self.room)
        let users = [self.actor] + [self.operation.target].compactMap(\.self)
        session.eventLoop.makeFutureWithTask { try await service.standing(of: users, in: room, by: session.actor) }
            .assumeIsolated().whenComplete(completion)
    }

    private func fail(_ error: ChatError) {
        self.call.fail(self.operation.failure(error))
    }

    private func execute(_ command: Command, _ next: @escaping (Reply) -> Void) {
        self.service.execute(command, as: self.session).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let reply): next(reply)
            case .failure(let error): self.fail(ChatError(any: error))
            }
        }
    }

    private func execute(_ command: Command) {
        self.execute(command) { _ in self.call.succeed("ok") }
    }

    // MARK: - Operations

    /// The creator hears his group from the start. Should he have joined too much of late, he does from his first
    /// message on: the group is there in any case.
    private func create(_ room: NewRoom) {
        self.execute(.createRoom(room)) { _ in
            self.groups.join(self.group, as: self.session) { _ in self.call.succeed("ok") }
        }
    }

    /// Lets the channel hear a group in which the user is already.
    private func listen(_ next: @escaping (GroupListener) -> Void) {
        self.groups.join(self.group, as: self.session) { result in
            switch result {
            case .success(let joined): next(joined.listener)
            case .failure(let error): self.fail(error)
            }
        }
    }

    private func join(_ standing: RoomStanding) {
        switch standing.memberships[self.actor]?.status {
        case .pending:
            self.awaitAcceptance()
            self.call.fail(.refused("already_member"))
        // Upstream one who is muted asks anew and is nobody until he is let in. The core keeps the mute in mind.
        case .muted where standing.access == .strictPrivate:
            self.execute(.leave(self.room)) { _ in self.enter() }
        case .active, .muted:
            guard self.socket.listener(to: self.group) == nil else {
                return self.call.fail(.refused("already_member"))
            }
            self.listen { _ in self.call.fail(.refused("already_member")) }
        case .banned, .some(.none), nil:
            self.enter()
        }
    }

    private func enter() {
        self.groups.join(self.group, as: self.session) { result in
            switch result {
            case .success(let joined):
                let isMuted = joined.info.membership?.status(at: self.service.clock.now()) == .muted
                self.call.succeed(isMuted ? "muted" : "active")
            case .failure(let error) where error.code == .pending:
                self.awaitAcceptance()
                self.call.succeed("pending")
            case .failure(let error):
                self.fail(error)
            }
        }
    }

    private func awaitAcceptance() {
        guard self.socket.joinedChannel(where: { $0.groups.awaits(self.group) }) == nil else { return }
        self.groups.waitForAcceptance(to: self.group)
        // Who was quick may have let him in before anybody waited for it.
        self.standing { result in
            guard case .success(let standing) = result, let status = standing.memberships[self.actor]?.status,
                status != .pending
            else { return }
            self.groups.letIn(to: self.group, at: nil)
        }
    }

    private func leave() {
        self.execute(.leave(self.room)) { _ in
            self.socket.forgetAwaited(self.group)
            self.call.succeed("ok")
        }
    }

    private func send(_ message: String, _ listener: GroupListener) {
        // The id may come again: it must not stand for the message as a client id does.
        let metadata = RelayFrames.metadata(requestID: self.requestID, limit: self.service.limits.metadataBytes)
        let command = Command.send(self.room, OutgoingMessage(body: message, metadata: metadata))
        listener.hold()
        self.service.execute(command, as: self.session).assumeIsolated().whenComplete { result in
            switch result {
            case .success:
                self.call.succeed { writer in
                    writer.object { writer in
                        writer.member("status", "relayed")
                        writer.member("recipients_count", listener.recipients)
                    }
                }
            case .failure(let error):
                self.fail(ChatError(any: error))
            }
            listener.release()
            self.socket.flushWhenDue()
        }
    }
}
