import ArgumentParser
import ChatCore
import Credentials
import Glibc
import Logging
import StoreSQLite

struct CheckCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Verify the configuration, the secrets and the store.",
        discussion: "Changes nothing. Works beside a running node and without one.")

    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let configuration = try self.options.load().values
        StandardOutput.line("configuration: good")
        try Self.checkSecrets(in: configuration.data)
        try Self.checkHostTokens(configuration.hostTokens)
        try await Self.checkStore(configuration)
    }

    private static func checkSecrets(in directory: String) throws {
        let path = directory + "/" + SecretFile.name
        guard access(path, F_OK) == 0 else {
            return StandardOutput.line("secrets: none yet; the first start makes them")
        }
        _ = try SecretFile.load(path: path)
        StandardOutput.line("secrets: good")
    }

    private static func checkHostTokens(_ settings: HostTokenSettings) throws {
        let reading = try HostTokenReading.read(settings)
        for warning in reading.warnings { StandardOutput.line("host tokens: warning: \(warning)") }
        guard reading.keys != nil else { return StandardOutput.line("host tokens: not believed; there is no key") }
        StandardOutput.line("host tokens: good (keys: \(reading.keyCount))")
    }

    private static func checkStore(_ configuration: ServerConfiguration) async throws {
        let path = configuration.storePath
        guard access(path, F_OK) == 0 else { return StandardOutput.line("store: none yet; the first start makes it") }
        let pending = try SQLiteStore.migrate(path: path, dryRun: true)
        guard pending.isEmpty else {
            throw CommandFailure(
                "the store wants a migration first: parley migrate (\(pending.joined(separator: ", ")))")
        }
        let logger = Logger(label: "parley") { _ in
            StandardErrorLog(control: LogControl(level: .warning), format: .text)
        }
        let store = try SQLiteStore.open(.init(path: path, readers: 1), logger: logger)
        let report: StoreReport
        do {
            report = try await store.check()
            await store.close()
        } catch {
            await store.close()
            throw error
        }
        for line in report.lines { StandardOutput.line("store: \(line)") }
        guard report.isSound else { throw CommandFailure("the store is damaged; restore it from a backup") }
        StandardOutput.line("store: good")
    }
}
