import Testing

@testable import Credentials

@Suite struct SecretFileFormatTests {
    private static let secret = Base64URL.encode((0..<32).map { UInt8(truncatingIfNeeded: $0 * 73 + 5) ^ 0x5A })
    private static let seed = "decoy-seed \(secret)"

    @Test func firstKeySignsAndTheOthersVerify() throws {
        let text = "# comment\n\n  token-key new \(Self.secret)\r\ntoken-key old \(Self.secret)\n\(Self.seed)"
        let secrets = try SecretFileFormat.read(text)
        #expect(secrets.tokenKeys.signing.id == "new" && secrets.tokenKeys.key("old") != nil)
    }

    @Test func everyNewFileHasItsOwnSecrets() throws {
        let first = try SecretFileFormat.read(SecretFileFormat.makeText())
        let second = try SecretFileFormat.read(SecretFileFormat.makeText())
        #expect(first.tokenKeys.signing.id != second.tokenKeys.signing.id)
        #expect(first.tokenKeys.signing.secret != second.tokenKeys.signing.secret)
        #expect(first.decoySeed.bytes != second.decoySeed.bytes)
    }

    @Test(arguments: [
        ("", "no token-key"), ("# nothing", "no token-key"), (seed, "no token-key"),
        ("token-key k \(secret)", "no decoy-seed"),
        ("token-key k AAAA\n\(seed)", "line 1 is shorter than 32 bytes"),
        ("\ntoken-key k \(String(repeating: "A", count: 43))\n\(seed)", "line 2 is a known sample or not random"),
        ("token-key k eW91ci0yNTYtYml0LXNlY3JldC15b3VyLTI1Ni1iaXQta2V5\n\(seed)", "known sample"),
        ("token-key k not+base64\n\(seed)", "line 1 is not base64url"),
        ("token-key k k k\n\(seed)", "Line 1 is neither"),
        ("token-key /etc \(secret)\n\(seed)", "key id in line 1"), ("secret \(secret)\n\(seed)", "Line 1 is neither"),
        ("token-key k \(secret)\ntoken-key k \(secret)\n\(seed)", "same id"),
        ("token-key k \(secret)\n\(seed)\n\(seed)", "Line 3 is neither"),
        ("token-key k \(secret)\ndecoy-seed AAAA", "decoy-seed in line 2 is shorter"),
    ])
    func damageIsToldWithItsLineAndACure(text: String, reason: String) {
        let problem = #expect(throws: SecretFileFormat.Problem.self) { try SecretFileFormat.read(text) }
        #expect(problem?.reason.contains(reason) == true, "\(problem?.reason ?? "")")
        #expect(problem?.reason.contains(Self.secret) == false)
    }

    @Test func mutatedFilesNeverTrap() {
        let good = Array(SecretFileFormat.makeText().utf8)
        var generator = SeededGenerator(seed: 600)
        for _ in 0..<5_000 {
            _ = try? SecretFileFormat.read(String(decoding: generator.mutated(good), as: UTF8.self))
        }
    }
}
