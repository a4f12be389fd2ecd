import Testing

@testable import Credentials

@Suite struct TokenTests {
    private let now = TokenFixture.now

    @Test func signedClaimsComeBackAsTheyWere() throws {
        let fixture = try TokenFixture()
        let token = fixture.signer.sign(
            subject: "re\"né\\e\u{1}", isGuest: true, session: "s-1", generation: .max, id: "t-1", now: self.now,
            lifetime: 900)
        let claims = try fixture.verifier.verify(token, now: self.now)
        #expect(
            claims
                == TokenClaims(
                    subject: "re\"né\\e\u{1}", issuer: "parley.example", audience: "access", id: "t-1",
                    issuedAt: self.now, expiresAt: self.now + 900, isGuest: true, session: "s-1", generation: .max))
    }

    /// Made with Python's hmac, base64 and json modules.
    @Test func tokenOfAnotherImplementationIsRead() throws {
        let token =
            "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIiwidHlwIjoiSldUIn0."
            + "eyJpc3MiOiAicGFybGV5LmV4YW1wbGUiLCAiYXVkIjogWyJvdGhlciIsICJhY2Nlc3MiXSwgInN1YiI6ICJyZW5cdTAwZTllIiwgImp0"
            + "aSI6ICJ0LTEiLCAiaWF0IjogMTcwMDAwMDAwMCwgImV4cCI6IDE3MDAwMDA5MDAuNSwgImdlbiI6IDcsICJyb2xlcyI6IFsieCIsIHsi"
            + "eSI6IG51bGx9XX0.ULGXV1h4IRpJv6wYv0WXlGiKSSL01C7aR9JQFzg-j8g"
        let claims = try TokenFixture().verifier.verify(token, now: self.now)
        #expect(claims.subject == "renée" && claims.expiresAt == 1_700_000_900 && claims.generation == 7)
        #expect(!claims.isGuest && claims.session == nil && claims.audience == "access")
    }

    @Test func tokenLivesFromItsIssueToItsEndWithTheLeewayOnBothSides() throws {
        let fixture = try TokenFixture()
        let token = fixture.token(lifetime: 900)
        #expect(fixture.failure(token, now: self.now - 61) == .notYetValid)
        #expect(fixture.failure(token, now: self.now - 60) == nil)
        #expect(fixture.failure(token, now: self.now + 959) == nil)
        #expect(fixture.failure(token, now: self.now + 960) == .expired)
        #expect(fixture.failure(token, now: .max) == .expired)
        #expect(fixture.failure(token, now: .min) == .notYetValid)
    }

    @Test func leewayIsASettingAndNeverNegative() throws {
        let fixture = try TokenFixture()
        let token = fixture.token(lifetime: 900)
        for leeway: Int64 in [0, -5] {
            let strict = TokenVerifier(keys: fixture.keys, issuer: "parley.example", audience: "access", leeway: leeway)
            #expect(throws: Never.self) { try strict.verify(token, now: self.now + 899) }
            #expect(throws: TokenError.expired) { try strict.verify(token, now: self.now + 900) }
        }
        let endless = TokenVerifier(keys: fixture.keys, issuer: "parley.example", audience: "access", leeway: .max)
        #expect(throws: Never.self) { try endless.verify(token, now: self.now + 1_000_000) }
    }

    @Test func lifetimeBeyondSixtyFourBitsIsClamped() throws {
        let fixture = try TokenFixture()
        #expect(try fixture.verifier.verify(fixture.token(lifetime: .max), now: self.now).expiresAt == .max)
        #expect(fixture.failure(fixture.token(lifetime: .min)) == .expired)
    }

    @Test func notBeforeIsKept() throws {
        let fixture = try TokenFixture()
        var claims = try fixture.verifier.verify(fixture.token(), now: self.now)
        claims.notBefore = self.now + 100
        let token = fixture.signer.sign(claims)
        #expect(fixture.failure(token) == .notYetValid)
        #expect(try fixture.verifier.verify(token, now: self.now + 40) == claims)
    }

    @Test func retiredKeyVerifiesUntilItIsDropped() throws {
        let old = try TokenFixture(id: "old")
        let token = old.token()
        let rotated = try TokenFixture(id: "new", secret: RandomBytes.make(32), retired: [old.keys.signing])
        #expect(rotated.failure(token) == nil)
        #expect(rotated.failure(rotated.token()) == nil)
        let dropped = try TokenFixture(id: "new", secret: RandomBytes.make(32))
        #expect(dropped.failure(token) == .unknownKey)
    }

    @Test func tokenForAnotherPurposeOrServerIsRefused() throws {
        let fixture = try TokenFixture()
        let refresh = TokenVerifier(keys: fixture.keys, issuer: "parley.example", audience: "refresh")
        let elsewhere = TokenVerifier(keys: fixture.keys, issuer: "other.example", audience: "access")
        #expect(throws: TokenError.wrongAudience) { try refresh.verify(fixture.token(), now: self.now) }
        #expect(throws: TokenError.wrongIssuer) { try elsewhere.verify(fixture.token(), now: self.now) }
    }

    @Test func keysAreCheckedWhenTheyAreSet() throws {
        let good = RandomBytes.make(32)
        let words = Array("this-is-my-super-secret-key-1234567890".utf8)
        let weak = [
            [UInt8](repeating: 0, count: 32), [UInt8](repeating: 0xAB, count: 64), Array(0..<32), words,
            Array("your-256-bit-secret-your-256-bit-key".utf8), Array("0123456789abcdef0123456789abcdef".utf8),
        ]
        for secret in weak {
            #expect(throws: TokenKeyError.weak) { try TokenKey(id: "k", secret: secret) }
        }
        #expect(throws: TokenKeyError.tooShort) { try TokenKey(id: "k", secret: RandomBytes.make(31)) }
        for id in ["", "a b", "../k", "ä", String(repeating: "k", count: 65)] {
            #expect(throws: TokenKeyError.invalidID) { try TokenKey(id: id, secret: good) }
        }
        let key = try TokenKey(id: "k", secret: good)
        #expect(throws: TokenKeyError.duplicateID) { try TokenKeySet(signing: key, retired: [key]) }
    }
}
