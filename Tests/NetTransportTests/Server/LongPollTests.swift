import HummingbirdCore
import NIOCore
import NIOPosix
import Testing

@testable import NetTransport

@Suite("Answers that are long in coming", .timeLimit(.minutes(1)))
struct LongPollTests {
    /// Tells when the loop's timer has run.
    private final class TickHandler: WebSocketHandler {
        private var connection: WebSocketConnection?

        func connectionOpened(_ connection: WebSocketConnection) { self.connection = connection }
        func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {}
        func timerTick(_ now: NIODeadline) {
            connection?.sendText(ByteBuffer(string: "tick"))
            connection?.flush()
        }
        func shouldDrain(retryAfter: TimeAmount) { connection?.close(code: .goingAway) }
        func connectionClosed(code: WebSocketCloseCode, reason: String) { connection = nil }
    }

    /// A router that answers once it is told to.
    private struct HeldResponder: Sendable {
        private let started: (stream: AsyncStream<String>, continuation: AsyncStream<String>.Continuation)
        private let released: (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)

        init() {
            started = AsyncStream.makeStream()
            released = AsyncStream.makeStream()
        }

        func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
            started.continuation.yield(channel.remoteAddress?.ipAddress ?? "")
            for await _ in released.stream { break }
            try await helloResponder(request, writer, channel)
        }

        /// The peer's address, once a request has arrived.
        func nextRequest() async -> String? {
            for await address in started.stream { return address }
            return nil
        }

        func release() { released.continuation.yield() }
    }

    @Test("No deadline cuts one while its answer is awaited, and its handler knows the peer")
    func longAnswer() async throws {
        let held = HeldResponder()
        let ticks = WebSocketRoute(path: "/ticks") { _ in TickHandler() }
        // One loop, so that what the WebSocket is told of time holds for the request as well.
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        try await withTransport(
            routes: [ticks],
            group: group,
            configure: { $0.limits.idleTimeout = .milliseconds(1) },
            responder: { try await held.respond($0, $1, $2) }
        ) { server in
            try await RawClient.connect(port: server.port) { client in
                try await client.send("GET /poll HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(await held.nextRequest() == "127.0.0.1")
                try await RawClient.webSocket(port: server.port, path: "/ticks") { clock, _ in
                    for _ in 0..<3 {
                        let frame = try await clock.readFrame()
                        #expect(frame.text == "tick")
                    }
                }
                held.release()
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 200 "))
                #expect(try await client.readText(11) == "hello /poll")
            }
        }
        try await group.shutdownGracefully()
    }

    @Test("A stopping server does not wait for the answer of a long poll")
    func drain() async throws {
        let held = HeldResponder()
        try await withTransport(
            configure: {
                $0.longPollPaths = ["/poll"]
                $0.drainTimeout = .hours(1)
            },
            responder: { try await held.respond($0, $1, $2) }
        ) { server in
            try await RawClient.connect(port: server.port) { client in
                try await client.send("GET /poll?token=x HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = await held.nextRequest()
                await server.shutDown()
                #expect(try await client.readToEnd().isEmpty)
                held.release()
            }
        }
    }

    @Test(
        "It does wait for what is posted to the same path, and for other paths",
        arguments: ["POST /poll", "GET /other"])
    func drainWaits(request: String) async throws {
        let held = HeldResponder()
        try await withTransport(
            configure: { $0.longPollPaths = ["/poll"] }, responder: { try await held.respond($0, $1, $2) }
        ) { server in
            try await RawClient.connect(port: server.port) { client in
                try await client.send("\(request) HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = await held.nextRequest()
                await server.shutDown()
                held.release()
                #expect(try await client.readHead().hasPrefix("HTTP/1.1 200 "))
                #expect(try await client.readToEnd().hasPrefix("hello /"))
            }
        }
    }
}
