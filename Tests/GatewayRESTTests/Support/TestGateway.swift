import ChatCore
import ChatModel
import Credentials
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import NIOPosix
import NetTransport
import StoreSQLite
import Testing
import WireJSON

@testable import GatewayREST

/// The gateway on a store of its own in a temporary directory.
final class TestGateway: Sendable {
    static let password = "Correct7Horse"

    let gateway: RESTGateway
    let service: ChatService
    let operators: OperatorAuthority
    let origins: AllowedOrigins
    private let store: SQLiteStore
    private let directory: String
    private let loops: MultiThreadedEventLoopGroup

    struct Answer {
        let status: Int
        let headers: HTTPFields
        let body: ByteBuffer

        var text: String { String(buffer: self.body) }
        var json: JSONValue { get throws { try JSONReader.read(self.body, limits: JSONLimits(maxBytes: 1_048_576)) } }
        var detail: String? { try? self.json["detail"]?.string }
    }

    /// Makes a gateway, runs `body`, and takes everything away again.
    static func with(
        origins: [String] = [], maxBodyBytes: Int = 65_536, readiness: NodeProbe.Readiness = .ready,
        policy: Policy = .init(), _ body: (TestGateway) async throws -> Void
    ) async throws {
        let test = try TestGateway(
            origins: origins, maxBodyBytes: maxBodyBytes, readiness: readiness, policy: policy)
        do {
            try await test.service.start()
            try await body(test)
            await test.close()
        } catch {
            await test.close()
            throw error
        }
    }

    private init(origins: [String], maxBodyBytes: Int, readiness: NodeProbe.Readiness, policy: Policy) throws {
        self.directory = NSTemporaryDirectory() + "parley-rest-" + UUID().uuidString
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try FileManager.default.createDirectory(
            atPath: self.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.store = try SQLiteStore.open(
            .init(path: self.directory + "/test.db", durability: .relaxed, readers: 1), logger: logger)
        self.loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let secrets = try SecretFile.loadOrCreate(directory: self.directory)
        var core = ChatService.Configuration()
        core.policy = policy
        core.policy.signUpsPerHour = 0
        core.passwordIterations = 4096
        self.service = ChatService(
            configuration: core, store: self.store, secrets: secrets, eventLoops: [self.loops.next()],
            encoders: EncoderTable(), logger: logger)
        self.operators = OperatorAuthority(keys: secrets.tokenKeys)
        self.origins = try AllowedOrigins(origins)
        let (store, counters) = (self.store, ConnectionCounters())
        let probe = NodeProbe(
            readiness: { readiness }, transport: { counters.snapshot() }, store: { try? await store.statistics() })
        var configuration = RESTGateway.Configuration()
        configuration.maxBodyBytes = maxBodyBytes
        configuration.version = "1.2.3"
        self.gateway = RESTGateway(
            service: self.service, configuration: configuration, probe: probe, operators: self.operators,
            clients: .peerOnly, origins: self.origins)
    }

    private func close() async {
        await self.store.close()
        try? await self.loops.shutdownGracefully()
        try? FileManager.default.removeItem(atPath: self.directory)
    }

    // MARK: Calls

    func call(
        _ method: HTTPRequest.Method, _ path: String, token: String? = nil, headers: HTTPFields = [:],
        body: String = ""
    ) async throws -> Answer {
        var fields = headers
        if let token { fields[.authorization] = "Bearer \(token)" }
        let head = HTTPRequest(method: method, scheme: "http", authority: "test", path: path, headerFields: fields)
        let request = Request(head: head, body: .init(buffer: ByteBuffer(string: body)))
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let context = RESTContext(source: .init(channel: EmbeddedChannel(), logger: logger))
        let response = try await self.gateway.buildRouter().buildResponder().respond(to: request, context: context)
        let writer = BodyCollector()
        try await response.body.write(writer)
        return Answer(status: response.status.code, headers: response.headers, body: writer.collected)
    }

    func get(_ path: String, token: String? = nil, headers: HTTPFields = [:]) async throws -> Answer {
        try await self.call(.get, path, token: token, headers: headers)
    }

    func post(_ path: String, json body: String, token: String? = nil) async throws -> Answer {
        try await self.call(.post, path, token: token, headers: [.contentType: "application/json"], body: body)
    }

    func post(_ path: String, form body: String) async throws -> Answer {
        try await self.call(
            .post, path, headers: [.contentType: "application/x-www-form-urlencoded"], body: body)
    }

    // MARK: Accounts

    func signUp(_ name: String) async throws -> Answer {
        try await self.post(
            "/api/v1/auth/signup", json: "{\"username\":\"\(name)\",\"password\":\"\(Self.password)\"}")
    }

    /// A token of a new account.
    func token(_ name: String, role: ServerRole = .user) async throws -> String {
        let account = try await self.service.accounts.create(username: name, password: Self.password, role: role)
        return try await self.service.accounts.issueToken(for: account.id, lifetimeSeconds: 60).token
    }
}

/// Keeps what a response writes.
private final class BodyCollector: ResponseBodyWriter {
    private(set) var collected = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        self.collected.writeImmutableBuffer(buffer)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
