import ArgumentParser

struct SettingsCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Print the settings in force, as they would be written in the file.")

    @Flag(name: .long, help: "Print the table of all settings with their defaults instead, in Markdown.")
    var markdown = false
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        guard !self.markdown else { return Descriptor.write(SettingHelp.markdown, to: 1) }
        let loaded = try self.options.load()
        for setting in SettingTable.all {
            let mark = loaded.given.contains(setting.key) ? "" : "  # default"
            StandardOutput.line("\(setting.key): \(setting.text(in: loaded.values))\(mark)")
        }
    }
}
