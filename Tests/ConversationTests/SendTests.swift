import ChatCore
import ChatModel
import Testing

@Suite(.timeLimit(.minutes(1)))
struct SendTests {
    @Test func aMessageToARoomThatIsNotInMemoryIsAnsweredAndHoldsNothingUp() async throws {
        let server = try await TestServer()
        let lobby = roomNumber(1)
        let before = try await server.connect("alice")
        try await before.join(lobby)
        try await before.close()
        server.service.rooms.evictIdle(since: .distantFuture)
        // A member writes without having joined with this connection.
        let alice = try await server.connect("alice")
        let first = try await alice.run(.send(.number(lobby), OutgoingMessage(body: "one")))
        let second = try await alice.run(.send(.number(lobby), OutgoingMessage(body: "two")))
        guard case .sent(let one) = first, case .sent(let two) = second else {
            Issue.record("not sent: \(first), \(second)")
            return
        }
        #expect(two.event.seq == one.event.seq + 1)
        _ = try await alice.run(.rooms(RoomQuery()))
        try await server.stop()
    }
}
