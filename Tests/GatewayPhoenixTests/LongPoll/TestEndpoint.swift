import ChatCore
import ChatModel
import Credentials
import Foundation
import Logging
import NIOCore
import NIOPosix
import NetTransport
import StoreSQLite
import Testing
import WireJSON

@testable import GatewayPhoenix

/// The endpoint on a store of its own in a temporary directory, with one event loop.
final class TestEndpoint: Sendable {
    let endpoint: LongPollEndpoint
    private let store: SQLiteStore
    private let directory: String
    private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    static func with(
        connectionsPerAddress: Int = 0, _ body: (TestEndpoint) async throws -> Void
    ) async throws {
        let test = try TestEndpoint(connectionsPerAddress)
        do {
            try await body(test)
            await test.close()
        } catch {
            await test.close()
            throw error
        }
    }

    private init(_ connectionsPerAddress: Int) throws {
        self.directory = NSTemporaryDirectory() + "parley-longpoll-" + UUID().uuidString
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        try FileManager.default.createDirectory(
            atPath: self.directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        self.store = try SQLiteStore.open(
            .init(path: self.directory + "/test.db", durability: .relaxed, readers: 1), logger: logger)
        let secrets = try SecretFile.loadOrCreate(directory: self.directory)
        var core = ChatService.Configuration()
        core.limits.connectionsPerAddress = connectionsPerAddress
        let encoder = PhoenixEventEncoder(node: 1, requestEvent: PhoenixGateway.Configuration().requestEvent)
        var encoders = EncoderTable()
        encoders.register(encoder, gateway: 2)
        let eventLoops = Array(self.loops.makeIterator())
        let service = ChatService(
            configuration: core, store: self.store, secrets: secrets, eventLoops: eventLoops, encoders: encoders,
            logger: logger)
        let gateway = PhoenixGateway(
            service: service, encoder: encoder, encoderID: 2, messageBytes: 65_536,
            clientAddress: { _ in ClientAddress("192.0.2.1") })
        self.endpoint = LongPollEndpoint(
            gateway: gateway, origins: try AllowedOrigins(["https://friend.example"]), eventLoops: eventLoops)
    }

    private func close() async {
        await self.endpoint.drain()
        await self.store.close()
        try? await self.loops.shutdownGracefully()
        try? FileManager.default.removeItem(atPath: self.directory)
    }

    func call(
        _ method: String, _ query: String, for caller: LongPollCaller = LongPollCaller(),
        _ change: @Sendable (inout LongPollRequest) -> Void = { _ in }
    ) async -> LongPollResponse {
        var request = LongPollRequest(method: method, query: query, address: ClientAddress("192.0.2.1"))
        request.host = "chat.test"
        change(&request)
        return await self.endpoint.respond(to: request, for: caller)
    }

    /// The token of a new session of nobody.
    func open() async throws -> String {
        try #require(try await self.call("GET", "vsn=2.0.0").json["token"]?.string)
    }

    /// The status that a POST of lines is answered with.
    func post(
        _ lines: String, _ token: String, _ change: @Sendable (inout LongPollRequest) -> Void = { _ in }
    ) async throws -> Int64? {
        try await self.call("POST", "vsn=2.0.0&token=\(token)") { request in
            request.contentType = "application/x-ndjson"
            request.body = ByteBuffer(string: lines)
            change(&request)
        }.json["status"]?.integer
    }
}

extension LongPollResponse {
    var text: String { String(buffer: self.body) }

    var fields: [String: String] { Dictionary(self.headers.map { ($0.name, $0.value) }) { $0 + ", " + $1 } }

    var json: JSONObject {
        get throws { try #require(try JSONReader.read(self.body, limits: JSONLimits(maxBytes: 1_048_576)).object) }
    }
}
