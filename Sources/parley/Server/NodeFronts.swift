import ChatCore
import Credentials
import GatewayJSON
import GatewayPhoenix
import GatewayREST
import Logging
import NIOCore
import NIOPosix
import NetTransport
import StoreSQLite

/// The gateways of a node, and the port on which they are all served.
struct NodeFronts {
    /// The keys of the gateways' encoders with the core.
    static let jsonEncoder: UInt8 = 1
    static let phoenixEncoder: UInt8 = 2

    let transport: HTTPTransport
    let longPoll: LongPollEndpoint

    init(
        configuration: ServerConfiguration, service: ChatService, store: SQLiteStore, secrets: ServerSecrets,
        origins: AllowedOrigins, loops: MultiThreadedEventLoopGroup, phoenixEvents: PhoenixEventEncoder,
        state: NodeState, logger: Logger
    ) throws {
        let clients = try ClientAddressRule(trustedProxies: configuration.trustedProxies)
        let json = JSONGateway(
            service: service, configuration: configuration.json, encoderID: Self.jsonEncoder,
            clientAddress: { clients.address(of: $0) })
        let phoenix = PhoenixGateway(
            service: service, configuration: configuration.phoenix, encoder: phoenixEvents,
            encoderID: Self.phoenixEncoder, messageBytes: configuration.phoenixMessageBytes,
            clientAddress: { clients.address(of: $0) })
        self.longPoll = LongPollEndpoint(gateway: phoenix, origins: origins, eventLoops: Array(loops.makeIterator()))

        var phoenixLimits = configuration.webSocket
        phoenixLimits.maxMessageBytes = configuration.phoenixMessageBytes
        var routes = [json.route(limits: configuration.webSocket), phoenix.route(limits: phoenixLimits)]
        if configuration.debugEcho { routes.append(.echo()) }

        let rest = RESTGateway(
            service: service, configuration: Self.restConfiguration(configuration),
            probe: NodeProbe(
                readiness: { await state.readiness(of: service) }, transport: { state.transportCounters },
                store: { try? await store.statistics() }),
            operators: OperatorAuthority(keys: secrets.tokenKeys), clients: clients, origins: origins)
        var responder = rest.responder(logger: logger)
        if configuration.phoenix.isLongPollEnabled {
            let longPoll = LongPollResponder(
                endpoint: self.longPoll, clients: clients, maxBodyBytes: configuration.maxBodyBytes)
            responder = longPoll.responder(before: responder)
        }

        let announcement = StartAnnouncement(configuration: configuration)
        self.transport = HTTPTransport(
            configuration: Self.transportConfiguration(configuration, origins: origins), routes: routes,
            eventLoopGroup: loops, logger: logger, responder: responder,
            onBound: { address in
                announcement.tell(address, logger: logger)
                state.phase = .serving
            })
    }

    private static func restConfiguration(_ configuration: ServerConfiguration) -> RESTGateway.Configuration {
        var rest = RESTGateway.Configuration()
        rest.maxBodyBytes = configuration.maxBodyBytes
        rest.version = Version.text
        return rest
    }

    private static func transportConfiguration(
        _ configuration: ServerConfiguration, origins: AllowedOrigins
    ) -> HTTPTransport.Configuration {
        var transport = HTTPTransport.Configuration(host: configuration.http.host, port: configuration.http.port)
        transport.limits = configuration.httpLimits
        transport.limits.maxConnections =
            configuration.maxConnections > 0 ? configuration.maxConnections : HTTPLimits.defaultMaxConnections
        transport.origins = origins
        transport.keepAlive = configuration.keepAlive
        transport.drainTimeout = configuration.drainTimeout
        transport.backlog = configuration.backlog
        if configuration.phoenix.isLongPollEnabled { transport.longPollPaths = [LongPollEndpoint.path] }
        return transport
    }
}
