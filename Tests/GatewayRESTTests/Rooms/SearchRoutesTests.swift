import ChatCore
import ChatModel
import HTTPTypes
import Testing
import WireJSON

@testable import GatewayREST

struct SearchRoutesTests {
    private func identity(_ token: String, _ test: TestGateway) async throws -> Identity {
        try await test.service.authenticate(.token(token), from: .local)
    }

    /// A room with some messages, and its number.
    private func room(_ bodies: [String], of owner: Identity, _ test: TestGateway) async throws -> RoomNumber {
        let new = NewRoom(settings: RoomSettings(title: "Tea", access: .isPrivate))
        guard case .room(let info) = try await test.service.execute(.createRoom(new), as: owner) else {
            throw RESTError(ChatError(.internal))
        }
        for body in bodies {
            _ = try await test.service.execute(
                .send(.number(info.record.number), OutgoingMessage(body: body)), as: owner)
        }
        return info.record.number
    }

    private func found(_ answer: TestGateway.Answer) throws -> [String] {
        #expect(answer.status == 200)
        return try answer.json["messages"]?.array?.compactMap { $0["content"]?.string } ?? []
    }

    @Test func wordsAreFoundInAnyOrderAndCaseNewestFirst() async throws {
        try await TestGateway.with { test async throws in
            let token = try await test.token("alice")
            let alice = try await self.identity(token, test)
            let room = try await self.room(["Green tea", "black TEA", "tea is green", "coffee"], of: alice, test)
            let path = "/api/v1/search?room=\(room)"
            let both = try await test.get(path + "&q=tea+GREEN", token: token)
            #expect(try self.found(both) == ["tea is green", "Green tea"])
            #expect(try self.found(await test.get(path + "&q=nothing", token: token)) == [])
            let page = try await test.get(path + "&q=tea&limit=2", token: token)
            #expect(try self.found(page) == ["tea is green", "black TEA"])
            let next = try #require(try page.json["next"]?.integer)
            #expect(
                try self.found(await test.get(path + "&q=tea&limit=2&before=\(next)", token: token)) == ["Green tea"])
            let keys = Set(try page.json["messages"]?.array?.first?.object?.members.map(\.key) ?? [])
            #expect(keys == Set(APISchema.message.definition["required"]?.array?.compactMap(\.string) ?? []))
        }
    }

    @Test(arguments: [
        ("", "room"), ("room=1", "q"), ("q=a", "room"), ("room=1&q=", "q"), ("room=1&q=%20%20", "q"),
        ("room=1&q=a+b+c+d+e+f+g+h+i", "q"), ("room=1&q=a&before=0", "before"), ("room=1&q=a&before=x", "before"),
        ("room=1&q=a&limit=0", "limit"), ("room=1&q=a&limit=101", "limit"),
        ("room=1&q=a&before=9999999999999999999", "before"),
    ])
    func whatIsWrongIsNamed(query: String, field: String) async throws {
        try await TestGateway.with { test async throws in
            let token = try await test.token("alice")
            let lobby = RoomReference(typed: "1")
            _ = try await test.service.execute(
                .join(lobby, JoinOptions(history: 0)), as: try await self.identity(token, test))
            let answer = try await test.get("/api/v1/search?\(query)", token: token)
            #expect(answer.status == 422)
            let issues = try #require(try answer.json["detail"]?.array)
            #expect(issues.map { $0["loc"] } == [["query", .string(field)]])
        }
    }

    @Test func onlyWhatOneMayReadIsFound() async throws {
        try await TestGateway.with { test async throws in
            let alice = try await self.identity(try await test.token("alice"), test)
            let room = try await self.room(["a secret"], of: alice, test)
            let path = "/api/v1/search?q=secret&room="
            #expect(try await test.get(path + "\(room)").status == 401)
            #expect(try await test.get(path + "\(room)", token: try await test.token("bob")).status == 403)
            #expect(try await test.get(path + "nowhere", token: try await test.token("carol")).status == 404)
        }
    }
}
