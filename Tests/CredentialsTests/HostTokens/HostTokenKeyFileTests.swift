import Foundation
import Testing

@testable import Credentials

@Suite struct HostTokenKeyFileTests {
    /// What `body` gives for the path of a file that has the text and the mode.
    private func withFile<Result>(_ text: String, mode: Int, _ body: (String) throws -> Result) throws -> Result {
        let path = NSTemporaryDirectory() + "parley-keys-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return try body(path)
    }

    private func keys(_ text: String, mode: Int) throws -> HostTokenKeySet {
        try self.withFile(text, mode: mode) { try HostTokenKeyFile.keys(path: $0) }
    }

    private func secret(_ text: String, mode: Int) throws -> HostTokenKeySet {
        try self.withFile(text, mode: mode) { try HostTokenKeyFile.secret(path: $0) }
    }

    @Test func publicKeysMayBeReadByAllAndSecretsByTheOwnerOnly() throws {
        #expect(try self.keys(HostSamples.p256PEM, mode: 0o644).count == 1)
        #expect(try self.keys(#"{"keys":[\#(HostSamples.rsaKey)]}"#, mode: 0o644).count == 1)
        let secret = #"{"keys":[\#(HostSamples.rsaKey),\#(HostSamples.octKey)]}"#
        #expect(try self.keys(secret, mode: 0o600).count == 2)
        for mode in [0o640, 0o604, 0o644, 0o660] {
            let error = #expect(throws: SecretFileError.self) { try self.keys(secret, mode: mode) }
            #expect(error?.reason.contains("chmod 600") == true)
        }
    }

    @Test func secretFileIsPrivateAndItsLineEndIsNoPartOfIt() throws {
        let text = "base64:\(Base64URL.encode(HostTokenFixture.secret))\n"
        let fixture = HostTokenFixture(keys: try self.secret(text, mode: 0o600))
        #expect(fixture.failure(HostSamples.unnamedTokens[0].token) == nil)
        #expect(throws: SecretFileError.self) { try self.secret(text, mode: 0o644) }
        let error = #expect(throws: SecretFileError.self) { try self.secret("not long enough\n", mode: 0o600) }
        #expect(error?.reason.contains("not long enough") == false)
    }

    @Test(arguments: ["/nonexistent/keys", "/", "/dev/null"])
    func whatIsNoFileOfKeysIsRefused(path: String) {
        #expect(throws: SecretFileError.self) { try HostTokenKeyFile.keys(path: path) }
    }

    @Test func largeFileIsRefused() {
        #expect(throws: SecretFileError.self) { try self.keys(String(repeating: " ", count: 70_000), mode: 0o600) }
    }

    @Test func stampTellsOneContentFromTheNext() throws {
        let stamps = try self.withFile("one", mode: 0o600) { path in
            let first = [HostTokenKeyFile.Stamp(path: path), HostTokenKeyFile.Stamp(path: path)]
            try "another".write(toFile: path, atomically: true, encoding: .utf8)
            return first + [HostTokenKeyFile.Stamp(path: path)]
        }
        #expect(stamps[0] != nil && stamps[0] == stamps[1] && stamps[1] != stamps[2])
        #expect(HostTokenKeyFile.Stamp(path: "/nonexistent/keys") == nil)
    }
}
