import ChatCore
import ChatModel
import HTTPTypes
import Testing
import WireJSON

@testable import GatewayREST

/// json-chat.md §2.4.
struct DirectRoutesTests {
    @Test func twoHaveOneRoomWhoeverAsks() async throws {
        try await TestGateway.with { test async throws in
            let (alice, bob) = (try await test.token("Alice"), try await test.token("bob"))
            let first = try await test.call(.post, "/api/v1/direct/bob", token: alice)
            #expect(first.status == 201)
            #expect(try first.json["is_new"] == true)
            #expect(try first.json["room"]?["kind"] == "direct")
            #expect(try first.json["room"]?["members"] == 2)
            let second = try await test.call(.post, "/api/v1/direct/alice", token: bob)
            #expect(second.status == 200)
            #expect(try second.json["is_new"] == false)
            #expect(try second.json["room"]?["room_id"] == (try first.json["room"]?["room_id"]))
        }
    }

    @Test func whoCannotBeWrittenToIsRefused() async throws {
        try await TestGateway.with { test async throws in
            let alice = try await test.token("alice")
            let disabled = try await test.service.accounts.create(username: "gone", password: "x", role: .user)
            try await test.service.accounts.setDisabled(disabled.id, true)
            for (user, status) in [("alice", 403), ("nobody", 404), ("gone", 404), ("a%2Fb", 404)] {
                #expect(try await test.call(.post, "/api/v1/direct/\(user)", token: alice).status == status, "\(user)")
            }
            let guest = try await test.service.accounts.guest(from: .local).token
            #expect(try await test.call(.post, "/api/v1/direct/alice", token: guest).status == 403)
            #expect(try await test.call(.post, "/api/v1/direct/alice").status == 401)
        }
    }
}
