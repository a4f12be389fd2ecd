package import ChatCore
package import ChatModel
package import NIOCore
import NIOHTTP1
package import NetTransport
import WireJSON

/// Phoenix Channels on `/socket/websocket` and `/socket/longpoll`, as Phoenix 1.8 speaks them
/// (`phoenixframework/phoenix`; what it offers exactly is in docs/phoenix.md).
package final class PhoenixGateway: Sendable {
    package struct Configuration: Sendable {
        /// Channels that one socket may have joined, 1…10,000.
        package var channelsPerSocket = 100
        /// Messages that one socket may send; who sends faster is read from more slowly.
        package var pushRate = Rate(burst: 200, perSecond: 50)
        /// How long a socket may send nothing at all before it is closed.
        package var idleTimeout = TimeAmount.seconds(60)
        /// The event of PhoenixGenApi's requests, results and deliveries.
        package var requestEvent = "phoenix_gen_api"
        /// The services under which the relay's operations are called.
        package var services = ["chat_service", "relay"]
        /// Whether `/socket/longpoll` is served.
        package var isLongPollEnabled = true
        /// How long a long poll waits for something to tell.
        package var longPollWindow = TimeAmount.seconds(10)

        package init() {}
    }

    let service: ChatService
    let configuration: Configuration
    let encoderID: UInt8
    let encoder: PhoenixEventEncoder
    let messageLimits: JSONLimits
    private let clientAddress: @Sendable (WebSocketRequest) -> ClientAddress

    /// - Parameters:
    ///   - encoderID: The key under which `encoder` is registered with the core.
    ///   - messageBytes: The most bytes of a message that the transport lets through.
    ///   - clientAddress: Where a request comes from; behind a trusted proxy that is not the peer of the socket.
    package init(
        service: ChatService, configuration: Configuration = Configuration(), encoder: PhoenixEventEncoder,
        encoderID: UInt8, messageBytes: Int, clientAddress: @escaping @Sendable (WebSocketRequest) -> ClientAddress
    ) {
        self.service = service
        self.configuration = configuration
        self.encoder = encoder
        self.encoderID = encoderID
        self.clientAddress = clientAddress
        var limits = MessageDecoder.usualLimits
        limits.maxBytes = max(limits.maxBytes, messageBytes)
        self.messageLimits = limits
    }

    /// The WebSocket's path. Whoever is refused is told so by HTTP, with an empty body.
    ///
    /// - Parameter limits: Idle limit and pings are set here: Phoenix never pings, and counts its clients' pings.
    package func route(path: String = "/socket/websocket", limits: WebSocketLimits) -> WebSocketRoute {
        var limits = limits
        limits.idleTimeout = self.configuration.idleTimeout
        limits.sendsPings = false
        return WebSocketRoute(
            path: path, subprotocols: [AuthTokenSubprotocol.name], limits: limits, allowDeflate: false,
            refusals: .bare, admit: { self.admit($0) })
    }

    private func admit(_ admission: WebSocketAdmission) {
        let request = admission.request
        guard let params = ConnectParams(query: request.query, offered: request.offeredSubprotocols) else {
            return admission.refuse(Self.forbidden)
        }
        let address = self.clientAddress(request)
        guard let token = params.token else { return self.accept(admission, params, nil, address) }
        let service = self.service
        Task {
            do throws(ChatError) {
                let identity = try await service.authenticate(.token(token), from: address)
                self.accept(admission, params, identity, address)
            } catch {
                admission.refuse(UpgradeRefusal(error))
            }
        }
    }

    private func accept(
        _ admission: WebSocketAdmission, _ params: ConnectParams, _ identity: Identity?, _ address: ClientAddress
    ) {
        let loop = admission.eventLoop
        admission.accept {
            do throws(ChatError) {
                return try PhoenixSocket(
                    gateway: self, params: params, identity: identity, address: address, on: loop)
            } catch {
                throw UpgradeRefusal(error)
            }
        }
    }

    private static let forbidden = UpgradeRefusal(status: .forbidden, detail: "")

    // MARK: - For sockets

    func makeChannel(_ topic: Topic, _ instance: ChannelInstance, of socket: PhoenixSocket) -> Channel {
        switch topic {
        case .room(let room): RoomChannel(room, topic, instance, of: socket)
        case .realtime(let room): RealtimeChannel(room, topic, instance, of: socket)
        case .everybody, .roles, .user: UserChannel(topic, .user, instance, of: socket)
        case .relay: RelayChannel(topic, .room, instance, of: socket)
        }
    }

    /// How a message stands to the others of its socket.
    func pace(of message: InboundMessage) -> CommandPace {
        switch message.event {
        case nil: .immediate
        case let event? where RoomAct(rawValue: event)?.isPipelined ?? false: .pipelined
        default: .exclusive
        }
    }
}

extension UpgradeRefusal {
    /// Whoever cannot say who he is gets 403, as with Phoenix; what is no fault of his own can be told from that.
    init(_ error: ChatError) {
        switch error.code {
        case .tooManyConnections, .rateLimited: self.init(status: .tooManyRequests, detail: "")
        case .unavailable, .internal, .storageFull: self.init(status: .serviceUnavailable, detail: "")
        default: self.init(status: .forbidden, detail: "")
        }
    }
}
