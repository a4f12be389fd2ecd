import ArgumentParser

/// The command line.
@main
struct Parley: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parley", abstract: "A chat server for every client.", version: Version.text,
        subcommands: [
            ServeCommand.self, UserCommand.self, RoomCommand.self, TokenCommand.self, APIKeyCommand.self,
            CheckCommand.self, MigrateCommand.self, StatusCommand.self, SettingsCommand.self, VersionCommand.self,
        ])
}
