import ChatCore
import ChatModel
import Testing

@Suite(.timeLimit(.minutes(2)))
struct DirectRoomTests {
    private func open(_ name: String, _ client: TestClient) async throws -> (RoomID, isNew: Bool) {
        guard case .direct(let room, let isNew) = try await client.run(.openDirect(.username(name))) else {
            throw ChatError(.internal)
        }
        return (room.record.id, isNew)
    }

    @Test func whoHasMadeAllTheRoomsThatHeMayStillOpensThoseThatAreThere() async throws {
        let server = try await TestServer { $0.limits.roomsCreatedPerDay = 1 }
        let alice = try await server.connect("alice")
        let bob = try await server.connect("bob")
        _ = try await server.connect("carol")
        let made = try await self.open("bob", alice)
        #expect(made.isNew)
        #expect(await alice.refusal(.openDirect(.username("carol"))) == .rateLimited)
        #expect(try await self.open("bob", alice) == (made.0, false))
        // Finding a room costs nothing.
        #expect(try await self.open("alice", bob) == (made.0, false))
        #expect(try await self.open("carol", bob).isNew)
        #expect(await bob.refusal(.createRoom(NewRoom())) == .rateLimited)
        try await server.stop()
    }
}
