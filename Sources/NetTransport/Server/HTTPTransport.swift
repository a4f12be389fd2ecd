package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle

/// The HTTP port: the router's requests and WebSockets on one listener.
///
/// A service: ``run()`` listens until graceful shutdown, then stops accepting, lets every connection say goodbye, and
/// returns when all are closed or the time for it is over.
package final class HTTPTransport: Service, Sendable {
    package struct Configuration: Sendable {
        package var host: String
        /// 0 for any free port.
        package var port: Int
        /// The `Server` header of responses.
        package var serverName = "Parley"
        package var limits = HTTPLimits()
        package var origins = AllowedOrigins()
        /// The router's paths of which a GET is answered when something happens, or after some time. A stopping server
        /// does not wait for these answers: it ends the connections. Compared byte by byte, without the query.
        package var longPollPaths: Set<String> = []
        package var keepAlive = KeepAlive.Settings()
        /// How long connections may take to close when the server stops. Default 3 s.
        package var drainTimeout = TimeAmount.seconds(3)
        /// What handlers are told about when clients may come back. Default 1 s.
        package var drainRetryAfter = TimeAmount.seconds(1)
        /// Connections that may wait to be accepted. Default 4,096; the kernel has a limit of its own.
        package var backlog: Int32 = 4096

        package init(host: String = "127.0.0.1", port: Int = 8080) {
            self.host = host
            self.port = port
        }
    }

    /// Figures for `/metrics`.
    package let counters = ConnectionCounters()

    private let configuration: Configuration
    private let settings: HTTPFrontSettings
    private let group: any EventLoopGroup
    private let logger: Logger
    private let onBound: (@Sendable (SocketAddress) -> Void)?

    /// - Parameters:
    ///   - routes: The paths of WebSockets. All others go to `responder`.
    ///   - responder: Answers HTTP requests, one task for each connection.
    ///   - onBound: Called once, with the address that clients can connect to.
    package init(
        configuration: Configuration,
        routes: [WebSocketRoute],
        eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger,
        responder: @escaping HTTPChannelHandler.Responder,
        onBound: (@Sendable (SocketAddress) -> Void)? = nil
    ) {
        self.configuration = configuration
        self.logger = logger
        self.onBound = onBound
        group = eventLoopGroup
        settings = HTTPFrontSettings(
            handshake: UpgradeHandshake(routes: routes, origins: configuration.origins),
            limits: configuration.limits,
            serverName: configuration.serverName,
            longPollPaths: configuration.longPollPaths,
            exchange: HTTPExchange(responder: responder),
            logger: logger
        )
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// - Throws: When the address cannot be bound.
    package func run() async throws {
        let loops = try await makeLoops()
        let gate = ConnectionGate(
            limit: configuration.limits.maxConnections,
            counters: counters.makeLoopCounters(),
            logger: logger
        )
        let listener = try await bind(loops: loops, gate: gate)
        if let address = listener.localAddress {
            logger.info("Listening for HTTP", metadata: ["address": "\(address)"])
            onBound?(address)
        }
        var drainTimeout = configuration.drainTimeout
        do {
            try await gracefulShutdown()
        } catch {
            // Cancelled: there is no time for goodbyes.
            drainTimeout = .zero
        }
        await stop(listener, loops: loops, gate: gate, drainTimeout: drainTimeout)
    }

    // MARK: Start

    private typealias Loops = [ObjectIdentifier: NIOLoopBound<TransportLoop>]

    private func makeLoops() async throws -> Loops {
        var loops: Loops = [:]
        for eventLoop in group.makeIterator() {
            let (loopCounters, keepAlive) = (counters.makeLoopCounters(), configuration.keepAlive)
            loops[ObjectIdentifier(eventLoop)] = try await eventLoop.submit {
                let loop = TransportLoop(eventLoop: eventLoop, counters: loopCounters, keepAlive: keepAlive)
                return NIOLoopBound(loop, eventLoop: eventLoop)
            }.get()
        }
        return loops
    }

    private func bind(loops: Loops, gate: ConnectionGate) async throws -> any Channel {
        let settings = settings
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: configuration.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConnectionGateHandler(gate: gate))
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // One small buffer stays with each channel for good; longer reads get larger ones that do not stay.
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 512, maximum: 65_536)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let loop = loops[ObjectIdentifier(channel.eventLoop)]?.value else {
                        throw ChannelError.inappropriateOperationForState
                    }
                    try channel.pipeline.syncOperations.addHandler(HTTPFrontHandler(settings: settings, loop: loop))
                }
            }
            .bind(host: configuration.host, port: configuration.port)
            .get()
    }

    // MARK: Stop

    private func stop(
        _ listener: any Channel,
        loops: Loops,
        gate: ConnectionGate,
        drainTimeout: TimeAmount
    ) async {
        try? await listener.close().get()
        let retryAfter = configuration.drainRetryAfter
        forEachLoop(of: loops) { $0.drain(retryAfter: retryAfter) }
        try? await gate.whenEmpty(on: listener.eventLoop, orAfter: drainTimeout).get()
        forEachLoop(of: loops) { $0.abort() }
        try? await gate.whenEmpty(on: listener.eventLoop, orAfter: .seconds(1)).get()
    }

    private func forEachLoop(of loops: Loops, _ body: @escaping @Sendable (TransportLoop) -> Void) {
        for loop in loops.values {
            loop.eventLoop.execute { body(loop.value) }
        }
    }
}
