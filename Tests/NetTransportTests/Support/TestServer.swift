import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

@testable import NetTransport

/// A listening transport, for as long as `body` runs.
///
/// - Parameter body: Gets the port and a function that starts graceful shutdown.
func withTransport<Value: Sendable>(
    routes: [WebSocketRoute] = [.echo()],
    group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
    configure: (inout HTTPTransport.Configuration) -> Void = { _ in },
    responder: @escaping HTTPChannelHandler.Responder = helloResponder,
    _ body: (TestServer) async throws -> Value
) async throws -> Value {
    var configuration = HTTPTransport.Configuration(port: 0)
    configure(&configuration)
    let (ports, bound) = AsyncStream.makeStream(of: Int.self)
    let transport = HTTPTransport(
        configuration: configuration,
        routes: routes,
        eventLoopGroup: group,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        responder: responder,
        onBound: { bound.yield($0.port ?? 0) }
    )
    let services = ServiceGroup(services: [transport], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    return try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await services.run() }
        var iterator = ports.makeAsyncIterator()
        let port = await iterator.next() ?? 0
        let server = TestServer(port: port, transport: transport) { await services.triggerGracefulShutdown() }
        let value: Value
        do {
            value = try await body(server)
        } catch {
            tasks.cancelAll()
            throw error
        }
        await services.triggerGracefulShutdown()
        try await tasks.waitForAll()
        return value
    }
}

struct TestServer: Sendable {
    let port: Int
    let transport: HTTPTransport
    let shutDown: @Sendable () async -> Void
}

/// Answers everything with `hello` and the path.
let helloResponder: HTTPChannelHandler.Responder = { request, writer, _ in
    let text = "hello \(request.uri.path)"
    let head = Response(status: .ok, body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    try await writer.write(response: head.head, body: head.body)
}

/// A socket that a test writes bytes to and reads bytes from.
struct RawClient {
    struct Ended: Error {}

    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var buffer = ByteBuffer()

    static func connect<Value: Sendable>(
        port: Int,
        _ body: (inout RawClient) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var client = RawClient(outbound: outbound, inbound: inbound.makeAsyncIterator())
            return try await body(&client)
        }
    }

    private init(
        outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>,
        inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    ) {
        self.outbound = outbound
        self.inbound = inbound
    }

    /// Connects and upgrades.
    static func webSocket<Value: Sendable>(
        port: Int,
        path: String = "/debug/echo",
        headers: [String] = [],
        trailing: [UInt8] = [],
        _ body: (inout RawClient, _ head: String) async throws -> Value
    ) async throws -> Value {
        try await connect(port: port) { client in
            try await client.send(Array(upgradeRequest(port: port, path: path, headers: headers).utf8) + trailing)
            let head = try await client.readHead()
            return try await body(&client, head)
        }
    }

    static func upgradeRequest(port: Int, path: String = "/debug/echo", headers: [String] = []) -> String {
        let lines =
            [
                "GET \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ] + headers
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    func send(_ bytes: [UInt8]) async throws {
        try await outbound.write(ByteBuffer(bytes: bytes))
    }

    func send(_ text: String) async throws {
        try await send(Array(text.utf8))
    }

    /// Status line and fields of the next response.
    mutating func readHead() async throws -> String {
        while true {
            let text = String(buffer: buffer)
            if let end = text.firstRange(of: "\r\n\r\n") {
                buffer.moveReaderIndex(forwardBy: text[..<end.upperBound].utf8.count)
                return String(text[..<end.lowerBound])
            }
            try await more()
        }
    }

    mutating func readText(_ count: Int) async throws -> String {
        while buffer.readableBytes < count { try await more() }
        return buffer.readString(length: count) ?? ""
    }

    mutating func readFrame() async throws -> ServerFrame {
        while true {
            if let frame = ServerFrame(readingFrom: &buffer) { return frame }
            try await more()
        }
    }

    /// Reads until the server closes; returns what was left.
    mutating func readToEnd() async throws -> String {
        do {
            while true { try await more() }
        } catch is Ended {
            return String(buffer: buffer)
        }
    }

    private mutating func more() async throws {
        guard var next = try await inbound.next() else { throw Ended() }
        buffer.writeBuffer(&next)
    }
}
