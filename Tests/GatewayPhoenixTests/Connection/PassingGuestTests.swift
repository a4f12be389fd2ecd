import ChatModel
import NIOCore
import Testing

@testable import ChatCore
@testable import GatewayPhoenix

/// Guests that sockets become by themselves.
@Suite(.timeLimit(.minutes(2)))
struct PassingGuestTests {
    /// A socket of nobody to which things happen on its loop.
    private func with<Result: Sendable>(
        socketOf test: TestGateway, _ body: @escaping @Sendable (PhoenixSocket) throws -> Result
    ) async throws -> Result {
        let loop = test.eventLoops[0]
        return try await loop.submit {
            let params = try #require(ConnectParams(query: "vsn=2.0.0", offered: []))
            return try body(
                PhoenixSocket(
                    gateway: test.gateway, params: params, identity: nil, address: TestGateway.address, on: loop))
        }.get()
    }

    @Test func socketThatIsAskedTwiceIsOneGuest() async throws {
        try await TestGateway.with { test in
            let ids = try await self.with(socketOf: test) { socket in
                let sessions = try (0..<3).map { _ in try socket.becomeSomebody() }
                defer { socket.closed() }
                #expect(test.service.guests.count == 1)
                return sessions.map(\.profile.id)
            }
            #expect(Set(ids).count == 1)
            #expect(test.service.guests.count == 0)
        }
    }

    @Test func socketThatIsClosedLeavesNoGuestBehind() async throws {
        try await TestGateway.with { test in
            try await self.with(socketOf: test) { socket in
                socket.closed()
                #expect(throws: ChatError(.unavailable)) { try socket.becomeSomebody() }
            }
            #expect(test.service.guests.count == 0)
        }
    }

    @Test func socketThatMayNotComeInLeavesNoGuestBehind() async throws {
        try await TestGateway.with({ $0.connectionsPerAddress = 1 }) { test in
            try await self.with(socketOf: test) { socket in
                // As if others of its address had been counted in while it was not: its own visit ends first.
                try test.service.users.addVisit(from: TestGateway.address, perAddress: 0)
                #expect(throws: ChatError(.tooManyConnections)) { try socket.becomeSomebody() }
            }
            #expect(test.service.guests.count == 0)
        }
    }
}
