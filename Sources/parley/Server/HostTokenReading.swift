import Credentials

/// The keys of a host application, read from where the settings say.
struct HostTokenReading {
    /// nil when there is none: no host application's tokens are believed.
    let keys: HostTokenKeySet?
    /// What is no error but probably not meant; no secret is in it.
    let warnings: [String]

    var keyCount: Int { self.keys?.count ?? 0 }

    /// Blocking; not for event loops.
    ///
    /// - Throws: ``ConfigurationError`` for keys that cannot be used, without repeating them.
    static func read(_ settings: HostTokenSettings) throws(ConfigurationError) -> HostTokenReading {
        guard settings.secret.value == nil || settings.secretFile.value == nil else {
            throw ConfigurationError(
                .flag("auth.jwt.secret_file"), "auth.jwt.secret is given, too", hint: "Remove one of them.")
        }
        let found = [
            try Self.secret(settings),
            try Self.keys("auth.jwt.secret_file", settings.secretFile, HostTokenKeyFile.secret),
            try Self.keys("auth.jwt.jwks_file", settings.jwksFile, HostTokenKeyFile.keys),
        ].compactMap { $0 }
        guard let first = found.first else {
            let isMeant = settings.issuer.value != nil || settings.audience.value != nil
            let warning = "auth.jwt.issuer and auth.jwt.audience have no effect without a secret or a file with keys"
            return HostTokenReading(keys: nil, warnings: isMeant ? [warning] : [])
        }
        let keys = found.dropFirst().reduce(first) { $0.merging($1) }
        let unused = keys.unused(with: settings.verification.algorithms).map {
            "No algorithm of auth.jwt.algorithms uses \($0)."
        }
        return HostTokenReading(keys: keys, warnings: keys.warnings + unused)
    }

    private static func secret(_ settings: HostTokenSettings) throws(ConfigurationError) -> HostTokenKeySet? {
        guard let text = settings.secret.value else { return nil }
        do throws(HostTokenKeyError) {
            return try HostTokenKeySet(secret: text)
        } catch {
            throw ConfigurationError(.flag("auth.jwt.secret"), error.reason)
        }
    }

    private static func keys(
        _ setting: String, _ path: OptionalText, _ read: (String) throws(SecretFileError) -> HostTokenKeySet
    ) throws(ConfigurationError) -> HostTokenKeySet? {
        guard let path = path.value else { return nil }
        do throws(SecretFileError) {
            return try read(path)
        } catch {
            throw ConfigurationError(.file(path: error.path, line: nil), key: setting, error.reason)
        }
    }
}
