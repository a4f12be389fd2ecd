import Testing

@testable import Credentials

@Suite struct HostTokenClaimTests {
    private let now = HostTokenFixture.now

    private func claims(_ changes: [(String, String?)]) throws -> HostTokenClaims {
        try HostTokenFixture().verifier.verify(HostTokenFixture.token(changes), now: self.now)
    }

    @Test func tokenLivesFromItsIssueToItsEndWithTheLeewayOnBothSides() throws {
        let fixture = try HostTokenFixture()
        let token = HostTokenFixture.token([])
        #expect(fixture.failure(token, now: self.now - 61) == .notYetValid)
        #expect(fixture.failure(token, now: self.now - 60) == nil)
        #expect(fixture.failure(token, now: self.now + 959) == nil)
        #expect(fixture.failure(token, now: self.now + 960) == .expired)
        #expect(fixture.failure(token, now: .max) == .expired)
        #expect(fixture.failure(token, now: .min) == .notYetValid)
        for leeway: Int64 in [0, -5] {
            let strict = try HostTokenFixture { $0.leewaySeconds = leeway }
            #expect(strict.failure(token, now: self.now + 899) == nil)
            #expect(strict.failure(token, now: self.now + 900) == .expired)
            #expect(strict.failure(token, now: self.now - 1) == .notYetValid)
        }
    }

    @Test func issueNotBeforeAndFractionsAreOptional() throws {
        #expect(try self.claims([("iat", nil)]).issuedAt == nil)
        #expect(try self.claims([("nbf", "1700000060.9"), ("exp", "1.7000009005e9")]).expiresAt == 1_700_000_900)
        #expect(try self.claims([("exp", "253402300799")]).expiresAt == HostTokenClaims.latestTime)
    }

    @Test(arguments: ["\"chat\"", "[\"chat\"]", "[\"other\",\"chat\"]", "[1,\"chat\"]"])
    func audienceIsOneOrSeveral(audience: String) throws {
        #expect(throws: Never.self) { try self.claims([("aud", audience)]) }
    }

    @Test func issuerAndAudienceAreFreeUnlessConfigured() throws {
        let open = try HostTokenFixture {
            $0.issuer = nil
            $0.audience = nil
        }
        #expect(open.failure(HostTokenFixture.token([("iss", nil), ("aud", "[7]")])) == nil)
    }

    @Test func rolesAreSortedDistinctAndOnlyThoseThatCanBeNamed() throws {
        let roles = #"["vip","a.b_c-d:E9","vip","","two words","é","\#(String(repeating: "r", count: 65))"]"#
        #expect(try self.claims([("roles", roles)]).roles == ["a.b_c-d:E9", "vip"])
        #expect(try self.claims([("roles", "[]")]).roles == [])
        #expect(try self.claims([("roles", "null")]).roles == nil)
        #expect(try self.claims([("roles", nil)]).roles == nil)
    }

    @Test func nameIsOptional() throws {
        let longest = String(repeating: "é", count: 80)
        #expect(try self.claims([("name", "\"\(longest)\"")]).name == longest)
        #expect(try self.claims([("name", "null")]).name == nil)
        #expect(try self.claims([("name", nil)]).name == nil)
    }

    @Test func tokenWithoutAnIDIsKnownByWhatWasSigned() throws {
        let token = HostTokenFixture.token([("jti", nil)])
        let verifier = try HostTokenFixture().verifier
        let id = try verifier.verify(token, now: self.now).id
        #expect(id.utf8.count == 43)
        #expect(try verifier.verify(token, now: self.now + 1).id == id)
        #expect(try self.claims([("jti", nil), ("sub", "\"43\"")]).id != id)
    }

    @Test(arguments: [
        #"{"alg":"HS256"}"#, #"{"typ":"jwt","alg":"HS256"}"#, #"{"typ":"at+JWT","alg":"HS256","kid":"oct"}"#,
        #" { "kid" : "oct", "alg":"HS256","cty":"x","x5t":7 } "#,
    ])
    func headerMayBeWrittenDifferently(header: String) throws {
        #expect(try HostTokenFixture().failure(HostTokenFixture.token(header: header)) == nil)
    }
}
