import ArgumentParser
import FoundationEssentials

/// The options that every command takes which needs the configuration.
struct ConfigurationOptions: ParsableArguments {
    @Option(name: .long, help: ArgumentHelp("Read settings from this YAML file.", valueName: "file"))
    var config: String?

    @Option(name: .long, help: ArgumentHelp("Data directory (default: ./data).", valueName: "directory"))
    var data: String?

    @Option(name: .long, help: ArgumentHelp("Name of this server (default: localhost).", valueName: "name"))
    var domain: String?

    @Option(name: .long, help: ArgumentHelp("Store (default: sqlite:DATA/parley.db).", valueName: "url"))
    var store: String?

    @Option(name: .customLong("set"), help: ArgumentHelp("Set any setting; may be repeated.", valueName: "key=value"))
    var settings: [String] = []

    /// - Parameter flags: Options that only the calling command has.
    func sources(with flags: [ConfigurationSources.Flag] = []) throws -> ConfigurationSources {
        var sources = ConfigurationSources()
        sources.file = self.config
        sources.environment = ProcessInfo.processInfo.environment
        for text in self.settings {
            let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { throw ValidationError("--set wants KEY=VALUE, not '\(text)'") }
            let key = String(parts[0])
            sources.flags.append(.init(name: "--set \(key)", key: key, value: String(parts[1])))
        }
        sources.flags += Self.named(("--data", "data", self.data), ("--domain", "domain", self.domain))
        sources.flags += Self.named(("--store", "store.url", self.store)) + flags
        return sources
    }

    /// The flags among these that were given.
    static func named(_ options: (name: String, key: String, value: String?)...) -> [ConfigurationSources.Flag] {
        options.compactMap { option in
            option.value.map { .init(name: option.name, key: option.key, value: $0) }
        }
    }

    /// For commands other than `serve`: the configuration, with its warnings told.
    func load() throws -> LoadedConfiguration {
        let loaded = try LoadedConfiguration.load(try self.sources())
        for warning in loaded.warnings { StandardError.write("parley: warning: \(warning)\n") }
        return loaded
    }
}
