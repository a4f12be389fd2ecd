import NIOHTTP1

/// An answer given by the transport itself. The connection ends with it.
struct HTTPRefusal: Error, Sendable {
    let status: HTTPResponseStatus
    let detail: String
    var headers: [(String, String)] = []

    static func badRequest(_ detail: String) -> HTTPRefusal { HTTPRefusal(status: .badRequest, detail: detail) }

    /// The server is being stopped.
    static let stopping = HTTPRefusal(
        status: .serviceUnavailable, detail: "server shutdown", headers: [("retry-after", "1")])
}

/// What every request's head must satisfy before it is turned into the router's types, which trap on some inputs, and
/// before two parsers could see two different requests in it.
enum RequestHeadRules {
    /// Checks `head` and brings it into the form that the router may rely on: an origin-form target, and
    /// `Connection: close` exactly when the connection ends after the response.
    static func checked(_ head: HTTPRequestHead, limits: HTTPLimits) throws(HTTPRefusal) -> HTTPRequestHead {
        var head = head
        guard head.method != .CONNECT else {
            throw HTTPRefusal(status: .methodNotAllowed, detail: "CONNECT is not served")
        }
        guard head.uri.utf8.count <= limits.maxRequestTargetBytes else {
            throw HTTPRefusal(status: .uriTooLong, detail: "request target too long")
        }
        guard head.headers.count <= limits.maxHeaderFields else {
            throw HTTPRefusal(status: .requestHeaderFieldsTooLarge, detail: "too many header fields")
        }
        for (name, value) in head.headers {
            guard isToken(name), isFieldValue(value) else { throw .badRequest("invalid header field") }
        }
        try checkFraming(head)
        try checkHost(head)
        head.uri = try target(head.uri, method: head.method)
        settleConnection(&head)
        return head
    }

    /// One length, from one field (RFC 9112 §6.3): anything else is how requests are smuggled past a proxy.
    private static func checkFraming(_ head: HTTPRequestHead) throws(HTTPRefusal) {
        let lengths = head.headers["content-length"]
        let codings = head.headers["transfer-encoding"]
        guard lengths.count <= 1, lengths.isEmpty || codings.isEmpty else {
            throw .badRequest("ambiguous message length")
        }
        if let length = lengths.first {
            guard !length.isEmpty, length.utf8.count <= 18, length.utf8.allSatisfy({ (0x30...0x39).contains($0) })
            else {
                throw .badRequest("invalid Content-Length")
            }
        }
        if let coding = codings.first {
            guard codings.count == 1, coding.lowercased() == "chunked", head.version.minor >= 1 else {
                throw HTTPRefusal(status: .notImplemented, detail: "unknown transfer coding")
            }
        }
    }

    /// Exactly one host, except in HTTP/1.0 (RFC 9112 §3.2).
    private static func checkHost(_ head: HTTPRequestHead) throws(HTTPRefusal) {
        let hosts = head.headers["host"]
        guard hosts.count <= 1, hosts.count == 1 || head.version.minor == 0 else {
            throw .badRequest("exactly one Host field is required")
        }
        if let host = hosts.first, !host.isEmpty, WebAuthority(host) == nil { throw .badRequest("invalid Host") }
    }

    /// The path and query. Scheme and host of an absolute target are dropped: nothing is decided by them.
    private static func target(_ uri: String, method: HTTPMethod) throws(HTTPRefusal) -> String {
        guard uri.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { throw .badRequest("invalid request target") }
        if uri.utf8.first == UInt8(ascii: "/") { return uri }
        if uri == "*", method == .OPTIONS { return uri }
        let lower = uri.prefix(8).lowercased()
        guard lower.hasPrefix("http://") || lower.hasPrefix("https://"),
            let authority = uri.firstRange(of: "://")?.upperBound
        else { throw .badRequest("invalid request target") }
        guard let path = uri[authority...].firstIndex(where: { $0 == "/" || $0 == "?" }) else { return "/" }
        let rest = String(uri[path...])
        return rest.utf8.first == UInt8(ascii: "/") ? rest : "/" + rest
    }

    private static func settleConnection(_ head: inout HTTPRequestHead) {
        // The decoder stops at a request that asks for an upgrade, whether it gets it or not.
        let endsHere = !head.isKeepAlive || head.headers.contains(name: "upgrade")
        guard endsHere, !asksForWebSocket(head) else { return }
        head.headers.remove(name: "upgrade")
        head.headers.replaceOrAdd(name: "connection", value: "close")
    }

    /// Whether this is a WebSocket handshake by its `Connection` and `Upgrade` fields (RFC 6455 §4.2.1).
    static func asksForWebSocket(_ head: HTTPRequestHead) -> Bool {
        hasToken("upgrade", in: head.headers["connection"]) && hasToken("websocket", in: head.headers["upgrade"])
    }

    private static func hasToken(_ token: String, in values: [String]) -> Bool {
        values.contains { value in
            value.split(separator: ",").contains { $0.trimmingSpaces().lowercased() == token }
        }
    }

    /// RFC 9110 §5.6.2.
    static func isToken(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(isTokenByte)
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        case UInt8(ascii: "!"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"),
            UInt8(ascii: "'"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    /// No control characters but the tab (RFC 9110 §5.5).
    private static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }
}
