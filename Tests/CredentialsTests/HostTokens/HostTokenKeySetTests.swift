import Testing

@testable import Credentials

@Suite struct HostTokenKeySetTests {
    private func reason(_ read: () throws -> HostTokenKeySet) -> String? {
        do {
            _ = try read()
            return nil
        } catch {
            return (error as? HostTokenKeyError)?.reason
        }
    }

    // MARK: Shared secrets

    @Test func secretIsTakenAsItIsWrittenUnlessItIsMarkedAsBase64() throws {
        let text = "aGVyZSBpcyBhIHRleHQgdGhhdCBpcyBhbHNvIGJhc2U2NA"
        let payload = Array(HostTokenFixture.claims().utf8)
        let header = #"{"alg":"HS256"}"#
        let asText = HostTokenFixture.token(header: header, payload: payload, secret: Array(text.utf8))
        let asBytes = HostTokenFixture.token(
            header: header, payload: payload, secret: Array("here is a text that is also base64".utf8))
        let plain = HostTokenFixture(keys: try HostTokenKeySet(secret: text))
        #expect(plain.failure(asText) == nil && plain.failure(asBytes) == .badSignature)
        for spelling in ["base64:\(text)", "base64:\(text)==", "base64: \(text)\n"] {
            let marked = HostTokenFixture(keys: try HostTokenKeySet(secret: spelling))
            #expect(marked.failure(asBytes) == nil && marked.failure(asText) == .badSignature)
        }
    }

    @Test(arguments: [
        "", "short", String(repeating: "a", count: 64), "base64:AAAA", "base64:!!!!", "base64:",
        "your-256-bit-secret-your-256-bit-secret", "a-string-secret-at-least-256-bits-long",
        "0123456789abcdef0123456789abcdef", "thisisaverylongpasswordthatisnotrandom",
    ])
    func weakSecretsAreRefusedWithoutBeingRepeated(secret: String) {
        let reason = self.reason { try HostTokenKeySet(secret: secret) }
        #expect(reason != nil)
        #expect(secret.count < 8 || reason?.contains(secret) == false)
    }

    // MARK: JWKS

    @Test func keysOfOtherKindsArePassedOver() throws {
        let others = [
            #"{"kty":"EC","kid":"big","crv":"P-384","x":"AA","y":"AA"}"#, #"{"kty":"OKP","crv":"X25519","x":"AA"}"#,
            #"{"kty":"AKP","kid":"pq"}"#, #"{"kty":"RSA","use":"enc","n":"AA","e":"AQAB"}"#,
            #"{"kty":"RSA","alg":"PS256","n":"AA","e":"AQAB"}"#, #"{"kty":"oct","key_ops":["sign"],"k":"AA"}"#,
            HostSamples.rsaKey1024,
        ]
        let keys = try HostTokenKeySet(
            jwks: Array(#"{"keys":[\#((others + [HostSamples.p256Key]).joined(separator: ","))],"x":1}"#.utf8))
        #expect(keys.count == 1 && keys.warnings.count == others.count)
        #expect(keys.warnings[0] == "Key 1 ('big') is passed over: the curve 'P-384' is not supported.")
        #expect(keys.warnings[6].contains("1024 bits"))
    }

    @Test(arguments: [
        ("", "neither JSON"), ("{", "neither JSON"), (#"{"keys":[],"keys":[]}"#, "neither JSON"),
        ("[]", "no JWKS document"), (#"{"keys":{}}"#, "no JWKS document"),
        (#"{"kty":"oct"}"#, "no JWKS document"), (#"{"keys":[]}"#, "no usable key"),
        (#"{"keys":[{"kty":"AKP"}]}"#, "no usable key"), (#"{"keys":[1]}"#, "Key 1 of 'keys' is not an object"),
        (#"{"keys":[{"kid":"k"}]}"#, "Key 1 ('k'): 'kty' is missing"), (#"{"keys":[{"kty":7}]}"#, "not a string"),
        (#"{"keys":[{"kty":"oct"}]}"#, "'k' is missing"), (#"{"keys":[{"kty":"oct","k":"A="}]}"#, "not base64url"),
        (#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#, "3 bytes"),
        (#"{"keys":[{"kty":"RSA","n":"AAAA","e":"AQAB"}]}"#, "zero byte"),
        (#"{"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}"#, "'x' has 3 bytes, not 32"),
        (
            #"{"keys":[{"kty":"EC","crv":"P-256","x":"FcT_zb9w04DXU2xYAiZMqyZJQXPR45QbvOHTPrneVWo","#
                + #""y":"FcT_zb9w04DXU2xYAiZMqyZJQXPR45QbvOHTPrneVWo"}]}"#, "no point of P-256"
        ),
        (#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}"#, "no Ed25519 public key"),
    ])
    func unusableDocumentsSayWhatIsWrong(text: String, part: String) throws {
        let reason = try #require(self.reason { try HostTokenKeySet(jwks: Array(text.utf8)) })
        #expect(reason.contains(part), "\(reason)")
    }

    @Test func keyIsBoundToTheAlgorithmThatItNames() throws {
        let key = #"{"kty":"oct","kid":"oct","alg":"HS512","k":"\#(Base64URL.encode(HostTokenFixture.secret))"}"#
        let fixture = HostTokenFixture(keys: try HostTokenFixture.keySet(key))
        #expect(
            HostSamples.tokens.map { fixture.failure($0.token) }.prefix(3) == [.wrongAlgorithm, .wrongAlgorithm, nil])
        let wrong = #"{"keys":[{"kty":"oct","alg":"RS256","k":"\#(Base64URL.encode(RandomBytes.make(32)))"}]}"#
        #expect(self.reason { try HostTokenKeySet(jwks: Array(wrong.utf8)) } != nil)
    }

    @Test func tokenWithoutAnIDIsTriedWithAtMostEightKeys() throws {
        let strangers = (0..<8).map { index in
            #"{"kty":"oct","kid":"s\#(index)","k":"\#(Base64URL.encode(RandomBytes.make(32)))"}"#
        }
        let header = #"{"alg":"HS256"}"#
        for (count, error) in [(7, nil), (8, HostTokenError.badSignature)] {
            let keys = (strangers.prefix(count) + [HostSamples.octKey]).joined(separator: ",")
            let fixture = HostTokenFixture(keys: try HostTokenKeySet(jwks: Array(#"{"keys":[\#(keys)]}"#.utf8)))
            #expect(fixture.failure(HostTokenFixture.token(header: header)) == error)
            #expect(fixture.failure(HostTokenFixture.token([])) == nil, "named by its id")
        }
    }

    // MARK: PEM

    @Test func publicKeysInPEMVerifyTokensWithoutAnID() throws {
        let text =
            "# the forum's\n"
            + [HostSamples.rsaPEM, HostSamples.p256PEM, HostSamples.ed25519PEM]
            .joined(separator: "\n\n")
        let fixture = HostTokenFixture(keys: try HostTokenKeySet(pem: text))
        for (algorithm, token) in HostSamples.unnamedTokens {
            #expect(fixture.failure(token) == (algorithm.hasPrefix("HS") ? .unknownKey : nil))
        }
        for (_, token) in HostSamples.tokens { #expect(fixture.failure(token) == .unknownKey) }
        let old = HostTokenFixture(keys: try HostTokenKeySet(pem: HostSamples.rsaPKCS1PEM))
        #expect(old.failure(HostSamples.unnamedTokens[3].token) == nil)
    }

    @Test(arguments: [
        (HostSamples.p384PEM, "no P-256"), (HostSamples.rsa1024PEM, "2048 bits"), ("-----BEGIN X-----", "no end"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "openssl pkey -pubout"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "openssl x509 -pubkey"),
        ("-----BEGIN PUBLIC KEY-----\n!\n-----END PUBLIC KEY-----", "not base64"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "no RSA key"), ("", "no key"),
    ])
    func otherPEMSaysWhatIsWrong(text: String, part: String) throws {
        let reason = try #require(self.reason { try HostTokenKeySet(pem: text) })
        #expect(reason.contains(part), "\(reason)")
    }

    // MARK: What the operator is told

    @Test func keysThatNoAlgorithmUsesAreTold() throws {
        let keys = try HostTokenFixture().keys.merging(HostTokenKeySet(pem: HostSamples.p256PEM))
        #expect(keys.unused(with: [.hs256, .rs256]) == ["the key 'ec'", "the key 'ed'", "a P-256 key without an id"])
        #expect(keys.unused(with: Set(HostTokenAlgorithm.allCases)).isEmpty)
    }
}
