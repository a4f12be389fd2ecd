import Logging
import NetTransport
import Synchronization

/// Reads the configuration again. A bad one changes nothing; of a good one, the reloadable settings come into force
/// and the others are named, because they wait for a restart.
final class ConfigurationReload: Sendable {
    private let sources: ConfigurationSources
    private let current: Mutex<ServerConfiguration>
    private let log: LogControl
    private let origins: AllowedOrigins
    private let hostTokens: HostTokenKeys
    private let logger: Logger

    init(
        sources: ConfigurationSources, current: ServerConfiguration, log: LogControl, origins: AllowedOrigins,
        hostTokens: HostTokenKeys, logger: Logger
    ) {
        self.sources = sources
        self.current = Mutex(current)
        self.log = log
        self.origins = origins
        self.hostTokens = hostTokens
        self.logger = logger
    }

    func perform() {
        do throws(ConfigurationError) {
            try self.apply(try LoadedConfiguration.load(self.sources).values)
        } catch {
            self.logger.error("Configuration not reloaded, the old one stays in force", metadata: ["error": "\(error)"])
        }
    }

    private func apply(_ new: ServerConfiguration) throws(ConfigurationError) {
        let old = self.current.withLock { $0 }
        let changed = SettingTable.all.filter { $0.text(in: old) != $0.text(in: new) }
        // First what can fail: a bad configuration changes nothing. Origins were checked when they were read.
        try self.hostTokens.apply(new.hostTokens)
        do throws(OriginPolicyError) {
            try self.origins.replace(with: new.allowedOrigins)
        } catch {
            throw ConfigurationError(.flag("http.allowed_origins"), error.description)
        }
        self.log.level = new.logLevel
        self.current.withLock { current in
            current.allowedOrigins = new.allowedOrigins
            current.logLevel = new.logLevel
            current.hostTokens = new.hostTokens
        }
        self.tell(changed)
    }

    private func tell(_ changed: [Setting]) {
        let applied = changed.filter(\.isReloadable).map(\.key).joined(separator: " ")
        let waiting = changed.filter { !$0.isReloadable }.map(\.key).joined(separator: " ")
        self.logger.notice("Configuration reloaded", metadata: ["changed": "\(applied)"])
        if !waiting.isEmpty {
            self.logger.warning("Some changed settings wait for a restart", metadata: ["settings": "\(waiting)"])
        }
    }
}
