import NIOCore
import NetTransport

/// What a poll comes to.
enum LongPollOutcome: Sendable, Equatable {
    case messages([ByteBuffer])
    case nothing
    /// The session is over: the client needs a new one.
    case startOver
}

/// One client that polls: carries its socket, keeps what is for it until it asks, and performs what the machine says.
///
/// Lives on one event loop, whatever connections the requests come by.
final class LongPollSession {
    private typealias RequestID = LongPollSessionMachine.RequestID

    private struct Waiting<Answer: Sendable> {
        let request: RequestID
        let caller: LongPollCaller
        let promise: EventLoopPromise<Answer>
        var timer: Scheduled<Void>?

        func answer(_ answer: Answer) {
            self.timer?.cancel()
            self.promise.succeed(answer)
        }
    }

    /// A POST whose messages have not all been taken.
    private struct Handover {
        let request: RequestID
        var lines: ArraySlice<LongPollBody.Line>
    }

    let token: LongPollToken
    private let eventLoop: any EventLoop
    private let settings: LongPollSessionMachine.Settings
    private let ended: (LongPollToken) -> Void
    private var machine: LongPollSessionMachine
    /// The socket that is carried; nil once the session is over.
    private var socket: (any WebSocketHandler)?

    private var lastRequest: UInt64 = 0
    private var poll: Waiting<LongPollOutcome>?
    private var posts: [Waiting<LongPollStatus>] = []
    /// Messages of a poll whose client turned out to be gone; they come before all others.
    private var returned: [ByteBuffer] = []
    private var handovers: [Handover] = []
    private var isPaused = false
    private var isHandingOver = false
    private var lastPoll: NIODeadline
    private var expiry: Scheduled<Void>?

    /// On `eventLoop`. The socket is told separately that this is its outlet.
    ///
    /// - Parameter ended: Called once, when the session is over by whatever cause.
    init(
        token: LongPollToken, socket: any WebSocketHandler, settings: LongPollSessionMachine.Settings,
        on eventLoop: any EventLoop, ended: @escaping (LongPollToken) -> Void
    ) {
        self.token = token
        self.eventLoop = eventLoop
        self.settings = settings
        self.ended = ended
        self.socket = socket
        self.lastPoll = eventLoop.now
        self.machine = LongPollSessionMachine(now: eventLoop.now, settings: settings)
        self.expireLater()
    }

    // MARK: - GET

    func pollReceived(from caller: LongPollCaller) -> EventLoopFuture<LongPollOutcome> {
        guard !caller.isGone else { return self.eventLoop.makeSucceededFuture(.nothing) }
        let (request, now) = (self.makeRequest(), self.eventLoop.now)
        switch self.machine.pollReceived(request, now: now) {
        case .startOver:
            return self.eventLoop.makeSucceededFuture(.startOver)
        case .wait(let superseded):
            if let superseded { self.answer(superseded) }
            self.lastPoll = now
            let promise = self.eventLoop.makePromise(of: LongPollOutcome.self)
            self.poll = Waiting(request: request, caller: caller, promise: promise, timer: self.tickAfterWindow())
            self.flush()
            return promise.futureResult
        }
    }

    /// The answer did not reach the client: its messages wait for the next poll.
    func messagesReturned(_ messages: [ByteBuffer]) {
        guard !self.machine.isEnded else { return }
        self.returned.insert(contentsOf: messages, at: 0)
        guard self.returnedBytes <= self.settings.mostPendingBytes else {
            return self.end(.tryAgainLater, reason: "polled too slowly")
        }
        self.flush()
    }

    private var returnedBytes: Int { self.returned.reduce(0) { $0 + $1.readableBytes } }

    private func answer(_ answer: LongPollSessionMachine.PollAnswer) {
        guard let poll = self.poll, poll.request == answer.request else { return }
        self.poll = nil
        poll.answer(answer.messages.isEmpty ? .nothing : .messages(answer.messages))
    }

    // MARK: - POST

    func postReceived(_ lines: [LongPollBody.Line], from caller: LongPollCaller) -> EventLoopFuture<LongPollStatus> {
        // The machine counts those that wait for their answer; here counts what is kept, whoever still waits.
        guard self.machine.isEnded || self.handovers.count < self.settings.mostWaitingPosts else {
            return self.eventLoop.makeSucceededFuture(.timeout)
        }
        let request = self.makeRequest()
        switch self.machine.postReceived(request, now: self.eventLoop.now) {
        case .answer(let status):
            return self.eventLoop.makeSucceededFuture(status)
        case .handOver:
            let promise = self.eventLoop.makePromise(of: LongPollStatus.self)
            self.posts.append(Waiting(request: request, caller: caller, promise: promise))
            self.handovers.append(Handover(request: request, lines: lines[...]))
            self.handOver()
            self.startTimer(ofPost: request)
            return promise.futureResult
        }
    }

    /// Gives the socket what was posted, in order, as long as it takes it.
    private func handOver() {
        guard !self.isHandingOver, !self.isPaused, let socket = self.socket else { return }
        self.isHandingOver = true
        while !self.isPaused, let line = self.nextLine() {
            switch line {
            case .text(let text): socket.messageReceived(.text, text)
            case .binary(let data): socket.messageReceived(.binary, data)
            case .undecodable: self.end(.internalError, reason: "undecodable message")
            }
        }
        self.isHandingOver = false
        socket.readCompleted()
        self.flush()
    }

    /// The next message; on the way, answers POSTs that have none left.
    private func nextLine() -> LongPollBody.Line? {
        while let handover = self.handovers.first {
            if let line = handover.lines.first {
                self.handovers[0].lines.removeFirst()
                return line
            }
            self.handovers.removeFirst()
            if let status = self.machine.postHandedOver(handover.request) { self.answer(handover.request, status) }
        }
        return nil
    }

    private func startTimer(ofPost request: RequestID) {
        guard let index = self.posts.firstIndex(where: { $0.request == request }) else { return }
        let loop = self.eventLoop.assumeIsolated()
        self.posts[index].timer = loop.scheduleTask(in: self.settings.window) {
            self.tick()
            // The machine forgot it when the session ended; its client is told as late as that of a lost message.
            self.answer(request, .timeout)
        }
    }

    private func answer(_ request: RequestID, _ status: LongPollStatus) {
        guard let index = self.posts.firstIndex(where: { $0.request == request }) else { return }
        self.posts.remove(at: index).answer(status)
    }

    // MARK: - Any request

    /// A client has gone away before its answer. What it has posted stands.
    func hungUp(_ caller: LongPollCaller) {
        if let poll = self.poll, poll.caller === caller {
            self.machine.requestAborted(poll.request)
            self.poll = nil
            poll.answer(.nothing)
        }
        for request in self.posts.filter({ $0.caller === caller }).map(\.request) {
            self.machine.requestAborted(request)
            self.answer(request, .timeout)
        }
    }

    private func makeRequest() -> RequestID {
        self.lastRequest &+= 1
        return RequestID(value: self.lastRequest)
    }

    // MARK: - Time and endings

    private func tickAfterWindow() -> Scheduled<Void> {
        self.eventLoop.assumeIsolated().scheduleTask(in: self.settings.window) { self.tick() }
    }

    /// Looks again when the last poll is one and a half windows ago; later ones only move that.
    private func expireLater() {
        let patience = self.settings.window + .nanoseconds(self.settings.window.nanoseconds / 2)
        self.expiry = self.eventLoop.assumeIsolated().scheduleTask(deadline: self.lastPoll + patience) {
            self.tick()
            if !self.machine.isEnded { self.expireLater() }
        }
    }

    private func tick() {
        let due = self.machine.ticked(now: self.eventLoop.now)
        if let answer = due.poll { self.answer(answer) }
        for request in due.posts { self.answer(request, .timeout) }
        if due.isEnded { self.finish(.goingAway, reason: "not polled") }
    }

    /// The server stops.
    func drain(retryAfter: TimeAmount) {
        self.socket?.shouldDrain(retryAfter: retryAfter)
    }

    private func end(_ code: WebSocketCloseCode, reason: String) {
        let due = self.machine.sessionEnded()
        guard due.isEnded else { return }
        if let answer = due.poll { self.answer(answer) }
        // Who posts what cannot be read is kept waiting for the whole window, as Phoenix does (§1.10).
        if code != .internalError { for request in due.posts { self.answer(request, .timeout) } }
        self.finish(code, reason: reason)
    }

    private func finish(_ code: WebSocketCloseCode, reason: String) {
        self.expiry?.cancel()
        self.expiry = nil
        self.returned = []
        self.handovers = []
        self.ended(self.token)
        guard let socket = self.socket else { return }
        self.socket = nil
        // It may be the socket itself that ends this, or something that it does not expect to take it away.
        self.eventLoop.assumeIsolated().execute { socket.connectionClosed(code: code, reason: reason) }
    }
}

extension LongPollSession: SocketOutlet {
    func send(_ frames: ByteBuffer, ephemeral: Bool) {
        guard self.machine.framesQueued(frames, isEphemeral: ephemeral) == .overflow else { return }
        // The core may be in the midst of a pass over its listeners, of which ours must not vanish.
        self.eventLoop.assumeIsolated().execute { self.end(.tryAgainLater, reason: "polled too slowly") }
    }

    var queuedBytes: Int { self.machine.pendingBytes + self.returnedBytes }

    var maxQueuedBytes: Int { self.settings.mostPendingBytes }

    /// Answers the poll that waits, when there is something to tell.
    func flush() {
        guard let poll = self.poll else { return }
        if poll.caller.isGone { return self.hungUp(poll.caller) }
        if let answer = self.machine.flush() {
            self.poll = nil
            poll.answer(.messages(self.takeReturned() + answer.messages))
        } else if !self.returned.isEmpty {
            // The machine knows of no messages: for it, the request just ends.
            self.machine.requestAborted(poll.request)
            self.poll = nil
            poll.answer(.messages(self.takeReturned()))
        }
    }

    private func takeReturned() -> [ByteBuffer] {
        let messages = self.returned
        self.returned = []
        return messages
    }

    func close(code: WebSocketCloseCode, reason: String) {
        self.end(code, reason: reason)
    }

    func pauseReading() {
        self.isPaused = true
    }

    func resumeReading() {
        self.isPaused = false
        self.handOver()
    }
}
