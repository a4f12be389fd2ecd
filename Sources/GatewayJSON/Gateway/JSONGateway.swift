package import ChatCore
import ChatModel
package import NIOCore
package import NetTransport

/// The typed-JSON chat protocol on `/ws` (json-chat.md part 1; what it speaks exactly is in docs/json.md).
package final class JSONGateway: Sendable {
    package struct Configuration: Sendable {
        /// Restores the reference server's limit of 200 code points for a message.
        package var isStrict = false
        /// How many past messages a join brings to a client without extensions; 0–500, at most one page of history.
        package var historyOnJoin = 50
        /// How long a socket may stay without a hello.
        package var helloTimeout = TimeAmount.seconds(10)

        package init() {}
    }

    /// The subprotocol of a client that speaks the compact encoding from its first frame (json-chat.md §1.13).
    package static let compactSubprotocol = "justchat.compact.v1"

    let service: ChatService
    let configuration: Configuration
    let encoderID: UInt8
    let encoder: JSONEventEncoder
    private let clientAddress: @Sendable (WebSocketRequest) -> ClientAddress

    /// - Parameters:
    ///   - encoderID: The key under which a ``JSONEventEncoder`` is registered with the core.
    ///   - clientAddress: Where a request comes from; behind a trusted proxy that is not the peer of the socket.
    package init(
        service: ChatService, configuration: Configuration = Configuration(), encoderID: UInt8,
        clientAddress: @escaping @Sendable (WebSocketRequest) -> ClientAddress = JSONGateway.peerAddress
    ) {
        self.clientAddress = clientAddress
        self.service = service
        self.configuration = configuration
        self.encoderID = encoderID
        self.encoder = JSONEventEncoder(presenceDetail: service.limits.presenceDetail)
    }

    /// The path that the transport serves.
    package func route(path: String = "/ws", limits: WebSocketLimits = WebSocketLimits()) -> WebSocketRoute {
        WebSocketRoute(path: path, subprotocols: [Self.compactSubprotocol], limits: limits) { request in
            JSONConnection(
                gateway: self,
                address: self.clientAddress(request),
                bearerToken: request.bearerToken,
                speaksCompact: request.subprotocol == Self.compactSubprotocol
            )
        }
    }

    /// The address of the socket's other end.
    package static let peerAddress: @Sendable (WebSocketRequest) -> ClientAddress = { request in
        ClientAddress(request.remoteAddress?.ipAddress ?? "unknown")
    }

    var decodingRules: FrameDecoder.Rules {
        FrameDecoder.Rules(
            isStrict: self.configuration.isStrict,
            historyOnJoin: max(0, self.configuration.historyOnJoin),
            historyPage: self.service.limits.historyPage
        )
    }

    /// What a hello answer names as the most code points of a message.
    var contentLimit: Int {
        self.configuration.isStrict
            ? min(200, self.service.limits.messageCodePoints) : self.service.limits.messageCodePoints
    }
}
