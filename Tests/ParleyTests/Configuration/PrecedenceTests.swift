import ChatModel
import Foundation
import Testing

@testable import parley

struct PrecedenceTests {
    /// Loads with a file of this text.
    private func load(
        file: String? = nil, environment: [String: String] = [:], flags: [(String, String)] = []
    ) throws -> LoadedConfiguration {
        var sources = ConfigurationSources()
        sources.environment = environment
        sources.flags = flags.map { .init(name: "--set \($0.0)", key: $0.0, value: $0.1) }
        guard let file else { return try LoadedConfiguration.load(sources) }
        let path = NSTemporaryDirectory() + "parley-\(UUID().uuidString).yaml"
        try file.write(toFile: path, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        sources.file = path
        return try LoadedConfiguration.load(sources)
    }

    @Test func aFlagWinsOverTheEnvironmentOverTheFileOverTheDefault() throws {
        let file = "http: 127.0.0.1:1\n"
        let environment = ["PARLEY_HTTP": "127.0.0.1:2"]
        #expect(try self.load().values.http.port == 8080)
        #expect(try self.load(file: file).values.http.port == 1)
        #expect(try self.load(file: file, environment: environment).values.http.port == 2)
        let all = try self.load(file: file, environment: environment, flags: [("http", "127.0.0.1:3")])
        #expect(all.values.http.port == 3)
    }

    @Test func theLaterOfTwoFlagsWins() throws {
        let loaded = try self.load(flags: [("limits.message_rate", "2"), ("limits.message_rate", "3")])
        #expect(loaded.values.limits.messageRate.perSecond == 3)
    }

    @Test func whatSomebodyGaveIsKnown() throws {
        let loaded = try self.load(file: "store: sqlite:x.db\n", environment: ["PARLEY_XMPP": "127.0.0.1:5222"])
        #expect(loaded.given == ["store.url", "xmpp"])
        #expect(loaded.values.storePath == "x.db")
    }

    @Test func anEmptyVariableCountsAsNotThere() throws {
        #expect(try self.load(environment: ["PARLEY_HTTP": " "]).given.isEmpty)
    }

    @Test func anUnknownVariableIsToldAndHasNoEffect() throws {
        let loaded = try self.load(environment: ["PARLEY_SERVICE_HOST": "10.0.0.1", "OTHER": "x", "PARLEY_CONFIG": ""])
        #expect(loaded.warnings.count == 1)
        #expect(loaded.warnings.first?.contains("PARLEY_SERVICE_HOST") == true)
    }

    @Test func aBrokenVariableIsNamed() {
        let error = #expect(throws: ConfigurationError.self) {
            try self.load(environment: ["PARLEY_LIMITS_MESSAGE_RATE": "fast"])
        }
        #expect(
            error?.description.hasPrefix("PARLEY_LIMITS_MESSAGE_RATE: limits.message_rate: 'fast' is no number") == true
        )
    }

    @Test func anUnknownFlagIsRefusedWithTheNearestName() {
        let error = #expect(throws: ConfigurationError.self) { try self.load(flags: [("limits.mesage_rate", "1")]) }
        #expect(error?.hint.contains("Did you mean limits.message_rate?") == true)
    }

    @Test func aFileThatIsNotThereIsNamed() {
        var sources = ConfigurationSources()
        sources.file = "/nowhere/parley.yaml"
        let error = #expect(throws: ConfigurationError.self) { try LoadedConfiguration.load(sources) }
        #expect(error?.description.hasPrefix("/nowhere/parley.yaml: ") == true)
    }

    @Test func theEnvironmentCanNameTheFile() {
        var sources = ConfigurationSources()
        sources.environment = ["PARLEY_CONFIG": "/nowhere/parley.yaml"]
        #expect(sources.path == "/nowhere/parley.yaml")
        sources.file = "/else.yaml"
        #expect(sources.path == "/else.yaml")
    }

    @Test(arguments: ["chat.example.com", "https://a.example, chat.example.com:8443", "*"])
    func anOriginWithoutASchemeIsRefused(list: String) {
        let error = #expect(throws: ConfigurationError.self) {
            try self.load(flags: [("http.allowed_origins", list)])
        }
        #expect(error?.hint.contains("https://HOST") == true)
    }

    @Test func zeroTakesABoundAway() throws {
        let loaded = try self.load(flags: [
            ("limits.message_rate", "0"), ("limits.join_rate_per_min", "0"), ("limits.rooms_per_user", "0"),
            ("limits.members_per_room", "0"),
        ])
        let limits = loaded.values.coreLimits
        #expect(limits.messageRate.isUnlimited)
        #expect(limits.joinRate.isUnlimited)
        #expect(limits.roomsPerUser == .max)
        #expect(limits.membersPerRoom == .max)
    }
}
