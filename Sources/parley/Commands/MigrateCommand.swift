import ArgumentParser
import StoreSQLite

struct MigrateCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate", abstract: "Bring the store's schema up to this release's; serve does so by itself.",
        discussion: "Forward only: make a backup before, an older release will not open the store afterwards.")

    @Flag(name: .long, help: "Only tell what would be done.") var dryRun = false
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let configuration = try self.options.load().values
        if !self.dryRun { try DataDirectory.prepare(configuration.data) }
        let steps = try SQLiteStore.migrate(path: configuration.storePath, dryRun: self.dryRun)
        for step in steps { StandardOutput.line(self.dryRun ? "would apply \(step)" : "applied \(step)") }
        if steps.isEmpty { StandardOutput.line("nothing to do") }
    }
}
