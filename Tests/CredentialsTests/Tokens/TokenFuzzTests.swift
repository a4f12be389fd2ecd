import Testing

@testable import Credentials

/// Mutations with a fixed seed: nothing traps, and nothing but the token itself is ever accepted.
@Suite struct TokenFuzzTests {
    @Test func mutatedTokenIsNeverAccepted() throws {
        let fixture = try TokenFixture()
        let token = Array(fixture.token().utf8)
        let alphabet = Array("ABCabc012-_.=+/ \n".utf8) + [0, 0x7F, 0x80, 0xFF]
        var generator = SeededGenerator(seed: 7519)
        for _ in 0..<10_000 {
            let mutated = generator.mutated(token, alphabet: alphabet)
            guard mutated != token else { continue }
            #expect(fixture.failure(String(decoding: mutated, as: UTF8.self)) != nil)
        }
    }

    @Test func signedButMutatedClaimsNeverTrap() throws {
        let fixture = try TokenFixture()
        let payload = Array(
            (#"{"iss":"parley.example","aud":["access"],"sub":"ren\u00e9\ud83d\ude00e","jti":"1","iat":1700000000,"#
                + #""exp":1.7000009e9,"nbf":-1,"guest":false,"sid":"s","gen":-9223372036854775808,"x":[{"y":null}]}"#)
                .utf8)
        #expect(fixture.failure(fixture.signer.sign(payload: payload)) == nil)
        let alphabet = Array("{}[]:,\"\\u0dDeE+-.9 truefalsn".utf8) + [0, 0x1F, 0x80, 0xC3, 0xED, 0xF4, 0xFF]
        var generator = SeededGenerator(seed: 8259)
        for _ in 0..<10_000 {
            let token = fixture.signer.sign(payload: generator.mutated(payload, alphabet: alphabet))
            guard let claims = try? fixture.verifier.verify(token, now: TokenFixture.now) else { continue }
            #expect(!claims.subject.isEmpty && claims.issuer == "parley.example" && claims.audience == "access")
        }
    }

    @Test func randomBytesNeverTrapTheReader() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<10_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                UInt8.random(in: .min ... .max, using: &generator)
            }
            _ = try? JSONReader.read(bytes)
        }
    }
}
