@testable import Credentials

/// The made-up forum's keys and a verifier that knows them, at a fixed time.
struct HostTokenFixture {
    static let now: Int64 = 1_700_000_000
    /// The bytes of ``HostSamples/octKey``.
    static let secret = (0..<64).map { UInt8(truncatingIfNeeded: $0 * 29 + 7) ^ 0xA5 }

    let keys: HostTokenKeySet
    let verifier: HostTokenVerifier

    init(_ configure: (inout HostTokenVerifier.Settings) -> Void = { _ in }) throws {
        try self.init(
            keys: Self.keySet(
                HostSamples.octKey, HostSamples.rsaKey, HostSamples.p256Key, HostSamples.ed25519Key), configure)
    }

    init(keys: HostTokenKeySet, _ configure: (inout HostTokenVerifier.Settings) -> Void = { _ in }) {
        var settings = HostTokenVerifier.Settings()
        settings.issuer = "forum.example"
        settings.audience = "chat"
        configure(&settings)
        self.keys = keys
        self.verifier = HostTokenVerifier(keys: keys, settings: settings)
    }

    static func keySet(_ keys: String...) throws -> HostTokenKeySet {
        try HostTokenKeySet(jwks: Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8))
    }

    /// Claims as the forum writes them; a value replaces one of the same name, and nil leaves it out.
    static func claims(_ changes: [(String, String?)] = []) -> String {
        var members = [
            ("iss", "\"forum.example\""), ("aud", "\"chat\""), ("sub", "\"42\""), ("jti", "\"j-1\""),
            ("iat", "1700000000"), ("exp", "1700000900"),
        ]
        for (name, value) in changes {
            members.removeAll { $0.0 == name }
            if let value { members.append((name, value)) }
        }
        return "{" + members.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    /// A token with any header and payload, rightly signed with the shared secret by HS256.
    static func token(
        header: String = #"{"alg":"HS256","kid":"oct","typ":"JWT"}"#, payload: [UInt8], secret: [UInt8] = secret
    ) -> String {
        let signed = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(payload)
        let signature = ScramHash.sha256.authenticationCode(for: Array(signed.utf8), key: secret)
        return signed + "." + Base64URL.encode(signature)
    }

    static func token(header: String) -> String { self.token(header: header, payload: Array(self.claims().utf8)) }

    static func token(_ changes: [(String, String?)]) -> String {
        self.token(payload: Array(self.claims(changes).utf8))
    }

    func failure(_ token: String, now: Int64 = now) -> HostTokenError? {
        do throws(HostTokenError) {
            _ = try self.verifier.verify(token, now: now)
            return nil
        } catch {
            return error
        }
    }
}
