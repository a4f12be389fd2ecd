import ChatModel
import NIOCore
import Testing

@testable import ChatCore
@testable import StoreSQLite

/// Guests who were given no token, as those of Phoenix: nobody comes back as one of them.
@Suite(.timeLimit(.minutes(2)))
struct GuestTests {
    private let lobby = roomNumber(1)

    private func speak(_ guest: TestClient) async throws {
        try await guest.join(self.lobby)
        try await guest.run(.send(.number(self.lobby), OutgoingMessage(body: "hi")))
    }

    private func dismiss(_ guest: TestClient, _ server: TestServer) async throws {
        try await guest.session.eventLoop.submit { server.service.dismiss(guest.session) }.get()
    }

    /// Who comes next, when the name of this guest is the first one that is tried.
    private func admitUnderTheName(of guest: UserProfile, _ server: TestServer) throws -> UserID {
        let number = try #require(UInt64(guest.username.dropFirst("Guest".count)))
        return try server.service.guests.admit(
            from: ClientAddress("192.0.2.9"), perAddress: 0, random: number, now: server.service.clock.now()
        ).id
    }

    @Test func onesWhoWroteAndAreGoneHoldNoPlaceOfTheirAddress() async throws {
        let server = try await TestServer { $0.limits.guestsPerAddress = 2 }
        for _ in 0..<5 {
            let guest = try await server.connectGuest()
            try await self.speak(guest)
            try await self.dismiss(guest, server)
        }
        #expect(server.service.guests.count == 0)
        #expect(try await server.store.takenGuests().count == 5)
        try await server.stop()
    }

    @Test func nameUnderWhichSomethingStandsIsNobodyElses() async throws {
        let server = try await TestServer()
        let writer = try await server.connectGuest()
        try await self.speak(writer)
        let silent = try await server.connectGuest()
        for guest in [writer, silent] { try await self.dismiss(guest, server) }
        #expect(try self.admitUnderTheName(of: writer.session.profile, server) != writer.session.profile.id)
        #expect(try self.admitUnderTheName(of: silent.session.profile, server) == silent.session.profile.id)
        try await server.service.purge()
        #expect(try self.admitUnderTheName(of: writer.session.profile, server) != writer.session.profile.id)
        try await server.stop()
    }

    @Test func nameIsKeptWhileWhatWasHandedInIsStillBeingWritten() async throws {
        let server = try await TestServer()
        let guest = try await server.connectGuest()
        try await guest.join(self.lobby)
        // Another process writes: the store has to wait.
        let other = try Connection(path: server.database, access: .readWrite)
        try other.execute("BEGIN IMMEDIATE")
        let loop = guest.session.eventLoop
        let sent = try await loop.submit {
            let sent = server.service.execute(
                .send(.number(self.lobby), OutgoingMessage(body: "last words")), as: guest.session)
            server.service.dismiss(guest.session)
            return sent
        }.get()
        let next = try self.admitUnderTheName(of: guest.session.profile, server)
        try other.execute("COMMIT")
        guard case .sent = try await sent.get() else { throw ChatError(.internal) }
        #expect(next != guest.session.profile.id)
        // The loop has heard of the answer before anything that is asked of it now.
        try await loop.submit {}.get()
        #expect(server.service.guests.count == 1, "only the one who came next")
        #expect(try self.admitUnderTheName(of: guest.session.profile, server) != guest.session.profile.id)
        try await server.stop()
    }

    @Test func onesWhoseConnectionNeverCameAboutHoldNoPlace() async throws {
        let server = try await TestServer { $0.limits.guestsPerAddress = 2 }
        let address = ClientAddress("127.0.0.1")
        for _ in 0..<5 {
            server.service.dismiss(try await server.service.authenticate(.guest(resumeToken: nil), from: address))
        }
        #expect(server.service.guests.count == 0)
        try await server.stop()
    }

    @Test func whoHasATokenIsKnownAlsoWhenALoginComesToNothing() async throws {
        let server = try await TestServer()
        let address = ClientAddress("127.0.0.1")
        let token = try await server.service.accounts.guest(from: address).token
        for credential in [Credential.token(token), .guest(resumeToken: token)] {
            server.service.dismiss(try await server.service.authenticate(credential, from: address))
            #expect(server.service.guests.count == 1)
        }
        try await server.stop()
    }
}
