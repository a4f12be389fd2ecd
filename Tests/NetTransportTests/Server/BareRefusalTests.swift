import NIOCore
import NIOHTTP1
import Testing

@testable import NetTransport

@Suite("Refusals without a body", .timeLimit(.minutes(1)))
struct BareRefusalTests {
    private static let routes = [
        WebSocketRoute(path: "/bare", refusals: .bare) { _ in EchoHandler() },
        WebSocketRoute(path: "/bare/no", refusals: .bare) { _ in
            throw UpgradeRefusal(status: .forbidden, detail: "nobody reads this")
        },
        WebSocketRoute(path: "/bare/later", refusals: .bare) { admission in
            // Decided elsewhere, as a look-up in a store would be.
            Task {
                guard admission.request.query == "token=good" else {
                    admission.refuse(UpgradeRefusal(status: .tooManyRequests, detail: "nobody reads this"))
                    return
                }
                admission.accept { EchoHandler() }
            }
        },
        .echo(),
    ]

    private static let handshake = [
        "Host: a", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]

    private static func request(
        _ start: String, replacing name: String = "", with lines: [String] = [], body: String = ""
    ) -> String {
        let fields = handshake.filter { name.isEmpty || !$0.hasPrefix(name + ":") } + lines
        return ([start + " HTTP/1.1"] + fields).joined(separator: "\r\n") + "\r\n\r\n" + body
    }

    private static let refused: [(String, String)] = [
        ("GET /bare HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /bare?x=1 HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n", "400"),
        ("GET http://a/bare HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /bare HTTP/1.0\r\n\r\n", "400"),
        ("POST /bare HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", "400"),
        ("OPTIONS /bare HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("HEAD /bare HTTP/1.1\r\nHost: a\r\n\r\n", "400"),
        ("GET /bare HTTP/1.1\r\n\r\n", "400"),
        (request("POST /bare"), "400"),
        (request("GET /bare", replacing: "Sec-WebSocket-Version", with: ["Sec-WebSocket-Version: 8"]), "400"),
        (request("GET /bare", replacing: "Sec-WebSocket-Key"), "400"),
        (request("GET /bare", with: ["Content-Length: 2"], body: "{}"), "400"),
        (request("GET /bare", with: ["Sec-WebSocket-Protocol: a b"]), "400"),
        (request("GET /bare", with: ["Origin: https://evil.example"]), "403"),
        (request("GET /bare/no"), "403"),
        (request("GET /bare/later?token=bad"), "429"),
    ]

    @Test("A path that asks for it has them, whatever is wrong", arguments: refused)
    func bare(request: String, status: String) async throws {
        try await withTransport(routes: Self.routes) { server in
            try await RawClient.connect(port: server.port) { client in
                try await client.send(request)
                let head = try await client.readHead().lowercased()
                #expect(head.hasPrefix("http/1.1 \(status) "))
                #expect(head.contains("\r\ncontent-length: 0"))
                #expect(!head.contains("content-type"))
                #expect(try await client.readToEnd().isEmpty)
            }
        }
    }

    @Test("Other paths keep theirs")
    func json() async throws {
        try await withTransport(routes: Self.routes) { server in
            for path in ["/debug/echo", "/bare/unknown"] {
                try await RawClient.webSocket(
                    port: server.port, path: path, headers: ["Origin: https://evil.example", "Cookie: a"]
                ) { client, head in
                    #expect(head.lowercased().contains("content-type: application/json"))
                    let body = try await client.readToEnd()
                    #expect(body.hasPrefix("{\"detail\":"))
                }
            }
        }
    }

    @Test("A good handshake of such a path is answered, decided at once or elsewhere")
    func accepted() async throws {
        let offer = ["Sec-WebSocket-Protocol: phoenix, base64url.bearer.phx.YS9i/+A"]
        try await withTransport(routes: Self.routes) { server in
            for path in ["/bare", "/bare/later?token=good"] {
                try await RawClient.webSocket(
                    port: server.port, path: path, headers: offer, trailing: ClientFrame.text("early")
                ) { client, head in
                    #expect(head.hasPrefix("HTTP/1.1 101 "))
                    let frame = try await client.readFrame()
                    #expect(frame.text == "early")
                }
            }
        }
    }

    @Test("Limits and rules of such a path close with the same codes as ever")
    func closeCodes() async throws {
        let route = WebSocketRoute(path: "/small", limits: WebSocketLimits(maxMessageBytes: 10), refusals: .bare) {
            _ in EchoHandler()
        }
        let tooLong =
            ClientFrame.bytes(2, Array(repeating: 0, count: 6), isFinal: false)
            + ClientFrame.bytes(0, Array(repeating: 0, count: 5))
        try await withTransport(routes: [route]) { server in
            for (bytes, code) in [
                (ClientFrame.text("12345678901"), 1009), (tooLong, 1009), (ClientFrame.bytes(1, [0xC3, 0x28]), 1007),
            ] as [([UInt8], UInt16)] {
                try await RawClient.webSocket(port: server.port, path: "/small") { client, _ in
                    try await client.send(bytes)
                    let frame = try await client.readFrame()
                    #expect(frame.closeCode == code)
                }
            }
        }
    }
}
