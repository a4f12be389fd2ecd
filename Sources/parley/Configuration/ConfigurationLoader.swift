/// Where values come from; a flag wins over the environment, which wins over the file, which wins over the default.
struct ConfigurationSources: Sendable {
    struct Flag: Sendable {
        /// As it was written: `--http`, `--set limits.message_rate`.
        let name: String
        let key: String
        let value: String
    }

    /// `--config`; else `PARLEY_CONFIG`; else there is no file.
    var file: String?
    var environment: [String: String] = [:]
    var flags: [Flag] = []

    /// The variable that names the file.
    static let fileVariable = "PARLEY_CONFIG"

    var path: String? { self.file ?? self.environment[Self.fileVariable].flatMap { $0.isEmpty ? nil : $0 } }
}

/// A configuration that has passed every check.
struct LoadedConfiguration: Sendable {
    var values = ServerConfiguration()
    /// The keys for which somebody gave a value.
    var given: Set<String> = []
    /// What is no error but probably not meant.
    var warnings: [String] = []

    /// - Throws: ``ConfigurationError`` for the first value that cannot be used.
    static func load(_ sources: ConfigurationSources) throws(ConfigurationError) -> LoadedConfiguration {
        var loaded = LoadedConfiguration()
        if let path = sources.path { try loaded.read(file: path) }
        try loaded.read(environment: sources.environment)
        for flag in sources.flags { try loaded.read(flag) }
        return loaded
    }

    private mutating func read(file path: String) throws(ConfigurationError) {
        for entry in try ConfigurationFile.read(path: path) {
            if SettingTable.setting(entry.setting)?.isSecret ?? false, DataDirectory.isOpenToOthers(path) {
                throw ConfigurationError(
                    .file(path: path, line: entry.line), key: entry.setting, "other users can read this file",
                    hint: "Run: chmod 600 '\(path)'. If others had access to it, change the secret.")
            }
            try self.assign(entry.raw, to: entry.setting, from: .file(path: path, line: entry.line))
        }
    }

    /// A variable without text counts as not there. Unknown variables are no error, because container platforms make
    /// some of their own (`PARLEY_SERVICE_HOST` for a service called parley); they are told.
    private mutating func read(environment: [String: String]) throws(ConfigurationError) {
        var unknown = Set(environment.keys.filter { $0.hasPrefix("PARLEY_") })
        unknown.remove(ConfigurationSources.fileVariable)
        for setting in SettingTable.all {
            for key in setting.keys {
                let variable = Setting.variable(of: key)
                unknown.remove(variable)
                guard let value = environment[variable]?.trimmingSpaces(), !value.isEmpty else { continue }
                try self.assign(.single(value), to: setting.key, from: .environment(variable: variable))
            }
        }
        self.warnings += unknown.sorted().map { "\($0) in the environment is no setting of Parley and has no effect" }
    }

    private mutating func read(_ flag: ConfigurationSources.Flag) throws(ConfigurationError) {
        guard let setting = SettingTable.setting(flag.key) else {
            throw ConfigurationError(.flag(flag.name), unknownKey: flag.key)
        }
        guard !setting.isSecret else {
            throw ConfigurationError(
                .flag(flag.name), key: flag.key, "every user of the machine can read a command line",
                hint: "Put the secret into a private file, or into \(setting.variable).")
        }
        try self.assign(.single(flag.value.trimmingSpaces()), to: setting.key, from: .flag(flag.name))
    }

    private mutating func assign(
        _ raw: RawSetting, to key: String, from origin: ConfigurationError.Origin
    ) throws(ConfigurationError) {
        guard let setting = SettingTable.setting(key) else { throw ConfigurationError(origin, unknownKey: key) }
        do throws(SettingProblem) {
            try setting.assign(raw, to: &self.values)
            self.given.insert(setting.key)
        } catch {
            throw ConfigurationError(origin, key: key, error.message, hint: error.hint)
        }
    }
}
