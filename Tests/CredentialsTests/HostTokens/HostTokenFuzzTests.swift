import Testing

@testable import Credentials

/// Mutations with a fixed seed: nothing traps, and nothing but the token itself is ever accepted.
@Suite struct HostTokenFuzzTests {
    /// Cheap signatures are tried more often than slow ones.
    @Test(arguments: HostSamples.tokens)
    func mutatedTokenIsNeverAccepted(algorithm: String, token: String) throws {
        let fixture = try HostTokenFixture()
        let original = Array(token.utf8)
        let alphabet = Array("ABCabc012-_.=+/ \n".utf8) + [0, 0x7F, 0x80, 0xFF]
        var generator = SeededGenerator(seed: 7515)
        for _ in 0..<(algorithm.hasPrefix("HS") ? 5000 : 1000) {
            let mutated = generator.mutated(original, alphabet: alphabet)
            guard mutated != original else { continue }
            #expect(fixture.failure(String(decoding: mutated, as: UTF8.self)) != nil)
        }
    }

    @Test func signedButMutatedClaimsNeverTrap() throws {
        let fixture = try HostTokenFixture()
        let payload = Array(
            HostTokenFixture.claims([
                ("aud", #"["chat"]"#), ("name", #""Zo\u00eb\ud83d\ude00""#), ("roles", #"["vip","staff",""]"#),
                ("exp", "1.7000009e9"), ("nbf", "0"), ("x", #"[{"y":null}]"#),
            ]).utf8)
        #expect(fixture.failure(HostTokenFixture.token(payload: payload)) == nil)
        let alphabet = Array("{}[]:,\"\\u0dDeE+-.9 truefalsn".utf8) + [0, 0x1F, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        var generator = SeededGenerator(seed: 7519)
        for _ in 0..<10_000 {
            let token = HostTokenFixture.token(payload: generator.mutated(payload, alphabet: alphabet))
            guard let claims = try? fixture.verifier.verify(token, now: HostTokenFixture.now) else { continue }
            #expect((1...64).contains(claims.subject.unicodeScalars.count))
            #expect((0...HostTokenClaims.latestTime).contains(claims.expiresAt))
        }
    }

    @Test func mutatedHeadersAndKeysNeverTrap() throws {
        let fixture = try HostTokenFixture()
        let header = Array(#"{"alg":"HS256","kid":"oct","typ":"JWT","jwk":{"kty":"oct"},"x":[1]}"#.utf8)
        let document = Array(
            #"{"keys":[\#(HostSamples.octKey),\#(HostSamples.p256Key),\#(HostSamples.ed25519Key)]}"#.utf8)
        let pem = Array([HostSamples.p256PEM, HostSamples.ed25519PEM].joined(separator: "\n").utf8)
        var generator = SeededGenerator(seed: 7517)
        for _ in 0..<3000 {
            let mutated = String(decoding: generator.mutated(header), as: UTF8.self)
            _ = fixture.failure(HostTokenFixture.token(header: mutated))
            _ = try? HostTokenKeySet(jwks: generator.mutated(document))
            _ = try? HostTokenKeySet(pem: String(decoding: generator.mutated(pem), as: UTF8.self))
        }
    }
}
