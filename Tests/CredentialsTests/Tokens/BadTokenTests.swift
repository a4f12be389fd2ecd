import Testing

@testable import Credentials

@Suite struct BadTokenTests {
    /// Not a JWT of the strict form at all.
    @Test(arguments: [
        "", ".", "..", "...", "a", "a.b", "a.b.c.d", "a.b.c", ".e30.AA", "e30..AA", "e30.e30.", " e30.e30.AA",
        "e30.e30.AA\n",
        "e30=.e30.AA", "ä.e30.AA", "null.null.null", String(repeating: "A", count: 1_000_000),
        String(repeating: ".", count: 8192),
    ])
    func whatIsNoTokenIsMalformed(token: String) throws {
        #expect(try TokenFixture().failure(token) == .malformed)
    }

    @Test(arguments: [
        #"{"alg":"none","kid":"k1"}"#, #"{"alg":"None","kid":"k1"}"#, #"{"alg":"HS512","kid":"k1"}"#,
        #"{"alg":"RS256","kid":"k1"}"#, #"{"alg":"hs256","kid":"k1"}"#, #"{"kid":"k1"}"#, #"{"alg":null,"kid":"k1"}"#,
        #"{"alg":"HS256"}"#, #"{"alg":"HS256","kid":1}"#, #"{"alg":"HS256","kid":["k1"]}"#,
        #"{"alg":"HS256","kid":"k1","alg":"HS256"}"#, #"{"alg":"none","alg":"HS256","kid":"k1"}"#,
        #"{"alg":"HS256","kid":"k1","typ":"JWE"}"#, #"{"alg":"HS256","kid":"k1","crit":["exp"]}"#,
        #"{"alg":"HS256","kid":"k1","jku":"https://evil.example/keys"}"#,
        #"{"alg":"HS256","kid":"k1","typ":"JWT","jwk":{"kty":"oct","k":"AAAA"}}"#, #"["HS256"]"#, "null", "", "{",
    ])
    func headerOtherThanOursIsMalformedEvenWhenSigned(header: String) throws {
        let fixture = try TokenFixture()
        #expect(fixture.failure(fixture.token(header: header)) == .malformed)
    }

    @Test(arguments: [
        #"{"alg":"HS256","kid":"k1"}"#, #"{"typ":"JWT","alg":"HS256","kid":"k1"}"#,
        #" { "kid" : "k1", "alg":"HS256" } "#,
    ])
    func headerMayBeWrittenDifferently(header: String) throws {
        let fixture = try TokenFixture()
        #expect(fixture.failure(fixture.token(header: header)) == nil)
    }

    @Test(arguments: ["k2", "", "../../etc/passwd", "k1'--", "K1"])
    func unknownKeyIsRefused(id: String) throws {
        let fixture = try TokenFixture()
        #expect(fixture.failure(fixture.token(header: #"{"alg":"HS256","kid":"\#(id)"}"#)) == .unknownKey)
    }

    @Test func signatureOfAnotherKeyOrOverAnotherPayloadIsRefused() throws {
        let fixture = try TokenFixture()
        let stranger = try TokenFixture(secret: RandomBytes.make(32))
        #expect(fixture.failure(stranger.token()) == .badSignature)
        let mine = fixture.token(subject: "alice").split(separator: ".")
        let admin = fixture.token(subject: "admin").split(separator: ".")
        #expect(fixture.failure("\(mine[0]).\(admin[1]).\(mine[2])") == .badSignature)
        #expect(fixture.failure("\(mine[0]).\(mine[1]).\(mine[2].dropLast(4))") != nil)
        #expect(fixture.failure("\(mine[0]).\(mine[1]).AA") == .badSignature)
    }

    private static let base = #""iss":"parley.example","aud":"access","sub":"alice","jti":"1","iat":1700000000"#

    @Test(arguments: [
        ("{\(base)}", TokenError.malformed),  // no end
        ("{\(base),\"exp\":null}", .malformed),
        ("{\(base),\"exp\":\"1700000900\"}", .malformed),
        ("{\(base),\"exp\":1e300}", .malformed),
        ("{\(base),\"exp\":1e999}", .malformed),
        ("{\(base),\"exp\":99999999999999999999}", .malformed),
        ("{\(base),\"exp\":-9223372036854775808}", .expired),
        ("{\(base),\"exp\":1700000900,\"exp\":9999999999}", .malformed),
        ("{\(base),\"exp\":1700000900,\"guest\":\"true\"}", .malformed),
        ("{\(base),\"exp\":1700000900,\"gen\":1.5}", .malformed),
        ("{\(base),\"exp\":1700000900,\"sid\":{}}", .malformed),
        ("{\(base),\"exp\":1700000900,\"nbf\":1700000061}", .notYetValid),
        ("{\(base),\"exp\":1700000900,\"x\":\"\\ud800\"}", .malformed),
        ("{\(base),\"exp\":1700000900,\"x\":{\"a\":1,\"\\u0061\":2}}", .malformed),
        ("{\(base),\"exp\":1700000900}x", .malformed),
        ("[]", .malformed), ("null", .malformed), ("\"alice\"", .malformed),
    ])
    func signedClaimsOfTheWrongFormAreRefused(payload: String, error: TokenError) throws {
        let fixture = try TokenFixture()
        #expect(fixture.failure(fixture.token(payload: payload)) == error)
    }

    @Test(arguments: [
        (#""iss":"parley.example","aud":"access""#, TokenError.missingSubject),
        (#""iss":"parley.example","aud":"access","sub":"""#, .missingSubject),
        (#""iss":"parley.example","aud":"access","sub":7"#, .malformed),
        (#""iss":"parley.example","sub":"alice""#, .wrongAudience),
        (#""iss":"parley.example","aud":[],"sub":"alice""#, .wrongAudience),
        (#""iss":"parley.example","aud":["acces"],"sub":"alice""#, .wrongAudience),
        (#""iss":"parley.example","aud":[1],"sub":"alice""#, .malformed),
        (#""aud":"access","sub":"alice""#, .wrongIssuer),
        (#""iss":"PARLEY.example","aud":"access","sub":"alice""#, .wrongIssuer),
    ])
    func tokenSaysWhoseItIsAndWhoMadeItForWhom(claims: String, error: TokenError) throws {
        let fixture = try TokenFixture()
        let payload = "{\(claims),\"jti\":\"1\",\"iat\":1700000000,\"exp\":1700000900}"
        #expect(fixture.failure(fixture.token(payload: payload)) == error)
    }

    @Test func deepAndWideClaimsAreRefused() throws {
        let fixture = try TokenFixture()
        let end = "\(Self.base),\"exp\":1700000900"
        func claim(_ value: String) -> String { fixture.token(payload: "{\(end),\"x\":\(value)}") }
        #expect(fixture.failure(claim("[[[[[[[1]]]]]]]")) == nil)
        #expect(fixture.failure(claim("[[[[[[[[1]]]]]]]]")) == .malformed)
        #expect(fixture.failure(claim(String(repeating: "[", count: 5000))) == .malformed)
        let wide = "[" + Array(repeating: "1", count: 300).joined(separator: ",") + "]"
        #expect(fixture.failure(claim(wide)) == .malformed)
    }

    @Test func longestTokenIsEightKibibytes() throws {
        let fixture = try TokenFixture()
        func token(_ count: Int) -> String {
            fixture.token(
                payload: "{\(Self.base),\"exp\":1700000900,\"x\":\"\(String(repeating: "x", count: count))\"}")
        }
        let room = TokenVerifier.maximumLength - token(0).utf8.count
        let longest = (0...room).last { token($0).utf8.count <= TokenVerifier.maximumLength } ?? 0
        #expect(fixture.failure(token(longest)) == nil)
        #expect(fixture.failure(token(longest + 1)) == .malformed)
    }
}
