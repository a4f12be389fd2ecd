import HTTPTypes
import Testing
import WireJSON

@testable import GatewayREST

struct RoutingTests {
    @Test func unknownPathsAre404InTheShapeOfAllErrors() async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.get("/no/such/path")
            #expect(answer.status == 404)
            #expect(try answer.json == ["detail": "Not Found"])
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
        }
    }

    @Test func aWrongMethodIsToldTheRightOnes() async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.call(.put, "/api/v1/dashboard/users/pat")
            #expect(answer.status == 405)
            #expect(answer.headers[.allow] == "GET, HEAD, PATCH, DELETE")
        }
    }

    @Test func publicRoomsAreListedWithoutAToken() async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.get("/api/v1/rooms").json
            #expect(answer["rooms"]?.array?.map { $0["alias"] } == ["lobby"])
            #expect(answer["next"] == .null)
            #expect(try await test.get("/api/v1/rooms?limit=0").status == 422)
            #expect(try await test.get("/api/v1/rooms", token: "a.b.c").status == 401)
        }
    }

    @Test func readinessTellsWhyNot() async throws {
        try await TestGateway.with(readiness: .notReady("stopping")) { test async throws in
            #expect(try await test.get("/healthz").status == 200)
            let answer = try await test.get("/readyz")
            #expect(answer.status == 503)
            #expect(try answer.json["reason"] == "stopping")
        }
        try await TestGateway.with { test async throws in
            #expect(try await test.get("/readyz").status == 200)
        }
    }
}
