import NIOCore
import NIOHTTP1
import Testing

@testable import NetTransport

@Suite("The opening handshake")
struct HandshakeTests {
    private let handshake: UpgradeHandshake

    init() throws {
        let routes = [
            WebSocketRoute(path: "/ws", subprotocols: ["best", "good"]) { _ in EchoHandler() },
            WebSocketRoute(path: "/plain", allowDeflate: false) { _ in EchoHandler() },
        ]
        handshake = UpgradeHandshake(routes: routes, origins: try AllowedOrigins(["https://ok.example"]))
    }

    private func head(_ changes: [String: String?] = [:], uri: String = "/ws", method: HTTPMethod = .GET)
        -> HTTPRequestHead
    {
        var headers: HTTPHeaders = [
            "Host": "chat.example", "Connection": "keep-alive, Upgrade", "Upgrade": "WebSocket",
            "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        ]
        for (name, value) in changes {
            headers.remove(name: name)
            if let value { headers.add(name: name, value: value) }
        }
        return HTTPRequestHead(version: .http1_1, method: method, uri: uri, headers: headers)
    }

    private func status(_ head: HTTPRequestHead) -> UInt? {
        do throws(HTTPRefusal) {
            _ = try handshake.plan(head, remoteAddress: nil)
            return nil
        } catch {
            return error.status.code
        }
    }

    @Test("The accept key is that of RFC 6455 §1.3")
    func acceptKey() throws {
        let plan = try handshake.plan(head(uri: "/ws?a=b?c"), remoteAddress: nil)
        #expect(plan.responseHeaders["sec-websocket-accept"] == ["s3pPLMBiTxaQ9kYGzzhZRbK+xOo="])
        #expect(plan.request.path == "/ws")
        #expect(plan.request.query == "a=b?c")
        #expect(plan.responseHeaders["sec-websocket-protocol"].isEmpty)
        #expect(plan.deflate == nil)
    }

    @Test(
        "Of the subprotocols offered, our best is chosen",
        arguments: [
            ("good, best", "best"), ("x,good", "good"), (" , good ,,", "good"), ("x", nil), ("Best", nil), ("", nil),
        ] as [(String, String?)])
    func subprotocols(offer: String, chosen: String?) throws {
        let plan = try handshake.plan(head(["Sec-WebSocket-Protocol": offer]), remoteAddress: nil)
        #expect(plan.request.subprotocol == chosen)
        #expect(plan.responseHeaders["sec-websocket-protocol"].first == chosen)
    }

    @Test("Compression is agreed on where the route allows it")
    func deflate() throws {
        let offer = ["Sec-WebSocket-Extensions": "permessage-deflate"]
        #expect(try handshake.plan(head(offer), remoteAddress: nil).deflate != nil)
        #expect(try handshake.plan(head(offer, uri: "/plain"), remoteAddress: nil).deflate == nil)
    }

    @Test("What is wrong is refused with its status")
    func refusals() {
        #expect(status(head(uri: "/other")) == 404)
        #expect(status(head(uri: "/ws/")) == 404)
        #expect(status(head(["Origin": "https://evil.example"])) == 403)
        #expect(status(head(["Sec-WebSocket-Version": "8"])) == 426)
        #expect(status(head(["Sec-WebSocket-Version": nil])) == 426)
        #expect(status(head(["Sec-WebSocket-Key": nil])) == 400)
        #expect(status(head(["Sec-WebSocket-Key": "short"])) == 400)
        #expect(status(head(["Sec-WebSocket-Key": String(repeating: "*", count: 22) + "=="])) == 400)
        #expect(status(head(["Content-Length": "3"])) == 400)
        #expect(status(head(method: .POST)) == 400)
        #expect(status(head(["Sec-WebSocket-Protocol": "caf\u{E9}"])) == 400)
        #expect(status(head(["Sec-WebSocket-Protocol": "a b"])) == 400)
        #expect(status(head(["Sec-WebSocket-Protocol": (0..<33).map { "p\($0)" }.joined(separator: ",")])) == 400)
        #expect(status(head(["Origin": "https://ok.example"])) == nil)
    }

    @Test(
        "The bearer token is read, whatever the case of the scheme",
        arguments: [
            ("Bearer abc", "abc"), ("bearer  abc ", "abc"), ("Basic abc", nil), ("Bearer", nil), ("", nil),
        ] as [(String, String?)])
    func bearer(value: String, token: String?) throws {
        #expect(try handshake.plan(head(["Authorization": value]), remoteAddress: nil).request.bearerToken == token)
    }
}

@Suite("Origins")
struct OriginPolicyTests {
    @Test(
        "The same host is allowed, and nothing that only looks like it",
        arguments: [
            ("http://chat.example", true), ("https://chat.example", true), ("HTTPS://CHAT.example", true),
            ("https://chat.example:443", true), ("http://chat.example:80", true), ("https://chat.example:8443", false),
            ("https://evil-chat.example", false), ("https://chat.example.evil", false),
            ("https://sub.chat.example", false),
            ("https://chat.example@evil.example", false), ("https://chat.example/path", false), ("https://", false),
            ("null", false), ("", false), ("chat.example", false), ("ftp://chat.example", false),
            ("https://chat.example:", false), ("https://chat.example:99999", false),
            ("https://chat.ex\u{E4}mple", false),
            ("file://", false),
        ])
    func sameHost(origin: String, isAllowed: Bool) {
        #expect(OriginPolicy.sameHost.permits(origins: [origin], host: "chat.example") == isAllowed)
    }

    @Test("Ports must be the same")
    func ports() {
        let policy = OriginPolicy.sameHost
        #expect(policy.permits(origins: ["http://localhost:8080"], host: "localhost:8080"))
        #expect(!policy.permits(origins: ["http://localhost:8080"], host: "localhost:8081"))
        #expect(!policy.permits(origins: ["http://localhost"], host: "localhost:8080"))
        #expect(policy.permits(origins: ["http://[::1]:8080"], host: "[::1]:8080"))
        #expect(!policy.permits(origins: ["http://[::1]:8080"], host: nil))
    }

    @Test("None is allowed, two are not")
    func count() {
        #expect(OriginPolicy.sameHost.permits(origins: [], host: "chat.example"))
        #expect(!OriginPolicy.sameHost.permits(origins: ["http://a", "http://a"], host: "a"))
    }

    @Test("The list is exact")
    func list() throws {
        let policy = try OriginPolicy(allowed: ["https://one.example", "two.example", "three.example:8443"])
        func permits(_ origin: String) -> Bool { policy.permits(origins: [origin], host: "host.example") }
        #expect(permits("https://one.example"))
        #expect(!permits("http://one.example"))
        #expect(permits("http://two.example") && permits("https://two.example"))
        #expect(permits("https://three.example:8443") && !permits("https://three.example"))
        #expect(permits("https://host.example"))
        #expect(!permits("https://xone.example") && !permits("https://one.example.evil"))
        #expect(throws: OriginPolicyError(entry: "*")) { try OriginPolicy(allowed: ["*"]) }
    }
}

@Suite("Request heads")
struct RequestHeadRulesTests {
    private func check(
        _ headers: HTTPHeaders,
        uri: String = "/x",
        method: HTTPMethod = .GET,
        version: HTTPVersion = .http1_1
    ) -> Result<HTTPRequestHead, HTTPRefusal> {
        let head = HTTPRequestHead(version: version, method: method, uri: uri, headers: headers)
        return Result { () throws(HTTPRefusal) in try RequestHeadRules.checked(head, limits: HTTPLimits()) }
    }

    private func status(_ result: Result<HTTPRequestHead, HTTPRefusal>) -> UInt? {
        if case .failure(let refusal) = result { refusal.status.code } else { nil }
    }

    @Test("What could be read in two ways is refused")
    func framing() {
        #expect(status(check(["host": "a", "content-length": "1", "Content-Length": "1"])) == 400)
        #expect(status(check(["host": "a", "content-length": "1, 1"])) == 400)
        #expect(status(check(["host": "a", "content-length": "+1"])) == 400)
        #expect(status(check(["host": "a", "content-length": "1", "transfer-encoding": "chunked"])) == 400)
        #expect(status(check(["host": "a", "transfer-encoding": "gzip, chunked"])) == 501)
        #expect(status(check(["host": "a", "host": "b"])) == 400)
        #expect(status(check([:])) == 400)
        #expect(status(check([:], version: .http1_0)) == nil)
        #expect(status(check(["host": "a b"])) == 400)
        #expect(status(check(["host": "a"], method: .CONNECT)) == 405)
    }

    @Test("Fields that the router's types cannot hold are refused")
    func fields() {
        #expect(status(check(["host": "a", "b c": "d"])) == 400)
        #expect(status(check(["host": "a", "": "d"])) == 400)
        #expect(status(check(["host": "a", ":path": "d"])) == 400)
        #expect(status(check(["host": "a", "b": "c\u{0}"])) == 400)
        #expect(status(check(["host": "a", "b": "c\r\nd: e"])) == 400)
        #expect(status(check(["host": "a", "b": "caf\u{E9}\t"])) == nil)
        var many: HTTPHeaders = ["host": "a"]
        for number in 1..<64 { many.add(name: "x\(number)", value: "") }
        #expect(status(check(many)) == nil)
        many.add(name: "y", value: "")
        #expect(status(check(many)) == 431)
    }

    @Test(
        "Targets come in origin form",
        arguments: [
            ("/a?b", "/a?b"), ("http://other/a", "/a"), ("HTTPS://other", "/"), ("http://other?x", "/?x"),
            ("other/a", nil), ("*", nil), ("", nil), ("/a b", nil), ("/a\u{7F}", nil),
        ] as [(String, String?)])
    func targets(uri: String, expected: String?) {
        let target = try? check(["host": "a"], uri: uri).get().uri
        #expect(target == expected)
    }

    @Test("The connection ends after what the parser cannot go on from")
    func connection() throws {
        func connection(_ headers: HTTPHeaders, _ version: HTTPVersion = .http1_1) throws -> [String] {
            try check(headers, version: version).get().headers["connection"]
        }
        #expect(try connection(["host": "a"]) == [])
        #expect(try connection(["host": "a"], .http1_0) == ["close"])
        #expect(try connection(["host": "a", "connection": "Close, x"]) == ["close"])
        #expect(try connection(["host": "a", "connection": "upgrade", "upgrade": "h2c"]) == ["close"])
    }
}

@Suite("Date headers")
struct HTTPDateTests {
    @Test("The form is that of RFC 9110 §5.6.7")
    func form() {
        #expect(HTTPDateCache.format(784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }
}
