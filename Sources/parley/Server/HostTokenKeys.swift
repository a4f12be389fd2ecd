import ChatCore
import Credentials
import Logging
import ServiceLifecycle
import Synchronization

/// Keeps the keys of a host application up to date: they rotate while the server runs.
final class HostTokenKeys: Sendable {
    private struct State {
        var settings = HostTokenSettings()
        /// What the files looked like when they were last read.
        var stamps: [HostTokenKeyFile.Stamp?] = []
    }

    private let authority: HostTokenAuthority
    private let logger: Logger
    /// Held while files are read, so that an older reading never replaces a newer one. No event loop waits for it.
    private let state = Mutex(State())

    init(authority: HostTokenAuthority, logger: Logger) {
        self.authority = authority
        self.logger = logger
    }

    /// Reads the keys and believes them from now on.
    ///
    /// - Throws: For keys that cannot be used; those of before stay in force.
    func apply(_ settings: HostTokenSettings) throws(ConfigurationError) {
        try self.state.withLock { (state) throws(ConfigurationError) in
            // Before the files are read: a change in between is seen next time.
            let stamps = Self.stamps(settings)
            try self.load(settings)
            state = State(settings: settings, stamps: stamps)
        }
    }

    /// Reads the files again if they have changed. What cannot be used is told once, and changes nothing.
    func refresh() {
        self.state.withLock { state in
            let stamps = Self.stamps(state.settings)
            guard stamps != state.stamps else { return }
            state.stamps = stamps
            do throws(ConfigurationError) {
                try self.load(state.settings)
            } catch {
                self.logger.error(
                    "Keys for host tokens not read again, the old ones stay in force", metadata: ["error": "\(error)"])
            }
        }
    }

    private func load(_ settings: HostTokenSettings) throws(ConfigurationError) {
        let reading = try HostTokenReading.read(settings)
        for warning in reading.warnings { self.logger.warning("Host tokens: \(warning)") }
        let verifier = reading.keys.map { HostTokenVerifier(keys: $0, settings: settings.verification) }
        self.authority.replace(with: verifier, createsAccounts: settings.createsAccounts)
        guard verifier != nil else { return }
        self.logger.notice("Host tokens are believed", metadata: ["keys": "\(reading.keyCount)"])
    }

    private static func stamps(_ settings: HostTokenSettings) -> [HostTokenKeyFile.Stamp?] {
        [settings.secretFile, settings.jwksFile].map { file in file.value.flatMap { HostTokenKeyFile.Stamp(path: $0) } }
    }
}

/// Looks twice a minute whether the files with keys have changed.
struct HostTokenKeysService: Service {
    let keys: HostTokenKeys

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(30))
                self.keys.refresh()
            }
        }
    }
}
