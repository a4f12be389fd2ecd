import Testing

@testable import Credentials

@Suite struct BadHostTokenTests {
    @Test(arguments: [
        "", ".", "..", "a.b", "a.b.c.d", "a.b.c", ".e30.AA", "e30..AA", "e30.e30.", " e30.e30.AA", "e30=.e30.AA",
        "ä.e30.AA", "null.null.null", "W10.e30.AA", "ImEi.e30.AA", String(repeating: ".", count: 8192),
    ])
    func whatIsNoTokenIsMalformed(token: String) throws {
        #expect(try HostTokenFixture().failure(token) == .malformed)
    }

    @Test func longestTokenIsEightKibibytes() throws {
        let fixture = try HostTokenFixture()
        func token(_ count: Int) -> String {
            HostTokenFixture.token([("x", "\"\(String(repeating: "x", count: count))\"")])
        }
        let room = HostTokenVerifier.maximumLength - token(0).utf8.count
        let longest = (0...room).last { token($0).utf8.count <= HostTokenVerifier.maximumLength } ?? 0
        #expect(fixture.failure(token(longest)) == nil)
        #expect(fixture.failure(token(longest + 1)) == .tooLong)
        #expect(fixture.failure(String(repeating: "A", count: 1_000_000)) == .tooLong)
    }

    @Test(arguments: [
        (#"{"alg":"none","kid":"oct"}"#, HostTokenError.unsupportedAlgorithm),
        (#"{"alg":"None","kid":"oct"}"#, .unsupportedAlgorithm),
        (#"{"alg":"hs256","kid":"oct"}"#, .unsupportedAlgorithm),
        (#"{"alg":"HS256 ","kid":"oct"}"#, .unsupportedAlgorithm),
        (#"{"alg":"PS256","kid":"rsa"}"#, .unsupportedAlgorithm),
        (#"{"alg":null,"kid":"oct"}"#, .unsupportedAlgorithm),
        (#"{"alg":["HS256"],"kid":"oct"}"#, .unsupportedAlgorithm),
        (#"{"kid":"oct"}"#, .unsupportedAlgorithm),
        (#"{"alg":"HS256","kid":"oct","crit":["exp"]}"#, .criticalHeader),
        (#"{"alg":"HS256","kid":"oct","crit":[]}"#, .criticalHeader),
        (#"{"alg":"HS256","kid":"oct","typ":"JWE"}"#, .wrongType),
        (#"{"alg":"HS256","kid":"oct","typ":"dpop+jwt"}"#, .wrongType),
        (#"{"alg":"HS256","kid":"oct","typ":null}"#, .wrongType),
        (#"{"alg":"HS256","kid":1}"#, .malformed),
        (#"{"alg":"HS256","kid":null}"#, .malformed),
        (#"{"alg":"HS256","kid":["oct"]}"#, .malformed),
        (#"{"alg":"HS256","alg":"HS256","kid":"oct"}"#, .malformed),
        (#"{"alg":"none","\u0061lg":"HS256","kid":"oct"}"#, .malformed),
        (#"{"alg":"HS256","kid":"other"}"#, .unknownKey),
        (#"{"alg":"HS256","kid":""}"#, .unknownKey),
        (#"{"alg":"HS256","kid":"../../dev/null"}"#, .unknownKey),
        (#"{"alg":"HS256","kid":"oct' OR '1'='1"}"#, .unknownKey),
        (#"{"alg":"HS256","kid":"rsa"}"#, .wrongAlgorithm),
        (#"{"alg":"RS256","kid":"oct"}"#, .wrongAlgorithm),
        (#"{"alg":"EdDSA","kid":"ec"}"#, .wrongAlgorithm),
        (#"{"alg":"HS512","kid":"oct"}"#, .badSignature),
        (#"{"alg":"RS256","kid":"rsa"}"#, .badSignature),
        (#"{"alg":"ES256","kid":"ec"}"#, .badSignature),
        (#"{"alg":"EdDSA","kid":"ed"}"#, .badSignature),
        (#"["HS256"]"#, .malformed), ("null", .malformed), ("", .malformed), ("{", .malformed),
    ])
    func headerIsCheckedEvenWhenItIsSigned(header: String, error: HostTokenError) throws {
        #expect(try HostTokenFixture().failure(HostTokenFixture.token(header: header)) == error)
    }

    /// A key that a token brings or points to is not so much as looked at.
    @Test func keysInTheHeaderAreNotUsed() throws {
        let fixture = try HostTokenFixture()
        let stranger = RandomBytes.make(64)
        let jwk = #"{"kty":"oct","kid":"oct","k":"\#(Base64URL.encode(stranger))"}"#
        for member in [#""jwk":\#(jwk)"#, #""jku":"https://evil.example/keys""#, #""x5u":"file:///etc/passwd""#] {
            for name in [#","kid":"oct""#, ""] {
                let header = #"{"alg":"HS256"\#(name),\#(member)}"#
                let forged = HostTokenFixture.token(
                    header: header, payload: Array(HostTokenFixture.claims().utf8), secret: stranger)
                #expect(fixture.failure(forged) == .badSignature)
                #expect(fixture.failure(HostTokenFixture.token(header: header)) == nil)
            }
        }
    }

    @Test(arguments: HostSamples.confusedTokens)
    func publicKeyIsNeverASecret(token: String) throws {
        #expect(try HostTokenFixture().failure(token) != nil)
        for pem in [HostSamples.rsaPEM, HostSamples.rsaPKCS1PEM] {
            let keys = try HostTokenKeySet(pem: pem)
            #expect(HostTokenFixture(keys: keys).failure(token) == .unknownKey)
        }
    }

    @Test func onlyConfiguredAlgorithmsAreBelieved() throws {
        for (algorithm, token) in HostSamples.tokens {
            let only = try HostTokenFixture { $0.algorithms = $0.algorithms.filter { $0.rawValue == algorithm } }
            #expect(only.failure(token) == nil)
            let others = try HostTokenFixture { $0.algorithms = $0.algorithms.filter { $0.rawValue != algorithm } }
            #expect(others.failure(token) == .unsupportedAlgorithm)
        }
    }

    @Test func signatureOfAnotherTokenIsRefused() throws {
        let fixture = try HostTokenFixture()
        for (_, token) in HostSamples.tokens {
            let parts = token.split(separator: ".")
            let other = Base64URL.encode(Array(HostTokenFixture.claims([("sub", "\"1\"")]).utf8))
            #expect(fixture.failure("\(parts[0]).\(other).\(parts[2])") == .badSignature)
            #expect(fixture.failure("\(parts[0]).\(parts[1]).AA") == .badSignature)
            #expect(fixture.failure("\(parts[0]).\(parts[1]).\(parts[2])A") != nil)
            #expect(fixture.failure("\(parts[0]).\(parts[1]).\(parts[2])==") == .malformed)
            #expect(fixture.failure("\(parts[0]).\(parts[1])") == .malformed)
        }
    }

    @Test(arguments: [
        ("exp", nil, HostTokenError.missingExpiry), ("exp", "null", .invalidClaim),
        ("exp", "\"1700000900\"", .invalidClaim), ("exp", "1e300", .invalidClaim), ("exp", "1e999", .malformed),
        ("exp", "-1", .invalidClaim), ("exp", "253402300800", .invalidClaim), ("exp", "1700000900000", .invalidClaim),
        ("exp", "99999999999999999999", .invalidClaim), ("exp", "0", .expired), ("exp", "1699999940", .expired),
        ("nbf", "1700000061", .notYetValid), ("nbf", "\"0\"", .invalidClaim), ("nbf", "null", .invalidClaim),
        ("iat", "1700000061", .notYetValid), ("iat", "true", .invalidClaim),
        ("iss", nil, .wrongIssuer), ("iss", "\"FORUM.example\"", .wrongIssuer),
        ("iss", "[\"forum.example\"]", .wrongIssuer),
        ("aud", nil, .wrongAudience), ("aud", "\"chats\"", .wrongAudience), ("aud", "[]", .wrongAudience),
        ("aud", "[\"other\"]", .wrongAudience), ("aud", "[[\"chat\"]]", .wrongAudience),
        ("sub", nil, .invalidSubject), ("sub", "\"\"", .invalidSubject), ("sub", "42", .invalidSubject),
        ("sub", "null", .invalidSubject), ("sub", "[\"42\"]", .invalidSubject),
        ("sub", "\"\(String(repeating: "a", count: 65))\"", .invalidSubject),
        ("jti", "1", .invalidClaim), ("jti", "\"\"", .invalidClaim),
        ("jti", "\"\(String(repeating: "j", count: 129))\"", .invalidClaim),
        ("name", "1", .invalidClaim), ("name", "\"\(String(repeating: "é", count: 81))\"", .invalidClaim),
        ("roles", "\"vip\"", .invalidClaim), ("roles", "{}", .invalidClaim), ("roles", "[1]", .invalidClaim),
        ("roles", "[\(Array(repeating: "\"r\"", count: 33).joined(separator: ","))]", .invalidClaim),
        ("sub\":\"1\",\"sub", "\"42\"", .malformed), ("x", "\"\\ud800\"", .malformed),
        ("x", "[[[[[[[[1]]]]]]]]", .malformed), ("x", "{\"a\":1,\"\\u0061\":2}", .malformed),
    ])
    func signedClaimsOfTheWrongFormAreRefused(name: String, value: String?, error: HostTokenError) throws {
        #expect(try HostTokenFixture().failure(HostTokenFixture.token([(name, value)])) == error)
    }

    @Test(arguments: ["[]", "null", "\"42\"", "", "{", "{}x"])
    func payloadIsOneObject(payload: String) throws {
        #expect(try HostTokenFixture().failure(HostTokenFixture.token(payload: Array(payload.utf8))) == .malformed)
    }
}
