import ChatCore
import ChatModel
import HTTPTypes
import Testing

@testable import GatewayREST

struct OperatorRoutesTests {
    private static let path = "/api/v1/operator/accounts/pat/refresh"

    @Test func onlyTheOperatorsTokenOpensTheDoor() async throws {
        try await TestGateway.with { test async throws in
            let now = test.service.clock.now().milliseconds / 1000
            #expect(try await test.call(.post, Self.path).status == 401)
            let admin = try await test.token("boss", role: .admin)
            #expect(try await test.call(.post, Self.path, token: admin).status == 401)
            let stale = test.operators.issue(id: "1", now: now - 3600)
            #expect(try await test.call(.post, Self.path, token: stale).status == 401)
            let fresh = test.operators.issue(id: "2", now: now)
            #expect(try await test.call(.post, Self.path, token: fresh).status == 204)
        }
    }

    @Test func anOperatorsTokenIsNobodysAccount() async throws {
        try await TestGateway.with { test async throws in
            let token = test.operators.issue(id: "1", now: test.service.clock.now().milliseconds / 1000)
            #expect(try await test.get("/api/v1/auth/me", token: token).status == 401)
        }
    }
}
