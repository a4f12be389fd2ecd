import ArgumentParser
import ChatCore
import ChatModel
import WireJSON

/// Keys of programs. Works beside a running node, which reads keys from the store, and without one.
struct APIKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apikey", abstract: "Keys with which programs use the HTTP API.",
        subcommands: [AddAPIKeyCommand.self, ListAPIKeysCommand.self, RevokeAPIKeyCommand.self])
}

extension APIKeyScope: ExpressibleByArgument {}

struct AddAPIKeyCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Make a key and print it, alone. It cannot be shown again.",
        discussion: """
            A program sends it as X-API-Key, or as Authorization: Bearer. Scopes: signals (POST /api/v1/signals).
            """)

    @Argument(help: "A name for it: 1 to 64 characters, unique among the keys in force.") var name: String
    @Option(name: .long, help: "What it may do; may be repeated (default: signals).") var scope: [APIKeyScope] = []
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let scopes = self.scope.isEmpty ? [.signals] : Set(self.scope)
        let key = try await OperatorConsole.with(self.options) { console in
            try await console.apiKeys.add(self.name, scopes: scopes)
        }
        StandardOutput.line(key)
    }
}

struct ListAPIKeysCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List keys: name, how the key begins, state, scopes, when made, when last used.")

    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let keys = try await OperatorConsole.with(self.options) { console in try await console.apiKeys.list() }
        var table = TextTable("NAME", "KEY", "STATE", "SCOPES", "CREATED", "LAST USED")
        for key in keys { table.append(Self.row(key)) }
        table.lines.forEach(StandardOutput.line)
    }

    private static func row(_ key: APIKeyRecord) -> [String] {
        [
            key.name, "parley_\(key.id)", key.revokedAt == nil ? "active" : "revoked",
            key.scopes.joined(separator: ","), WireTimestamp.text(milliseconds: key.createdAt.milliseconds),
            key.lastUsedAt.map { WireTimestamp.text(milliseconds: $0.milliseconds) } ?? "-",
        ]
    }
}

struct RevokeAPIKeyCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Take a key out of force, for good and at once.")

    @Argument(help: "The key's name.") var name: String
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let key = try await OperatorConsole.with(self.options) { console in
            try await console.apiKeys.revoke(self.name)
        }
        StandardOutput.line("revoked \(key.name) (parley_\(key.id))")
    }
}
