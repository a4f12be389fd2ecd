import ChatModel
import StoreSQLite
import Synchronization
import Testing

@testable import ChatCore
@testable import Credentials

/// A made-up host application that signs its users' logins.
private struct HostApplication {
    private let signer: TokenSigner
    private let verifier: HostTokenVerifier

    init() throws {
        let secret = RandomBytes.make(32)
        self.signer = TokenSigner(
            keys: try TokenKeySet(signing: TokenKey(id: "forum", secret: secret)), issuer: "", audience: "")
        let jwks = #"{"keys":[{"kty":"oct","kid":"forum","k":"\#(Base64URL.encode(secret))"}]}"#
        self.verifier = HostTokenVerifier(keys: try HostTokenKeySet(jwks: Array(jwks.utf8)), settings: .init())
    }

    func attach(to server: TestServer, createsAccounts: Bool = true) {
        server.service.accounts.hostTokens.replace(with: self.verifier, createsAccounts: createsAccounts)
    }

    /// - Parameters:
    ///   - age: How long ago the token was made, in seconds.
    ///   - isDated: Whether the token says when it was made.
    ///   - claims: Further members, each with its value as JSON.
    func token(
        _ subject: String, on server: TestServer, age: Int64 = 0, isDated: Bool = true, _ claims: [String] = []
    ) -> String {
        let now = server.service.clock.now().milliseconds / 1000 - age
        let times = (isDated ? [#""iat":\#(now)"#] : []) + [#""exp":\#(now + 600)"#]
        let members = [#""sub":"\#(subject)""#] + times + claims
        return self.signer.sign(payload: Array("{\(members.joined(separator: ","))}".utf8))
    }
}

/// Changes of roles that were told.
private final class Told: Sendable {
    private let lines = Mutex<[String]>([])

    var all: [String] { self.lines.withLock { $0 } }

    func append(_ user: UserID, _ gained: [String], _ lost: [String]) {
        self.lines.withLock { $0.append("\(user.value) +\(gained) -\(lost)") }
    }
}

@Suite(.timeLimit(.minutes(2))) struct HostTokenTests {
    private func logIn(_ token: String, _ server: TestServer) async throws(ChatError) -> Identity {
        try await server.service.authenticate(.token(token), from: ClientAddress("127.0.0.1"))
    }

    private func refusal(_ token: String, _ server: TestServer) async -> ChatError.Code? {
        do throws(ChatError) {
            _ = try await self.logIn(token, server)
            return nil
        } catch {
            return error.code
        }
    }

    private func start() async throws -> (TestServer, HostApplication) {
        let server = try await TestServer()
        let host = try HostApplication()
        host.attach(to: server)
        return (server, host)
    }

    @Test func accountIsMadeAtFirstSightWithoutRightsOnTheServer() async throws {
        let (server, host) = try await self.start()
        let token = host.token("42", on: server, [#""name":"  Zoë\u0007 ""#, #""roles":["vip","admin"]"#])
        let identity = try await self.logIn(token, server)
        #expect(identity.profile == UserProfile(id: UserID(canonical: "42"), username: "42", displayName: "Zoë"))
        #expect(identity.serverRole == .user && identity.isFromHost && identity.guestToken == nil)
        let account = try #require(await server.store.account(identity.profile.id))
        #expect(account.hostRoles == ["admin", "vip"] && account.role == .user && account.passwordRecord == nil)
        #expect(try await self.logIn(host.token("René", on: server), server).profile.id.value == "rené")
        try await server.stop()
    }

    @Test func nobodyIsBelievedBeforeAKeyIsGivenNorAfterItIsTakenAway() async throws {
        let server = try await TestServer()
        let host = try HostApplication()
        let token = host.token("42", on: server)
        #expect(await self.refusal(token, server) == .authInvalid)
        host.attach(to: server)
        #expect(await self.refusal(token, server) == nil)
        server.service.accounts.hostTokens.replace(with: nil, createsAccounts: true)
        #expect(await self.refusal(token, server) == .authInvalid)
        try HostApplication().attach(to: server)
        #expect(await self.refusal(token, server) == .authInvalid)
        try await server.stop()
    }

    @Test func accountsAreMadeOnlyWhenThatIsAllowed() async throws {
        let (server, host) = try await self.start()
        _ = try await self.logIn(host.token("known", on: server), server)
        host.attach(to: server, createsAccounts: false)
        #expect(await self.refusal(host.token("known", on: server), server) == nil)
        #expect(await self.refusal(host.token("unknown", on: server), server) == .authInvalid)
        try await server.stop()
    }

    @Test(arguments: [
        "Guest1234", "GUEST0", "two words", "a/b", "a@b", "\\u0000", "שa", String(repeating: "é", count: 65),
    ])
    func namesThatNoAccountCanHaveAreRefused(subject: String) async throws {
        let (server, host) = try await self.start()
        #expect(await self.refusal(host.token(subject, on: server), server) == .authInvalid)
        #expect(try await server.service.accounts.accounts(matching: .init()).total == 0)
        try await server.stop()
    }

    @Test func newNameAndRolesAreTakenOverAndToldFromTheNewestTokenOnly() async throws {
        let (server, host) = try await self.start()
        let told = Told()
        server.service.accounts.rolesChanged.withLock { $0 = told.append }
        let old = host.token("42", on: server, age: 60, [#""name":"Old""#, #""roles":["a","b"]"#])
        let new = host.token("42", on: server, [#""name":"New""#, #""roles":["b","c","d"]"#])
        _ = try await self.logIn(old, server)
        #expect(told.all.isEmpty, "a new account has no roles to lose")
        #expect(try await self.logIn(new, server).profile.displayName == "New")
        // A device that still has the older token is let in and changes nothing.
        #expect(try await self.logIn(old, server).profile.displayName == "New")
        _ = try await self.logIn(host.token("42", on: server), server)
        let account = try #require(await server.store.account(UserID(canonical: "42")))
        #expect(account.profile.displayName == "New" && account.hostRoles == ["b", "c", "d"])
        #expect(told.all == [#"42 +["c", "d"] -["a"]"#])
        try await server.stop()
    }

    @Test func newNameShowsInRooms() async throws {
        let (server, host) = try await self.start()
        let alice = try await server.connect("alice")
        try await alice.join(roomNumber(7))
        let first = try await self.logIn(host.token("42", on: server, age: 9, [#""name":"Old""#]), server)
        _ = try await server.service.execute(.join(.number(roomNumber(7)), JoinOptions(history: 0)), as: first)
        _ = try await self.logIn(host.token("42", on: server, [#""name":"New""#]), server)
        let reply = try await alice.run(.members(.number(roomNumber(7)), after: nil, limit: 10))
        guard case .members(let members, _) = reply else { throw ChatError(.internal) }
        #expect(members.map(\.profile.displayName).sorted() == ["New", "alice"])
        try await server.stop()
    }

    @Test func disabledAndDeletedAccountsStayOut() async throws {
        let (server, host) = try await self.start()
        let id = try await self.logIn(host.token("42", on: server), server).profile.id
        try await server.service.accounts.setDisabled(id, true)
        #expect(await self.refusal(host.token("42", on: server), server) == .authInvalid)
        try await server.service.accounts.setDisabled(id, false)
        #expect(await self.refusal(host.token("42", on: server, age: -2), server) == nil)
        try await server.service.accounts.delete(id, messages: .keep)
        #expect(await self.refusal(host.token("42", on: server), server) == .authInvalid)
        try await server.stop()
    }

    @Test func loggedOutTokenStaysOutAndNoOtherDoes() async throws {
        let (server, host) = try await self.start()
        let token = host.token("42", on: server, [#""jti":"s1""#])
        let identity = try await self.logIn(token, server)
        try await server.service.accounts.logOut(identity, everywhere: false)
        #expect(await self.refusal(token, server) == .authInvalid)
        #expect(await self.refusal(host.token("42", on: server, [#""jti":"s2""#]), server) == nil)
        // Another user's token of the same id is another token.
        #expect(await self.refusal(host.token("43", on: server, [#""jti":"s1""#]), server) == nil)
        // What the next start is told, also in the time by which clocks may differ.
        let end = try #require(identity.tokenExpiresAt)
        #expect(try await server.store.revokedTokens(at: end.adding(seconds: 599)) == ["host:42:s1"])
        try await server.stop()
    }

    @Test func tokenWithoutAnIDCanBeLoggedOutToo() async throws {
        let (server, host) = try await self.start()
        let token = host.token("42", on: server)
        try await server.service.accounts.logOut(try await self.logIn(token, server), everywhere: false)
        #expect(await self.refusal(token, server) == .authInvalid)
        #expect(await self.refusal(host.token("42", on: server, age: 60), server) == nil)
        try await server.stop()
    }

    /// What ends every token of an account.
    enum Revocation: CaseIterable {
        case logOutEverywhere, newPassword, newPasswordByTheOperator, disabling
    }

    @Test(arguments: Revocation.allCases)
    func noTokenFromBeforeIsGoodWhenAllOfAnAccountAreRevoked(by revocation: Revocation) async throws {
        let (server, host) = try await self.start()
        let accounts = server.service.accounts
        let id = try await accounts.create(username: "Bob", password: "old secret", role: .user).id
        let used = try await self.logIn(host.token("bob", on: server, age: 9), server)
        let others = [
            host.token("bob", on: server, age: 5), host.token("bob", on: server, isDated: false),
            // Made in the same second, perhaps before: `iat` does not say.
            host.token("bob", on: server),
        ]
        for token in others { #expect(await self.refusal(token, server) == nil) }
        switch revocation {
        case .logOutEverywhere: try await accounts.logOut(used, everywhere: true)
        case .newPassword:
            try await accounts.changePassword(of: used, current: "old secret", new: "Correct7Horse")
        case .newPasswordByTheOperator: try await accounts.setPassword(of: id, to: "new secret")
        case .disabling:
            try await accounts.setDisabled(id, true)
            try await accounts.setDisabled(id, false)
        }
        for token in others { #expect(await self.refusal(token, server) == .authInvalid) }
        #expect(await self.refusal(host.token("bob", on: server, isDated: false), server) == .authInvalid)
        #expect(await self.refusal(host.token("bob", on: server, age: -2), server) == nil)
        #expect(await self.refusal(host.token("alice", on: server, age: 5), server) == nil)
        try await server.stop()
    }

    @Test func hostTokenIsNotTradedForOneThatLastsLonger() async throws {
        let (server, host) = try await self.start()
        let identity = try await self.logIn(host.token("42", on: server), server)
        await #expect(throws: ChatError(.forbidden, detail: "a host application's token")) {
            try await server.service.accounts.refresh(identity)
        }
        try await server.stop()
    }

    @Test func ownTokensGoOnAsBefore() async throws {
        let (server, host) = try await self.start()
        let account = try await server.service.accounts.create(username: "Bob", password: "x", role: .moderator)
        let own = try await server.service.accounts.issueToken(for: account.id, lifetimeSeconds: 600).token
        let identity = try await self.logIn(own, server)
        #expect(identity.serverRole == .moderator && !identity.isFromHost)
        let expired = try await server.service.accounts.issueToken(for: account.id, lifetimeSeconds: -600).token
        #expect(await self.refusal(expired, server) == .authExpired)
        #expect(await self.refusal(host.token("bob", on: server, age: 4000), server) == .authExpired)
        // `sub` names the account, whoever made it; its own role counts.
        let asHost = try await self.logIn(host.token("bob", on: server), server)
        #expect(asHost.profile.username == "Bob" && asHost.serverRole == .moderator)
        try await server.stop()
    }

    @Test func manyFirstSightsAtOnceMakeOneAccount() async throws {
        let (server, host) = try await self.start()
        let token = host.token("42", on: server)
        try await withThrowingTaskGroup(of: UserID.self) { group in
            for _ in 0..<16 { group.addTask { try await self.logIn(token, server).profile.id } }
            for try await id in group { #expect(id.value == "42") }
        }
        #expect(try await server.service.accounts.accounts(matching: .init()).total == 1)
        try await server.stop()
    }
}
