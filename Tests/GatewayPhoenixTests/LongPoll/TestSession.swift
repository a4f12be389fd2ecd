import NIOCore
import NIOEmbedded
import NetTransport

@testable import GatewayPhoenix

/// A session whose socket only notes what it is told, at a time that passes when the test says so.
final class TestSession {
    let loop = EmbeddedEventLoop()
    let socket = NotingSocket()
    let session: LongPollSession
    private let ending = Ending()

    private final class Ending {
        var token: LongPollToken?
    }

    /// The answer to a request as far as it has come.
    final class Call<Answer: Sendable> {
        let caller: LongPollCaller
        fileprivate(set) var answer: Answer?

        fileprivate init(_ caller: LongPollCaller, _ future: EventLoopFuture<Answer>) {
            self.caller = caller
            future.assumeIsolated().whenSuccess { self.answer = $0 }
        }
    }

    init() {
        let (token, ending) = (LongPollToken.random(), self.ending)
        self.session = LongPollSession(token: token, socket: self.socket, settings: .init(), on: self.loop) {
            ending.token = $0
        }
        self.socket.outlet = self.session
    }

    deinit {
        // Whatever still waits is answered.
        self.session.close(code: .goingAway, reason: "")
        self.loop.advanceTime(by: .seconds(60))
    }

    var hasEnded: Bool { self.ending.token == self.session.token }

    func poll(from caller: LongPollCaller = LongPollCaller()) -> Call<LongPollOutcome> {
        Call(caller, self.session.pollReceived(from: caller))
    }

    func post(_ lines: [LongPollBody.Line]) -> Call<LongPollStatus> {
        let caller = LongPollCaller()
        return Call(caller, self.session.postReceived(lines, from: caller))
    }

    func post(_ lines: String...) -> Call<LongPollStatus> {
        self.post(lines.map { .text(ByteBuffer(string: $0)) })
    }

    func frame(_ text: String) -> ByteBuffer {
        WebSocketFrameEncoder.frame(.text, payload: ByteBuffer(string: text))
    }

    /// Something for the client.
    func send(_ text: String) {
        self.session.send(self.frame(text), ephemeral: false)
        self.session.flush()
    }

    func advance(by time: TimeAmount) {
        self.loop.advanceTime(by: time)
    }

    /// Lets time pass in which the client keeps the session alive.
    func keepPolling(for time: TimeAmount) {
        for _ in 0..<10 {
            _ = self.poll()
            self.advance(by: .nanoseconds(time.nanoseconds / 10))
        }
    }
}

extension TestSession.Call where Answer == LongPollOutcome {
    var outcome: LongPollOutcome? { self.answer }
}

extension TestSession.Call where Answer == LongPollStatus {
    var status: LongPollStatus? { self.answer }
}

extension LongPollOutcome {
    static func messages(_ texts: [String]) -> LongPollOutcome { .messages(texts.map { ByteBuffer(string: $0) }) }
}

/// Stands for a ``PhoenixSocket``.
final class NotingSocket: WebSocketHandler {
    weak var outlet: (any SocketOutlet)?
    private(set) var received: [String] = []
    private(set) var closed: WebSocketCloseCode?
    /// Whether it answers each message with the same.
    var echoes = false
    /// The message after which it wants no more.
    var pausesAt: String?
    var drains: (() -> Void)?

    func connectionOpened(_ connection: WebSocketConnection) {}

    func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        let text = String(buffer: payload)
        self.received.append("\(opcode) \(text)")
        if self.echoes {
            self.outlet?.send(WebSocketFrameEncoder.frame(.text, payload: payload), ephemeral: false)
        }
        if text == self.pausesAt { self.outlet?.pauseReading() }
    }

    func readCompleted() {
        self.received.append("read")
    }

    func shouldDrain(retryAfter: TimeAmount) {
        self.drains?()
    }

    func connectionClosed(code: WebSocketCloseCode, reason: String) {
        self.closed = code
    }
}
