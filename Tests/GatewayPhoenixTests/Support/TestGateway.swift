import ChatCore
import ChatModel
import Credentials
import Foundation
import Logging
import NIOCore
import NIOPosix
import StoreSQLite

@testable import GatewayPhoenix

/// A gateway on a store of its own in a temporary directory, with one event loop.
final class TestGateway: Sendable {
    static let address = ClientAddress("192.0.2.1")

    let service: ChatService
    let gateway: PhoenixGateway
    let eventLoops: [any EventLoop]
    private let store: SQLiteStore
    private let directory: String
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    /// Runs `body` with a gateway whose limits are off as far as they stand in the way of tests.
    static func with(
        _ configure: (inout Limits) -> Void = { _ in }, _ body: (TestGateway) async throws -> Void
    ) async throws {
        let test = try TestGateway(configure)
        do {
            try await test.service.start()
            try await body(test)
            await test.close()
        } catch {
            await test.close()
            throw error
        }
    }

    init(_ configure: (inout Limits) -> Void) throws {
        self.directory = NSTemporaryDirectory() + "parley-phoenix-" + UUID().uuidString
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try FileManager.default.createDirectory(
            atPath: self.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.store = try SQLiteStore.open(
            .init(path: self.directory + "/test.db", durability: .relaxed, readers: 1), logger: logger)
        var core = ChatService.Configuration()
        core.limits.messageRate = .unlimited
        core.limits.joinRate = .unlimited
        core.limits.requestRate = .unlimited
        core.limits.connectionsPerAddress = 0
        core.limits.guestsPerAddress = 0
        core.limits.autoCreatedPerHour = 0
        configure(&core.limits)
        let encoder = PhoenixEventEncoder(node: 1, requestEvent: PhoenixGateway.Configuration().requestEvent)
        var encoders = EncoderTable()
        encoders.register(encoder, gateway: 2)
        self.eventLoops = Array(self.loops.makeIterator())
        self.service = ChatService(
            configuration: core, store: self.store,
            secrets: try SecretFile.loadOrCreate(directory: self.directory), eventLoops: self.eventLoops,
            encoders: encoders, logger: logger)
        var configuration = PhoenixGateway.Configuration()
        configuration.pushRate = .unlimited
        self.gateway = PhoenixGateway(
            service: self.service, configuration: configuration, encoder: encoder, encoderID: 2, messageBytes: 65_536,
            clientAddress: { _ in Self.address })
    }

    func close() async {
        await self.service.shutdown()
        await self.store.close()
        try? await self.loops.shutdownGracefully()
        try? FileManager.default.removeItem(atPath: self.directory)
    }

    /// A client of the account of this name, which is made when there is none; without a name one of nobody.
    func connect(_ name: String? = nil) async throws -> TestClient {
        var identity: Identity?
        if let name {
            let id = UserID(canonical: name)
            if try await self.store.account(id) == nil {
                try await self.store.createAccount(
                    Account(profile: UserProfile(id: id, username: name), createdAt: self.service.clock.now()))
            }
            let token = try await self.service.accounts.issueToken(for: id, lifetimeSeconds: 600).token
            identity = try await self.service.authenticate(.token(token), from: Self.address)
        }
        return try await TestClient.open(identity, self.gateway, on: self.eventLoops[0])
    }
}
