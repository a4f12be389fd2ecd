import ChatCore
import ChatModel
import Credentials
import GatewayJSON
import GatewayPhoenix
import GatewayREST
import Logging
import NIOCore
import NIOPosix
import NetTransport
import ServiceLifecycle
import StoreSQLite
import UnixSignals

/// The running server: everything wired together, from the configuration to the last closed file.
struct Node {
    /// What stopping may take beyond the time that connections have: storing what was accepted, closing files.
    private static let stopReserve = Duration.seconds(5)

    private let loaded: LoadedConfiguration
    private let sources: ConfigurationSources
    private let log: LogControl
    private let logger: Logger
    private let state = NodeState()

    private var configuration: ServerConfiguration { self.loaded.values }

    init(_ loaded: LoadedConfiguration, sources: ConfigurationSources) {
        self.loaded = loaded
        self.sources = sources
        let log = LogControl(level: loaded.values.logLevel)
        let format = loaded.values.logFormat
        self.log = log
        self.logger = Logger(label: "parley") { _ in StandardErrorLog(control: log, format: format) }
    }

    /// Serves until `SIGTERM` or `SIGINT`.
    ///
    /// - Throws: What kept the node from starting.
    func run() async throws {
        let secrets = try self.prepare()
        let store = try SQLiteStore.open(
            .init(
                path: self.configuration.storePath, durability: self.configuration.durability,
                readers: self.configuration.storeReaders), logger: self.logger)
        // One processor is left for the store's writer, which works whenever the loops do.
        let threads = self.configuration.threads == 0 ? System.coreCount - 1 : self.configuration.threads
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: min(max(threads, 1), 64))
        do {
            try await self.serve(store: store, secrets: secrets, loops: loops)
        } catch {
            await store.close()
            NodeFile.remove(from: self.configuration.data)
            throw error
        }
        NodeFile.remove(from: self.configuration.data)
        try? await loops.shutdownGracefully()
        self.logger.info("Stopped")
    }

    // MARK: Before anything runs

    private func prepare() throws -> ServerSecrets {
        ProcessLimits.ignoreBrokenPipes()
        let descriptors = ProcessLimits.raiseDescriptors()
        try DataDirectory.prepare(self.configuration.data)
        try DataDirectory.lock(self.configuration.data)
        let secrets = try SecretFile.loadOrCreate(directory: self.configuration.data)
        for warning in self.loaded.warnings { self.logger.warning("\(warning)") }
        if self.loaded.given.contains("xmpp") {
            self.logger.warning("XMPP is not served by this version; the address has no effect")
        }
        if DataDirectory.isOpenToOthers(self.configuration.data) {
            self.logger.warning("Other users can look into the data directory; chmod 700 keeps them out")
        }
        self.logger.info(
            "Starting", metadata: ["version": "\(Version.text)", "descriptors": "\(descriptors)"])
        return secrets
    }

    // MARK: Wiring

    private func serve(store: SQLiteStore, secrets: ServerSecrets, loops: MultiThreadedEventLoopGroup) async throws {
        let phoenixEvents = PhoenixEventEncoder(
            node: .random(in: .min ... .max), requestEvent: self.configuration.phoenix.requestEvent)
        let service = self.makeCore(store: store, secrets: secrets, loops: loops, phoenix: phoenixEvents)
        let hostTokens = HostTokenKeys(authority: service.accounts.hostTokens, logger: self.logger)
        try hostTokens.apply(self.configuration.hostTokens)
        try await service.start()
        try await FirstStart.makeAdministrator(service.accounts)
        let origins = try AllowedOrigins(self.configuration.allowedOrigins)
        let fronts = try NodeFronts(
            configuration: self.configuration, service: service, store: store, secrets: secrets, origins: origins,
            loops: loops, phoenixEvents: phoenixEvents, state: self.state, logger: self.logger)
        self.state.attach(fronts.transport)
        let reload = ConfigurationReload(
            sources: self.sources, current: self.configuration, log: self.log, origins: origins, hostTokens: hostTokens,
            logger: self.logger)
        var group = ServiceGroupConfiguration(
            services: [
                StoreService(store: store), fronts.transport, LongPollService(endpoint: fronts.longPoll),
                CoreService(service: service, state: self.state),
                HousekeepingService(service: service, logger: self.logger),
                HostTokenKeysService(keys: hostTokens),
                ReloadService(reload: reload),
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: self.logger)
        group.maximumGracefulShutdownDuration =
            .seconds(self.configuration.drainTimeout.wholeSeconds) + Self.stopReserve
        try await ServiceGroup(configuration: group).run()
    }

    private func makeCore(
        store: SQLiteStore, secrets: ServerSecrets, loops: MultiThreadedEventLoopGroup, phoenix: PhoenixEventEncoder
    ) -> ChatService {
        var core = ChatService.Configuration()
        core.domain = self.configuration.domain
        core.limits = self.configuration.coreLimits
        core.policy = self.configuration.policy
        core.tokens = self.configuration.tokens
        core.passwordIterations = self.configuration.passwordIterations
        core.gatherMilliseconds = self.configuration.gatherMilliseconds
        var encoders = EncoderTable()
        encoders.register(
            JSONEventEncoder(presenceDetail: core.limits.presenceDetail), gateway: NodeFronts.jsonEncoder)
        encoders.register(phoenix, gateway: NodeFronts.phoenixEncoder)
        return ChatService(
            configuration: core, store: store, secrets: secrets, eventLoops: Array(loops.makeIterator()),
            encoders: encoders, logger: self.logger)
    }
}
