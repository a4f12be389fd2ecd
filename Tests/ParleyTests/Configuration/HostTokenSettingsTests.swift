import Foundation
import Testing

@testable import parley

struct HostTokenSettingsTests {
    private static let secret = "k7Qz-3mVb9Xw2Lp8Rt5Yc1Nd6Hs4Fg0J"

    private func withFile<Result>(_ text: String, mode: Int = 0o600, _ body: (String) throws -> Result) throws -> Result
    {
        let path = NSTemporaryDirectory() + "parley-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return try body(path)
    }

    private func load(_ yaml: String, mode: Int = 0o600) throws -> LoadedConfiguration {
        try self.withFile(yaml, mode: mode) { path in
            var sources = ConfigurationSources()
            sources.file = path
            return try LoadedConfiguration.load(sources)
        }
    }

    @Test func groupsOfGroupsAreReadFromTheFile() throws {
        let yaml = """
            auth:
              leeway_s: 7
              jwt:
                secret: '\(Self.secret)'
                algorithms: [HS512, ES256]
                issuer: forum
                leeway_s: 9
            """
        let settings = try self.load(yaml).values.hostTokens
        #expect(settings.secret.value == Self.secret && settings.issuer.value == "forum")
        #expect(settings.algorithms == ["HS512", "ES256"] && settings.leewaySeconds == 9)
        #expect(settings.audience.value == nil)
    }

    @Test func secretIsShownNowhere() throws {
        var sources = ConfigurationSources()
        sources.environment = ["PARLEY_AUTH_JWT_SECRET": Self.secret]
        let values = try LoadedConfiguration.load(sources).values
        #expect(values.hostTokens.secret.value == Self.secret)
        for setting in SettingTable.all { #expect(!setting.text(in: values).contains(Self.secret)) }
        #expect(!"\(values.hostTokens)".contains(Self.secret))
        sources.environment["PARLEY_AUTH_JWT_SECRET"] = Self.secret + "\u{1}"
        let error = #expect(throws: ConfigurationError.self) { try LoadedConfiguration.load(sources) }
        #expect(error?.description.contains(Self.secret) == false)
    }

    @Test func secretComesFromNoArgumentAndFromNoFileThatOthersCanRead() throws {
        var sources = ConfigurationSources()
        sources.flags = [.init(name: "--set auth.jwt.secret", key: "auth.jwt.secret", value: Self.secret)]
        let error = #expect(throws: ConfigurationError.self) { try LoadedConfiguration.load(sources) }
        #expect(error?.description.contains(Self.secret) == false)
        let yaml = "auth:\n  jwt:\n    secret: '\(Self.secret)'\n"
        #expect(throws: ConfigurationError.self) { try self.load(yaml, mode: 0o644) }
        #expect(throws: Never.self) { try self.load("auth:\n  jwt:\n    issuer: x\n", mode: 0o644) }
    }

    @Test(arguments: ["none", "HS256, RS1", "hs256", ","])
    func onlyKnownAlgorithmsAreTaken(text: String) {
        var configuration = ServerConfiguration()
        let error = #expect(throws: SettingProblem.self) {
            try SettingTable.setting("auth.jwt.algorithms")?.assign(.single(text), to: &configuration)
        }
        #expect(error?.hint.contains("EdDSA") == true)
    }

    // MARK: What the keys come to

    private func read(_ fill: (inout HostTokenSettings) -> Void) throws -> HostTokenReading {
        var settings = HostTokenSettings()
        fill(&settings)
        return try HostTokenReading.read(settings)
    }

    @Test func withoutAKeyNobodyIsBelieved() throws {
        #expect(try self.read { _ in }.keys == nil)
        let reading = try self.read { $0.issuer.value = "forum" }
        #expect(reading.keys == nil && reading.warnings.count == 1)
    }

    @Test func keysOfTheSecretAndOfTheFileCountTogether() throws {
        let pem = """
            -----BEGIN PUBLIC KEY-----
            MCowBQYDK2VwAyEAe2LDp1lPMMnJk+xr9Vztdrsm8U7UH9TUmkHXqvccSuI=
            -----END PUBLIC KEY-----
            """
        let reading = try self.withFile(pem) { path in
            try self.read {
                $0.secret = (try? SecretText(setting: .single(Self.secret))) ?? SecretText()
                $0.jwksFile.value = path
                $0.algorithms = ["HS512"]
            }
        }
        #expect(reading.keyCount == 2)
        #expect(reading.warnings == ["No algorithm of auth.jwt.algorithms uses an Ed25519 key without an id."])
    }

    @Test func unusableKeysNameTheirSettingAndNotTheSecret() throws {
        let weak = "password-password-password-password"
        let error = #expect(throws: ConfigurationError.self) {
            try self.read { $0.secret = (try? SecretText(setting: .single(weak))) ?? SecretText() }
        }
        #expect(error?.description.hasPrefix("auth.jwt.secret: ") == true)
        #expect(error?.description.contains(weak) == false)
        let missing = #expect(throws: ConfigurationError.self) {
            try self.read { $0.jwksFile.value = "/nonexistent/k" }
        }
        #expect(missing?.description.hasPrefix("/nonexistent/k: auth.jwt.jwks_file: ") == true)
        #expect(throws: ConfigurationError.self) {
            try self.read {
                $0.secret = (try? SecretText(setting: .single(Self.secret))) ?? SecretText()
                $0.secretFile.value = "/nonexistent/k"
            }
        }
    }
}
