import Crypto
import NIOCore
import NIOHTTP1

/// The server's half of the opening handshake (RFC 6455 §4.2): a request's head in, a plan or a refusal out.
struct UpgradeHandshake: Sendable {
    /// All that is needed to switch protocols once the request has ended.
    struct Plan: Sendable {
        let route: WebSocketRoute
        let request: WebSocketRequest
        let deflate: DeflateAgreement?
        let responseHeaders: HTTPHeaders
    }

    private static let acceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    private static let maxSubprotocols = 32

    let routes: [String: WebSocketRoute]
    let origins: AllowedOrigins

    init(routes: [WebSocketRoute], origins: AllowedOrigins) {
        self.routes = Dictionary(routes.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        self.origins = origins
    }

    /// The route that serves the path of an origin-form target.
    func route(of uri: String) -> WebSocketRoute? {
        routes.isEmpty ? nil : routes[String(Self.split(uri).path)]
    }

    /// Path and query of an origin-form target.
    static func split(_ uri: String) -> (path: Substring, query: Substring) {
        guard let mark = uri.utf8.firstIndex(of: UInt8(ascii: "?")) else { return (uri[...], "") }
        return (uri[..<mark], uri[uri.index(after: mark)...])
    }

    /// Decides about one handshake.
    ///
    /// - Parameter head: Has passed ``RequestHeadRules``.
    func plan(_ head: HTTPRequestHead, remoteAddress: SocketAddress?) throws(HTTPRefusal) -> Plan {
        let (path, query) = Self.split(head.uri)
        guard let route = routes[String(path)] else {
            throw HTTPRefusal(status: .notFound, detail: "no WebSocket here")
        }
        guard origins.permits(origins: head.headers["origin"], host: head.headers["host"].first) else {
            throw HTTPRefusal(status: .forbidden, detail: "origin not allowed")
        }
        let accept = try Self.acceptKey(head)
        let offered = try Self.subprotocols(head.headers["sec-websocket-protocol"])
        let chosen = route.chooseSubprotocol(offered).flatMap { offered.contains($0) ? $0 : nil }
        let deflate = route.allowDeflate ? DeflateNegotiation.accept(head.headers["sec-websocket-extensions"]) : nil

        var headers: HTTPHeaders = ["upgrade": "websocket", "connection": "upgrade", "sec-websocket-accept": accept]
        if let chosen { headers.add(name: "sec-websocket-protocol", value: chosen) }
        if let deflate { headers.add(name: "sec-websocket-extensions", value: deflate.header) }
        let request = WebSocketRequest(
            path: String(path),
            query: String(query),
            headers: head.headers,
            remoteAddress: remoteAddress,
            offeredSubprotocols: offered,
            subprotocol: chosen
        )
        return Plan(route: route, request: request, deflate: deflate, responseHeaders: headers)
    }

    /// Checks method, version and key, and computes `Sec-WebSocket-Accept`.
    private static func acceptKey(_ head: HTTPRequestHead) throws(HTTPRefusal) -> String {
        guard head.method == .GET, head.version == .http1_1 else {
            throw HTTPRefusal.badRequest("a WebSocket handshake is a GET of HTTP/1.1")
        }
        guard head.headers["content-length"].allSatisfy({ $0 == "0" }), head.headers["transfer-encoding"].isEmpty else {
            throw HTTPRefusal.badRequest("a WebSocket handshake has no body")
        }
        guard head.headers["sec-websocket-version"] == ["13"] else {
            throw HTTPRefusal(
                status: .upgradeRequired,
                detail: "WebSocket version 13 is required",
                headers: upgradeHint
            )
        }
        let keys = head.headers["sec-websocket-key"]
        guard keys.count == 1, let key = keys.first, isKey(key) else {
            throw HTTPRefusal.badRequest("invalid Sec-WebSocket-Key")
        }
        let digest = Insecure.SHA1.hash(data: Array((key + acceptSuffix).utf8))
        return Base64.encode(digest)
    }

    /// What a plain request for a WebSocket's path is told.
    static let upgradeRequired = HTTPRefusal(
        status: .upgradeRequired,
        detail: "this path is for WebSocket",
        headers: upgradeHint
    )

    private static let upgradeHint = [
        ("upgrade", "websocket"), ("connection", "upgrade"), ("sec-websocket-version", "13"),
    ]

    /// 16 bytes in Base64: 22 characters of the alphabet and `==`.
    private static func isKey(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        return bytes.count == 24 && bytes[22] == UInt8(ascii: "=") && bytes[23] == UInt8(ascii: "=")
            && bytes[..<22].allSatisfy(Base64.isSymbol)
    }

    /// The tokens offered, without repetitions. Empty list elements are allowed (RFC 9110 §5.6.1.2), other junk is not.
    private static func subprotocols(_ values: [String]) throws(HTTPRefusal) -> [String] {
        var offered: [String] = []
        for value in values {
            for element in value.split(separator: ",") {
                let token = element.trimmingSpaces()
                if token.isEmpty { continue }
                guard isSubprotocol(token) else { throw .badRequest("invalid Sec-WebSocket-Protocol") }
                guard offered.count < maxSubprotocols else { throw .badRequest("too many subprotocols") }
                if !offered.contains(token) { offered.append(token) }
            }
        }
        return offered
    }

    /// A token, which may have slashes: Phoenix clients offer a credential in Base64 that way.
    private static func isSubprotocol(_ text: String) -> Bool {
        text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            $0.isEmpty || RequestHeadRules.isToken($0)
        }
    }
}

/// Base64 with padding (RFC 4648 §4), as far as the handshake needs it.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func isSymbol(_ byte: UInt8) -> Bool { alphabet.contains(byte) }

    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var output: [UInt8] = []
        var group: UInt32 = 0
        var count = 0
        for byte in bytes {
            group = group << 8 | UInt32(byte)
            count += 1
            if count == 3 {
                append(group, symbols: 4, to: &output)
                (group, count) = (0, 0)
            }
        }
        if count > 0 {
            append(group << UInt32(8 * (3 - count)), symbols: count + 1, to: &output)
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// Appends the first `symbols` of the four symbols of 24 bits, and padding for the others.
    private static func append(_ group: UInt32, symbols: Int, to output: inout [UInt8]) {
        for index in 0..<4 {
            let bits = Int(group >> UInt32(18 - 6 * index) & 0x3F)
            output.append(index < symbols ? alphabet[bits] : UInt8(ascii: "="))
        }
    }
}
