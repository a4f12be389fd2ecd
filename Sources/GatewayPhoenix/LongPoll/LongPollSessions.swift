import ChatCore
import ChatModel
import NIOCore
import Synchronization

/// The sessions of long polling that are alive, each on an event loop of its own choice.
final class LongPollSessions: Sendable {
    /// Sessions at most. Those of one address are bounded by the core, which counts them as connections.
    private static let most = 65_536

    private let gateway: PhoenixGateway
    private let eventLoops: [any EventLoop]
    private let table = Mutex<[LongPollToken: NIOLoopBound<LongPollSession>]>([:])
    private let turn = Atomic<Int>(0)

    /// - Parameter eventLoops: The core's, at least one.
    init(gateway: PhoenixGateway, eventLoops: [any EventLoop]) {
        self.gateway = gateway
        self.eventLoops = eventLoops
    }

    /// Begins a session for a client that has been let in.
    ///
    /// - Throws: As the initializer of ``PhoenixSocket``; ``ChatError/Code/unavailable`` when there are too many.
    func open(
        _ params: ConnectParams, _ identity: Identity?, from address: ClientAddress
    ) async throws(ChatError) -> LongPollToken {
        guard let eventLoop = self.nextLoop(), self.table.withLock({ $0.count < Self.most }) else {
            throw ChatError(.unavailable)
        }
        do {
            return try await eventLoop.submit { try self.open(params, identity, address, on: eventLoop) }.get()
        } catch {
            throw ChatError(any: error)
        }
    }

    private func open(
        _ params: ConnectParams, _ identity: Identity?, _ address: ClientAddress, on eventLoop: any EventLoop
    ) throws(ChatError) -> LongPollToken {
        let socket = try PhoenixSocket(
            gateway: self.gateway, params: params, identity: identity, address: address, on: eventLoop)
        var settings = LongPollSessionMachine.Settings()
        settings.window = self.gateway.configuration.longPollWindow
        let session = LongPollSession(token: .random(), socket: socket, settings: settings, on: eventLoop) { token in
            self.table.withLock { $0[token] = nil }
        }
        socket.opened(session)
        self.table.withLock { $0[session.token] = NIOLoopBound(session, eventLoop: eventLoop) }
        return session.token
    }

    private func nextLoop() -> (any EventLoop)? {
        guard !self.eventLoops.isEmpty else { return nil }
        let turn = self.turn.wrappingAdd(1, ordering: .relaxed).oldValue & Int.max
        return self.eventLoops[turn % self.eventLoops.count]
    }

    // MARK: - Requests

    /// Waits for messages of a session; ``LongPollOutcome/startOver`` when there is no such session.
    func poll(_ token: LongPollToken, for caller: LongPollCaller) async -> LongPollOutcome {
        guard let session = self.session(token) else { return .startOver }
        caller.whenGone { session.eventLoop.execute { session.value.hungUp(caller) } }
        let outcome = session.eventLoop.flatSubmit { session.value.pollReceived(from: caller) }
        return await withTaskCancellationHandler {
            // Fails only with an event loop that is no more.
            (try? await outcome.get()) ?? .nothing
        } onCancel: {
            caller.hangUp()
        }
    }

    /// Hands in what was posted; ``LongPollStatus/gone`` when there is no such session.
    func post(
        _ lines: [LongPollBody.Line], to token: LongPollToken, for caller: LongPollCaller
    ) async -> LongPollStatus {
        guard let session = self.session(token) else { return .gone }
        caller.whenGone { session.eventLoop.execute { session.value.hungUp(caller) } }
        let status = session.eventLoop.flatSubmit { session.value.postReceived(lines, from: caller) }
        return await withTaskCancellationHandler {
            (try? await status.get()) ?? .gone
        } onCancel: {
            caller.hangUp()
        }
    }

    /// Brings back messages that ``poll(_:for:)`` gave out in vain.
    func giveBack(_ messages: [ByteBuffer], to token: LongPollToken) {
        guard let session = self.session(token) else { return }
        session.eventLoop.execute { session.value.messagesReturned(messages) }
    }

    /// Ends all sessions, as a server does that is being stopped.
    func drain(retryAfter: TimeAmount) async {
        for session in self.table.withLock({ Array($0.values) }) {
            try? await session.eventLoop.submit { session.value.drain(retryAfter: retryAfter) }.get()
        }
    }

    private func session(_ token: LongPollToken) -> NIOLoopBound<LongPollSession>? {
        self.table.withLock { $0[token] }
    }
}
