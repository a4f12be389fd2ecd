import ChatCore
import ChatModel
import NIOCore
import NetTransport
import Testing
import WireJSON

@testable import GatewayPhoenix

/// The endpoint of a gateway of its own.
final class TestEndpoint: Sendable {
    let endpoint: LongPollEndpoint
    private let gateway: TestGateway

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
        self.gateway = try TestGateway { $0.connectionsPerAddress = connectionsPerAddress }
        self.endpoint = LongPollEndpoint(
            gateway: self.gateway.gateway, origins: try AllowedOrigins(["https://friend.example"]),
            eventLoops: self.gateway.eventLoops)
    }

    private func close() async {
        await self.endpoint.drain()
        await self.gateway.close()
    }

    func call(
        _ method: String, _ query: String, for caller: LongPollCaller = LongPollCaller(),
        _ change: @Sendable (inout LongPollRequest) -> Void = { _ in }
    ) async -> LongPollResponse {
        var request = LongPollRequest(method: method, query: query, address: TestGateway.address)
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
