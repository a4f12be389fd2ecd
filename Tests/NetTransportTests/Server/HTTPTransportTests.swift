import HummingbirdCore
import NIOCore
import NIOHTTP1
import Testing

@testable import NetTransport

@Suite("The HTTP port", .timeLimit(.minutes(1)))
struct HTTPTransportTests {
    @Test("WebSockets and the router share it")
    func sharedPort() async throws {
        try await withTransport { server in
            try await RawClient.webSocket(port: server.port) { client, head in
                #expect(head.hasPrefix("HTTP/1.1 101 "))
                #expect(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
                try await client.send(ClientFrame.text("hello") + ClientFrame.bytes(2, [1, 2, 3]))
                #expect(try await client.readFrame() == ServerFrame(opcode: 1, payload: Array("hello".utf8)))
                #expect(try await client.readFrame() == ServerFrame(opcode: 2, payload: [1, 2, 3]))
                try await client.send(ClientFrame.close(1000, "bye"))
                #expect(try await client.readFrame().closeCode == 1000)
                #expect(try await client.readToEnd().isEmpty)
            }
            try await RawClient.connect(port: server.port) { client in
                for _ in 0..<2 {
                    try await client.send("GET /page HTTP/1.1\r\nHost: a\r\n\r\n")
                    let head = try await client.readHead()
                    #expect(head.hasPrefix("HTTP/1.1 200 "))
                    #expect(head.lowercased().contains("server: parley"))
                    #expect(head.lowercased().contains("date: "))
                    #expect(try await client.readText(11) == "hello /page")
                }
            }
            #expect(server.transport.counters.snapshot().acceptedTotal == 2)
        }
    }

    @Test("Frames that come with the handshake are not lost")
    func earlyFrames() async throws {
        try await withTransport { server in
            try await RawClient.webSocket(port: server.port, trailing: ClientFrame.text("early")) { client, _ in
                let frame = try await client.readFrame()
                #expect(frame.text == "early")
            }
        }
    }

    @Test("A large message comes back whole, fragmented and compressed ones as well")
    func largeMessages() async throws {
        let offer = ["Sec-WebSocket-Extensions: permessage-deflate"]
        try await withTransport { server in
            try await RawClient.webSocket(port: server.port, headers: offer) { client, head in
                #expect(head.contains("server_no_context_takeover"))
                let payload = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 3) }
                try await client.send(ClientFrame.bytes(2, payload))
                let frame = try await client.readFrame()
                let deflater = try #require(Deflater())
                #expect(frame.isCompressed)
                #expect(
                    try Array(#require(deflater.compress(ByteBuffer(bytes: payload))).readableBytesView)
                        == frame.payload)
                try await client.send(ClientFrame.bytes(1, frame.payload, reserved: 4))
                #expect(try await client.readFrame().closeCode == 1007)
            }
        }
    }

    @Test("Limits and rules close with their codes")
    func closeCodes() async throws {
        let small = WebSocketRoute(path: "/small", limits: WebSocketLimits(maxMessageBytes: 10)) { _ in EchoHandler() }
        try await withTransport(routes: [small]) { server in
            for (bytes, code) in [
                (ClientFrame.text("12345678901"), 1009), ([0x81, 0x01, 0x61], 1002),
                (ClientFrame.bytes(1, [0xFF]), 1007),
            ] as [([UInt8], UInt16)] {
                try await RawClient.webSocket(port: server.port, path: "/small") { client, _ in
                    try await client.send(ClientFrame.text("1234567890") + bytes)
                    #expect(try await client.readFrame().text == "1234567890")
                    #expect(try await client.readFrame().closeCode == code)
                    #expect(try await client.readToEnd().isEmpty)
                }
            }
        }
    }

    @Test(
        "Handshakes are refused with a status",
        arguments: [
            ("/ws", ["Origin: https://evil.example"], "403"), ("/other", [], "404"),
            ("/ws", ["Content-Length: 4"], "400"),
            ("/refused", [], "401"),
        ])
    func refusals(path: String, headers: [String], status: String) async throws {
        let routes = [
            WebSocketRoute(path: "/ws") { _ in EchoHandler() },
            WebSocketRoute(path: "/refused") { _ in
                throw UpgradeRefusal(status: .unauthorized, detail: "who \"are\" you?")
            },
        ]
        try await withTransport(routes: routes) { server in
            try await RawClient.webSocket(port: server.port, path: path, headers: headers) { client, head in
                #expect(head.hasPrefix("HTTP/1.1 \(status) "))
                let body = try await client.readToEnd()
                #expect(body.hasPrefix("{\"detail\":\""))
            }
        }
    }

    @Test("The subprotocol and the token reach the handler")
    func request() async throws {
        let route = WebSocketRoute(path: "/ws", subprotocols: ["parley.v1"]) { request in
            guard request.bearerToken == "secret", request.subprotocol == "parley.v1", request.query == "a=1",
                request.remoteAddress != nil
            else { throw UpgradeRefusal(status: .badRequest, detail: "request is not as sent") }
            return EchoHandler()
        }
        let headers = ["Authorization: Bearer secret", "Sec-WebSocket-Protocol: other, parley.v1"]
        try await withTransport(routes: [route]) { server in
            try await RawClient.webSocket(port: server.port, path: "/ws?a=1", headers: headers) { _, head in
                #expect(head.hasPrefix("HTTP/1.1 101 "))
                #expect(head.lowercased().contains("sec-websocket-protocol: parley.v1"))
            }
        }
    }

    static let badRequests: [(String, String)] = [
        ("GET /debug/echo HTTP/1.1\r\nHost: a\r\n\r\n", "426"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", "400"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: a\u{0}b\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\nHost: a\r\n" + (0..<70).map { "X\($0): y\r\n" }.joined() + "\r\n", "431"),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "y", count: 9000) + "\r\n\r\n", "431"),
        ("GET /" + String(repeating: "y", count: 9000) + " HTTP/1.1\r\nHost: a\r\n\r\n", "431"),
        ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", "400"),
        ("NONSENSE / HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("\u{16}\u{3}\u{1}", "400"),
        ("GET http://other/page HTTP/1.1\r\nHost: a\r\n\r\n", "200"),
        ("GET / HTTP/1.0\r\n\r\n", "200"),
        ("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n", "200"),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nT: 1\r\nU:\r\n\r\n", "200"),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", "100"),
        ("CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", "405"),
    ]

    @Test("No request brings the process down, and each bad one is told so")
    func malformedRequests() async throws {
        try await withTransport { server in
            for (request, status) in Self.badRequests {
                try await RawClient.connect(port: server.port) { client in
                    try await client.send(request)
                    #expect(try await client.readHead().hasPrefix("HTTP/1.1 \(status) "), "\(request.prefix(60))")
                }
            }
        }
    }

    @Test("A body that breaks off is an error of its own request")
    func brokenBody() async throws {
        try await withTransport(responder: { request, writer, channel in
            for try await _ in request.body {}
            try await helloResponder(request, writer, channel)
        }) { server in
            try await RawClient.connect(port: server.port) { client in
                try await client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")
                let head = try await client.readHead()
                #expect(head.hasPrefix("HTTP/1.1 400 "))
                #expect(try await client.readToEnd().isEmpty)
            }
        }
    }

    @Test("A request that asks for a WebSocket on a used connection is sent to a new one")
    func upgradeOnUsedConnection() async throws {
        try await withTransport { server in
            try await RawClient.connect(port: server.port) { client in
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = try await client.readHead()
                #expect(try await client.readText(7) == "hello /")
                try await client.send(RawClient.upgradeRequest(port: server.port))
                let head = try await client.readHead()
                #expect(head.hasPrefix("HTTP/1.1 307 "))
                #expect(head.lowercased().contains("location: /debug/echo"))
            }
        }
    }

    @Test("What speaks no complete request in time is cut")
    func headTimeout() async throws {
        try await withTransport(configure: { $0.limits.headTimeout = .milliseconds(10) }) { server in
            try await RawClient.connect(port: server.port) { client in
                let rest = try await client.readToEnd()
                #expect(rest.isEmpty)
            }
            try await RawClient.connect(port: server.port) { client in
                try await client.send("GET / HTTP/1.1\r\n")
                #expect(try await client.readToEnd().isEmpty)
            }
        }
    }

    @Test("Above the limit connections wait for room")
    func connectionLimit() async throws {
        try await withTransport(configure: { $0.limits.maxConnections = 1 }) { server in
            try await RawClient.webSocket(port: server.port) { client, _ in
                try await client.send(ClientFrame.text("first"))
                #expect(try await client.readFrame().text == "first")
            }
            try await RawClient.webSocket(port: server.port) { _, head in
                #expect(head.hasPrefix("HTTP/1.1 101 "))
            }
        }
    }

    @Test("A stopping server closes WebSockets with 1001 and idle HTTP at once")
    func drain() async throws {
        try await withTransport { server in
            try await RawClient.webSocket(port: server.port) { client, _ in
                try await RawClient.connect(port: server.port) { idle in
                    try await idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                    _ = try await idle.readHead()
                    #expect(try await idle.readText(7) == "hello /")
                    await server.shutDown()
                    #expect(try await idle.readToEnd().isEmpty)
                }
                let frame = try await client.readFrame()
                #expect(frame.closeCode == 1001)
                try await client.send(ClientFrame.close(1001))
                #expect(try await client.readToEnd().isEmpty)
            }
        }
    }

    @Test("A response under way is finished before the server stops")
    func drainFinishesResponses() async throws {
        let (started, begin) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        try await withTransport(responder: { request, writer, channel in
            begin.yield()
            for await _ in released { break }
            try await helloResponder(request, writer, channel)
        }) { server in
            try await RawClient.connect(port: server.port) { client in
                try await client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                for await _ in started { break }
                await server.shutDown()
                release.yield()
                let head = try await client.readHead()
                #expect(head.hasPrefix("HTTP/1.1 200 "))
                #expect(try await client.readToEnd() == "hello /")
            }
        }
    }

    @Test("A peer that never reads is cut off while others are served")
    func slowConsumer() async throws {
        let flood = WebSocketRoute(path: "/flood", limits: WebSocketLimits(maxQueuedBytes: 100_000)) { _ in
            FloodHandler()
        }
        try await withTransport(routes: [flood, .echo()]) { server in
            try await RawClient.webSocket(port: server.port, path: "/flood") { client, _ in
                try await client.send(ClientFrame.text("go"))
                try await RawClient.webSocket(port: server.port) { other, _ in
                    while server.transport.counters.snapshot().slowConsumerCloses == 0 {
                        try await other.send(ClientFrame.text("still there"))
                        #expect(try await other.readFrame().text == "still there")
                    }
                }
                // Whatever was sent is whole frames in order, with the reason at the end if there was room for it.
                var count = 0
                while let frame = try? await client.readFrame() {
                    if frame.opcode == 8 {
                        #expect(frame.closeCode == 1013)
                        break
                    }
                    #expect(frame.text.hasPrefix("\(count) "))
                    count += 1
                }
                #expect(count > 0)
            }
        }
    }
}

/// Sends numbered frames until it is cut off.
private final class FloodHandler: WebSocketHandler {
    private var connection: WebSocketConnection?

    func connectionOpened(_ connection: WebSocketConnection) { self.connection = connection }

    func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard let connection else { return }
        var count = 0
        while !connection.isClosing {
            connection.sendText(ByteBuffer(string: "\(count) " + String(repeating: "x", count: 900)))
            if count % 7 == 0 { connection.flush() }
            count += 1
        }
    }

    func shouldDrain(retryAfter: TimeAmount) {}
    func connectionClosed(code: WebSocketCloseCode, reason: String) { connection = nil }
}
