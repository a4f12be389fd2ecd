import ChatCore
import ChatModel
import StoreSQLite
import Testing

@Suite(.timeLimit(.minutes(2)))
struct ModerationTests {
    private let seven = roomNumber(7)

    private func moderate(_ target: Target, _ sanction: Sanction) -> Command {
        .moderate(.number(self.seven), target, sanction)
    }

    @Test(arguments: [Target.id(UserID(canonical: "bob")), .username("Bob")])
    func accountThatWasNeverInTheRoomCanBeBanned(target: Target) async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        try await alice.join(self.seven)
        let account = Account(
            profile: UserProfile(id: UserID(canonical: "bob"), username: "Bob"), createdAt: server.service.clock.now())
        try await server.store.createAccount(account)
        for sanction in [Sanction.kick(reason: ""), .mute(seconds: 0, reason: ""), .unmute, .unban] {
            #expect(await alice.refusal(self.moderate(target, sanction)) == .noSuchTarget)
        }
        try await alice.run(self.moderate(target, .ban(seconds: 0, reason: "", deleteMessagesSeconds: 0)))
        let bob = try await server.connect("bob")
        #expect(await bob.refusal(.join(.number(self.seven), JoinOptions(history: 0))) == .banned)
        try await alice.run(self.moderate(target, .unban))
        #expect(await bob.refusal(.join(.number(self.seven), JoinOptions(history: 0))) == nil)
        try await server.stop()
    }

    @Test(arguments: [Target.id(UserID(canonical: "nobody")), .id(UserID(canonical: "Bob")), .username("bob")])
    func nobodyIsBannedUnderANameThatIsNoAccounts(target: Target) async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        try await alice.join(self.seven)
        try await server.store.createAccount(
            Account(
                profile: UserProfile(id: UserID(canonical: "bob"), username: "Bob"),
                createdAt: server.service.clock.now()))
        let ban = Sanction.ban(seconds: 0, reason: "", deleteMessagesSeconds: 0)
        #expect(await alice.refusal(self.moderate(target, ban)) == .noSuchTarget)
        try await server.stop()
    }
}
