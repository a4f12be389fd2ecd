import ChatCore
import ChatModel
import NIOCore
import NetTransport
import Testing
import WireJSON

@testable import GatewayPhoenix

/// A client of version 2 whose connection takes what it is sent, and counts as queued what a test says.
final class TestClient: Sendable {
    typealias Message = [JSONValue]

    private struct Parts {
        let socket: PhoenixSocket
        let outlet: NotingOutlet
    }

    private let parts: NIOLoopBound<Parts>
    private let eventLoop: any EventLoop

    static func open(
        _ identity: Identity?, _ gateway: PhoenixGateway, on eventLoop: any EventLoop
    ) async throws -> TestClient {
        try await eventLoop.submit {
            let params = try #require(ConnectParams(query: "vsn=2.0.0"))
            let socket = try PhoenixSocket(
                gateway: gateway, params: params, identity: identity, address: TestGateway.address, on: eventLoop)
            let outlet = NotingOutlet()
            socket.opened(outlet)
            return TestClient(Parts(socket: socket, outlet: outlet), eventLoop)
        }.get()
    }

    private init(_ parts: Parts, _ eventLoop: any EventLoop) {
        self.parts = NIOLoopBound(parts, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    func onLoop<Result: Sendable>(
        _ body: @escaping @Sendable (PhoenixSocket, NotingOutlet) throws -> Result
    ) async throws -> Result {
        let parts = self.parts
        return try await self.eventLoop.submit { try body(parts.value.socket, parts.value.outlet) }.get()
    }

    /// From now on so many bytes wait for the client, of so many that may.
    func queued(_ bytes: Int, of most: Int = 1_048_576) async throws {
        try await self.onLoop { _, outlet in (outlet.queuedBytes, outlet.maxQueuedBytes) = (bytes, most) }
    }

    /// Hands in `[ref, ref, topic, event, payload]`, or with another join_ref.
    func send(_ ref: String, joinRef: String = "1", _ topic: String, _ event: String, _ payload: String) async throws {
        let text = #"["\#(joinRef)","\#(ref)","\#(topic)","\#(event)",\#(payload)]"#
        try await self.onLoop { socket, _ in socket.received(.text, ByteBuffer(string: text)) }
    }

    /// The first message that fits, of those that came and of those that will. Each is given once.
    func next(where fits: @escaping @Sendable (Message) -> Bool) async throws -> Message {
        let parts = self.parts
        return try await self.eventLoop.flatSubmit { parts.value.outlet.next(where: fits, on: parts.eventLoop) }.get()
    }

    /// Sends something and waits for the payload of the reply: `{status, response}`.
    @discardableResult
    func ask(_ ref: String, _ topic: String, _ event: String, _ payload: String = "{}") async throws -> JSONObject {
        try await self.send(ref, joinRef: event == "phx_join" ? ref : "1", topic, event, payload)
        let reply = try await self.next { $0[1].string == ref && $0[3].string == "phx_reply" }
        return try #require(reply[4].object)
    }

    /// The same; the reply has to be ok, and what it says is returned.
    @discardableResult
    func done(_ ref: String, _ topic: String, _ event: String, _ payload: String = "{}") async throws -> JSONObject {
        let reply = try await self.ask(ref, topic, event, payload)
        try #require(reply["status"]?.string == "ok", "\(reply)")
        return try #require(reply["response"]?.object)
    }

    /// A push on a topic, by its event.
    func told(_ topic: String, _ event: String) async throws -> JSONObject {
        let message = try await self.next { $0[2].string == topic && $0[3].string == event }
        return try #require(message[4].object)
    }

    func close() async throws {
        try await self.onLoop { socket, _ in socket.closed() }
    }
}

/// Stands for a connection.
final class NotingOutlet: SocketOutlet {
    private struct Wait {
        let fits: (TestClient.Message) -> Bool
        let promise: EventLoopPromise<TestClient.Message>
    }

    var queuedBytes = 0
    var maxQueuedBytes = 1_048_576
    private var messages: [TestClient.Message] = []
    private var waits: [Wait] = []

    func send(_ frames: ByteBuffer, ephemeral: Bool) {
        for frame in FrameRun(frames) where frame.opcode == .text {
            let limits = JSONLimits(maxBytes: 4 * 1_048_576)
            guard let message = try? JSONReader.read(frame.payload, limits: limits).array else { continue }
            if let index = self.waits.firstIndex(where: { $0.fits(message) }) {
                self.waits.remove(at: index).promise.succeed(message)
            } else {
                self.messages.append(message)
            }
        }
    }

    func next(
        where fits: @escaping (TestClient.Message) -> Bool, on eventLoop: any EventLoop
    ) -> EventLoopFuture<TestClient.Message> {
        if let index = self.messages.firstIndex(where: fits) {
            return eventLoop.makeSucceededFuture(self.messages.remove(at: index))
        }
        let promise = eventLoop.makePromise(of: TestClient.Message.self)
        self.waits.append(Wait(fits: fits, promise: promise))
        return promise.futureResult
    }

    func flush() {}
    func close(code: WebSocketCloseCode, reason: String) {}
    func pauseReading() {}
    func resumeReading() {}
}
