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

extension WebSocketRequest {
    /// The parameters of ``query``.
    ///
    /// - Throws: ``UpgradeRefusal`` with status 400 for a query that cannot be read.
    package func queryParameters() throws(UpgradeRefusal) -> QueryParameters {
        do {
            return try QueryParameters(query)
        } catch {
            throw UpgradeRefusal(status: .badRequest, detail: "invalid query")
        }
    }
}

/// Thrown by a route's handler factory, or given to ``WebSocketAdmission/refuse(_:)``: answers the upgrade request with
/// an HTTP error.
package struct UpgradeRefusal: Error, Sendable {
    package let status: HTTPResponseStatus
    /// For the client: becomes `{"detail": …}` where the route's style is ``RefusalStyle/json``.
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
    let refusals: RefusalStyle
    let decision: Decision

    enum Decision: Sendable {
        case atOnce(@Sendable (WebSocketRequest) throws -> any WebSocketHandler)
        case later(@Sendable (WebSocketAdmission) -> Void)
    }

    /// A route that decides about a handshake at once.
    ///
    /// - Parameters:
    ///   - path: Compared byte by byte with the request's path.
    ///   - subprotocols: Ours, best first. A client that offers none of them gets a connection without one.
    ///   - allowDeflate: Whether permessage-deflate is agreed to.
    ///   - chooseSubprotocol: Takes the place of `subprotocols`. What it returns must be one of those offered.
    ///   - refusals: What refused requests for this path are told, whether the transport refuses them or `makeHandler`.
    ///   - makeHandler: Called on the connection's event loop. Throws ``UpgradeRefusal`` to answer with its status;
    ///     any other error gives a 500.
    package init(
        path: String,
        subprotocols: [String] = [],
        limits: WebSocketLimits = WebSocketLimits(),
        allowDeflate: Bool = true,
        refusals: RefusalStyle = .json,
        chooseSubprotocol: (@Sendable (_ offered: [String]) -> String?)? = nil,
        makeHandler: @escaping @Sendable (WebSocketRequest) throws -> any WebSocketHandler
    ) {
        self.path = path
        self.limits = limits
        self.allowDeflate = allowDeflate
        self.refusals = refusals
        self.chooseSubprotocol = chooseSubprotocol ?? { offered in subprotocols.first(where: offered.contains) }
        decision = .atOnce(makeHandler)
    }

    /// A route that may take its time to decide about a handshake, for example to look up a token.
    ///
    /// - Parameters:
    ///   - admit: Called on the connection's event loop, once for each handshake. Decides by
    ///     ``WebSocketAdmission/accept(_:)`` or ``WebSocketAdmission/refuse(_:)``, at once or later, here or elsewhere.
    ///     Until then nothing is answered, and what the client sends is kept for the handler: up to 64 KiB, with more
    ///     it is cut off.
    ///
    /// The other parameters are those of a route that decides at once.
    package init(
        path: String,
        subprotocols: [String] = [],
        limits: WebSocketLimits = WebSocketLimits(),
        allowDeflate: Bool = true,
        refusals: RefusalStyle = .json,
        chooseSubprotocol: (@Sendable (_ offered: [String]) -> String?)? = nil,
        admit: @escaping @Sendable (WebSocketAdmission) -> Void
    ) {
        self.path = path
        self.limits = limits
        self.allowDeflate = allowDeflate
        self.refusals = refusals
        self.chooseSubprotocol = chooseSubprotocol ?? { offered in subprotocols.first(where: offered.contains) }
        decision = .later(admit)
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
