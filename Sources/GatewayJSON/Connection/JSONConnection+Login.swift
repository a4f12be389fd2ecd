import ChatCore
import ChatModel
import NIOCore
import NetTransport
import WireJSON

extension JSONConnection {
    func helloReceived(_ payload: ByteBuffer) {
        let hello = Result { () throws(FrameError) in try self.decoder.decodeHello(payload) }
        switch self.machine.helloReceived(hello) {
        case .authenticate(let hello):
            self.settleDialect(hello)
            self.authenticate(hello)
        case .refuse(let error, let code):
            self.refuse(ErrorAnswer(error), code)
        case .ignore:
            return
        }
    }

    /// From now on frames are read and written as the hello asked.
    private func settleDialect(_ hello: Hello) {
        var dialect = Dialect(self.format)
        if let extensions = hello.extensions {
            self.features = extensions.features
            dialect.insert(.extended)
            if extensions.features.contains(.edit) { dialect.insert(.edits) }
            if extensions.features.contains(.compact) { dialect.insert(.compact) }
            self.decoder.isExtended = true
            self.decoder.acceptsCompact = dialect.contains(.compact)
        }
        if self.connection?.negotiatedDeflate ?? false { dialect.insert(.deflate) }
        self.format = dialect.format(gateway: self.gateway.encoderID)
    }

    /// The hello itself is answered without the compact encoding when it only asked for it just now.
    private var helloDialect: Dialect {
        let dialect = Dialect(self.format)
        return self.speaksCompact ? dialect : dialect.subtracting(.compact)
    }

    private func authenticate(_ hello: Hello) {
        guard let loop = self.connection?.eventLoop else { return }
        let credential = (hello.token ?? self.bearerToken).map(Credential.token) ?? .guest(resumeToken: nil)
        self.bearerToken = nil
        let (service, address) = (self.service, self.address)
        loop.makeFutureWithTask { try await service.authenticate(credential, from: address) }
            .assumeIsolated().whenComplete { result in
                switch result {
                case .success(let identity): self.loggedIn(identity, hello, loop)
                case .failure(let error): self.loginFailed(ChatError(any: error), hello)
                }
            }
    }

    private func loggedIn(_ identity: Identity, _ hello: Hello, _ loop: any EventLoop) {
        guard case .openSession = self.machine.loginCompleted(nil) else { return self.service.dismiss(identity) }
        do throws(ChatError) {
            self.session = try self.service.open(
                identity, sink: self, canResume: hello.extensions != nil, on: loop)
            self.isUntoldGuest = identity.isNewGuest
        } catch {
            self.service.dismiss(identity)
            return self.loginFailed(error, hello)
        }
        guard hello.extensions != nil else { return self.welcome(identity, hello, rooms: [], resumed: []) }
        let service = self.service
        loop.makeFutureWithTask { try await service.rooms(of: identity) }
            .assumeIsolated().whenComplete { result in
                switch result {
                case .success(let rooms): self.resume(identity, hello, rooms)
                case .failure(let error): self.loginFailed(ChatError(any: error), hello)
                }
            }
    }

    private func resume(_ identity: Identity, _ hello: Hello, _ rooms: [RoomInfo]) {
        guard let session = self.session else { return }
        let positions = hello.extensions?.positions ?? []
        guard !positions.isEmpty else { return self.welcome(identity, hello, rooms: rooms, resumed: []) }
        // The callback runs before live events flow: what was missed goes out first.
        self.service.execute(.resume(positions), as: session).assumeIsolated().whenComplete { result in
            switch result {
            case .success(.resumed(let resumed)): self.welcome(identity, hello, rooms: rooms, resumed: resumed)
            case .success: self.loginFailed(ChatError(.internal, detail: "not the answer to a resume"), hello)
            case .failure(let error): self.loginFailed(ChatError(any: error), hello)
            }
        }
    }

    private func welcome(_ identity: Identity, _ hello: Hello, rooms: [RoomInfo], resumed: [ResumedRoom]) {
        guard self.machine.sessionPrepared() else { return }
        // What is sent to a connection that is closing is told to nobody.
        if self.connection?.isClosing == false { self.isUntoldGuest = false }
        let welcome = Welcome(
            identity: identity, hello: hello, sessionID: "s_" + self.gateway.encoder.frames.ids.next().base64URL,
            contentLimit: self.gateway.contentLimit, rooms: rooms, resumed: resumed)
        self.answer { $0.append(welcome, helloDialect: self.helloDialect, into: &$1) }
        if let early = self.early, early.readableBytes > 0 { self.connection?.send(early) }
        self.early = nil
        self.listenToSignals()
        self.runWhatWaits()
        self.flushWhenDue()
    }

    private func loginFailed(_ error: ChatError, _ hello: Hello) {
        guard case .refuse(let error, let code) = self.machine.loginCompleted(error) else { return }
        // The dialect is not agreed on before the hello is answered.
        self.format = self.helloDialect.format(gateway: self.gateway.encoderID)
        self.refuse(ErrorAnswer(error, answering: .hello, ref: hello.ref), code)
    }
}

extension ChatError {
    /// The core fails with ``ChatError`` only; anything else is a fault of ours.
    init(any error: any Error) {
        self = error as? ChatError ?? ChatError(.internal, detail: "\(error)")
    }
}
