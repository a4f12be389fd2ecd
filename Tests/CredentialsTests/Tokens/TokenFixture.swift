import Testing

@testable import Credentials

/// A key, a signer and a verifier that belong together, at a fixed time.
struct TokenFixture {
    static let now: Int64 = 1_700_000_000
    static let secret = (0..<32).map { UInt8(truncatingIfNeeded: $0 * 37 + 11) ^ 0x5A }

    let keys: TokenKeySet
    let signer: TokenSigner
    let verifier: TokenVerifier

    init(id: String = "k1", secret: [UInt8] = secret, retired: [TokenKey] = []) throws {
        self.keys = try TokenKeySet(signing: TokenKey(id: id, secret: secret), retired: retired)
        self.signer = TokenSigner(keys: self.keys, issuer: "parley.example", audience: "access")
        self.verifier = TokenVerifier(keys: self.keys, issuer: "parley.example", audience: "access")
    }

    func token(subject: String = "alice", lifetime: Int64 = 900) -> String {
        self.signer.sign(subject: subject, generation: 1, id: "t-1", now: Self.now, lifetime: lifetime)
    }

    /// A correctly signed token with any payload.
    func token(payload: String) -> String {
        self.signer.sign(payload: Array(payload.utf8))
    }

    /// A token with any header, signed with the fixture's key.
    func token(header: String) -> String {
        let payload =
            #"{"iss":"parley.example","aud":"access","sub":"alice","jti":"1","iat":1700000000,"exp":1700000900}"#
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(payload.utf8))
        let signature = ScramHash.sha256.authenticationCode(for: Array(signed.utf8), key: Self.secret)
        return signed + "." + Base64URL.encode(signature)
    }

    func failure(_ token: String, now: Int64 = now) -> TokenError? {
        do throws(TokenError) {
            _ = try self.verifier.verify(token, now: now)
            return nil
        } catch {
            return error
        }
    }
}
