import HTTPTypes
import NetTransport
import Testing

@testable import GatewayREST

struct CrossOriginTests {
    private static let listed = "https://chat.example.com"

    @Test func onlyListedOriginsAreLetIn() async throws {
        try await TestGateway.with(origins: [Self.listed]) { test async throws in
            let allowed = try await test.get("/api/v1/rooms", headers: [.origin: Self.listed])
            #expect(allowed.headers[.accessControlAllowOrigin] == Self.listed)
            #expect(allowed.headers[.accessControlAllowCredentials] == nil)
            #expect(allowed.headers[.vary] == "Origin")
            for origin in [
                "https://evil.example", "https://chat.example.com.evil.example", "null", "http://chat.example.com",
            ] {
                let refused = try await test.get("/api/v1/rooms", headers: [.origin: origin])
                #expect(refused.headers[.accessControlAllowOrigin] == nil, "\(origin)")
            }
        }
    }

    @Test func preflightsAreAnsweredForListedOriginsOnly() async throws {
        try await TestGateway.with(origins: [Self.listed]) { test async throws in
            func preflight(_ origin: String) async throws -> TestGateway.Answer {
                try await test.call(
                    .options, "/api/v1/auth/login",
                    headers: [.origin: origin, .accessControlRequestMethod: "POST"])
            }
            let allowed = try await preflight(Self.listed)
            #expect(allowed.status == 204)
            #expect(allowed.headers[.accessControlAllowMethods]?.contains("POST") == true)
            #expect(allowed.headers[.accessControlAllowHeaders]?.contains("Authorization") == true)
            let refused = try await preflight("https://evil.example")
            #expect(refused.status == 403)
            #expect(refused.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test func withoutAListNobodyIsLetIn() async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.get("/api/v1/rooms", headers: [.origin: Self.listed])
            #expect(answer.status == 200)
            #expect(answer.headers[.accessControlAllowOrigin] == nil)
        }
    }

    @Test func theListCanBeReplacedAndABadOneIsNot() async throws {
        let origins = try AllowedOrigins([Self.listed])
        #expect(throws: (any Error).self) { try origins.replace(with: ["not an origin"]) }
        #expect(origins.contains(Self.listed))
        try origins.replace(with: ["https://other.example"])
        #expect(!origins.contains(Self.listed))
        #expect(origins.contains("https://other.example"))
    }
}
