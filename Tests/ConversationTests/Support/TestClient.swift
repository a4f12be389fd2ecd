import ChatCore
import ChatModel
import NIOCore
import Synchronization

/// One connection without a socket. What it gets can be read and waited for from any task.
final class TestClient: Sendable {
    private struct Seen {
        var lines: [String] = []
        var ended: SessionEnd?
        var waiters: [(@Sendable ([String]) -> Bool, CheckedContinuation<Void, Never>)] = []
    }

    private let seen: Mutex<Seen>
    private let sink: NIOLoopBound<Sink>
    let session: ClientSession
    private let service: ChatService

    private init(session: ClientSession, sink: NIOLoopBound<Sink>, service: ChatService) {
        self.session = session
        self.sink = sink
        self.service = service
        self.seen = Mutex(Seen())
    }

    static func open(
        _ identity: Identity, on loop: any EventLoop, _ service: ChatService, _ canResume: Bool
    ) async throws -> TestClient {
        try await loop.submit {
            let sink = Sink()
            let session = try service.open(identity, sink: sink, canResume: canResume, on: loop)
            let client = TestClient(session: session, sink: NIOLoopBound(sink, eventLoop: loop), service: service)
            sink.client = client
            return client
        }.get()
    }

    /// Everything so far, one line per event.
    var lines: [String] { self.seen.withLock { $0.lines } }

    /// The positions of the room events so far.
    var positions: [Seq] { self.lines.compactMap { $0.split(separator: " ").first.flatMap { Seq($0) } } }

    @discardableResult
    func run(_ command: Command) async throws -> Reply {
        try await self.session.eventLoop.flatSubmit { self.service.execute(command, as: self.session) }.get()
    }

    /// The code with which a command is refused; nil when it is not.
    func refusal(_ command: Command) async -> ChatError.Code? {
        do {
            try await self.run(command)
            return nil
        } catch {
            return (error as? ChatError)?.code
        }
    }

    /// Joins and records the history that the answer carries before anything live.
    func join(_ number: RoomNumber, history: Int = 0, position: RoomPosition? = nil) async throws {
        try await self.session.eventLoop.flatSubmit {
            self.service.execute(
                .join(.number(number), JoinOptions(history: history, position: position)), as: self.session
            )
            .map { reply in
                guard case .joined(let joined) = reply else { return }
                self.record(joined.history.map { "\($0.seq) message \($0.content.body)" })
                if case .replayed(let events)? = joined.resumption {
                    self.record(events.map { "\($0.seq) \(SeqEncoder.word($0.change))" })
                }
            }
        }.get()
    }

    func close(isFinal: Bool = true) async throws {
        try await self.session.eventLoop.submit { self.service.close(self.session, isFinal: isFinal) }.get()
    }

    /// Waits until the lines satisfy a condition. The test's time limit is the deadline.
    func wait(until condition: @escaping @Sendable ([String]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = self.seen.withLock { seen in
                if condition(seen.lines) { return true }
                seen.waiters.append((condition, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func wait(for line: String) async { await self.wait { $0.contains(line) } }

    fileprivate func record(_ lines: [String]) {
        let ready = self.seen.withLock { seen in
            seen.lines += lines
            let now = seen.lines
            let ready = seen.waiters.filter { $0.0(now) }
            seen.waiters.removeAll { $0.0(now) }
            return ready
        }
        for (_, continuation) in ready { continuation.resume() }
    }

    fileprivate func ended(_ reason: SessionEnd) { self.record(["ended \(reason)"]) }

    /// Loop-bound: what the core sees.
    final class Sink: EventSink {
        weak var client: TestClient?
        private var pending = ByteBuffer()
        let format = TestServer.format

        func deliver(_ bytes: ByteBuffer, ephemeral: Bool) { self.pending.writeImmutableBuffer(bytes) }

        func flush() {
            let text = String(buffer: self.pending)
            self.pending.clear()
            self.client?.record(text.split(separator: "\n").map(String.init))
        }

        func sessionEnded(_ reason: SessionEnd) { self.client?.ended(reason) }
    }
}
