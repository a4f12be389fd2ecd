package import NIOCore
package import NIOHTTP1

/// The head of a request that asks for a WebSocket, after all checks of the transport.
package struct WebSocketRequest: Sendable {
    /// As the client wrote it, without the query.
    package let path: String
    /// What follows the first `?`, still encoded; empty when there is none.
    package let query: String
    package let headers: HTTPHeaders
    /// The peer's address, or the proxy's.
    package let remoteAddress: SocketAddress?
    /// At most 32 tokens, in the client's order of preference.
    package let offeredSubprotocols: [String]
    /// What the route chose of them.
    package let subprotocol: String?

    /// The token of `Authorization: Bearer …` (RFC 6750 §2.1).
    package var bearerToken: String? {
        guard let value = headers["authorization"].first else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].trimmingSpaces()
    }
}

/// Thrown by a route's handler factory to answer the upgrade request with an HTTP error.
package struct UpgradeRefusal: Error, Sendable {
    package let status: HTTPResponseStatus
    /// For the client: becomes `{"detail": …}`.
    package let detail: String

    package init(status: HTTPResponseStatus, detail: String) {
        self.status = status
        self.detail = detail
    }
}

/// One path on which WebSockets are served.
package struct WebSocketRoute: Sendable {
    package let path: String
    let limits: WebSocketLimits
    let allowDeflate: Bool
    let chooseSubprotocol: @Sendable (_ offered: [String]) -> String?
    let makeHandler: @Sendable (WebSocketRequest) throws -> any WebSocketHandler

    /// - Parameters:
    ///   - path: Compared byte by byte with the request's path.
    ///   - subprotocols: Ours, best first. A client that offers none of them gets a connection without one.
    ///   - allowDeflate: Whether permessage-deflate is agreed to.
    ///   - chooseSubprotocol: Takes the place of `subprotocols`. What it returns must be one of those offered.
    ///   - makeHandler: Called on the connection's event loop. Throws ``UpgradeRefusal`` to answer with its status;
    ///     any other error gives a 500.
    package init(
        path: String,
        subprotocols: [String] = [],
        limits: WebSocketLimits = WebSocketLimits(),
        allowDeflate: Bool = true,
        chooseSubprotocol: (@Sendable (_ offered: [String]) -> String?)? = nil,
        makeHandler: @escaping @Sendable (WebSocketRequest) throws -> any WebSocketHandler
    ) {
        self.path = path
        self.limits = limits
        self.allowDeflate = allowDeflate
        self.chooseSubprotocol = chooseSubprotocol ?? { offered in subprotocols.first(where: offered.contains) }
        self.makeHandler = makeHandler
    }

    /// Returns every message, up to 16 MiB.
    package static func echo(path: String = "/debug/echo") -> WebSocketRoute {
        WebSocketRoute(path: path, limits: .conformance) { _ in EchoHandler() }
    }
}

extension StringProtocol {
    /// Without spaces and tabs at both ends, the optional whitespace of header fields (RFC 9110 §5.6.3).
    func trimmingSpaces() -> String {
        var rest = Substring(self)
        while let first = rest.utf8.first, first == 0x20 || first == 0x09 { rest.removeFirst() }
        while let last = rest.utf8.last, last == 0x20 || last == 0x09 { rest.removeLast() }
        return String(rest)
    }
}
