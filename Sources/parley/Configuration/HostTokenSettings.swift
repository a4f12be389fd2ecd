import Credentials

/// How the tokens of a host application are checked (`auth.jwt.…`). Without any key they are not believed at all.
struct HostTokenSettings: Sendable, Equatable {
    var secret = SecretText()
    var secretFile = OptionalText()
    var jwksFile = OptionalText()
    /// ``HostTokenAlgorithm`` by name.
    var algorithms = HostTokenAlgorithm.allCases.map(\.rawValue)
    var issuer = OptionalText()
    var audience = OptionalText()
    var createsAccounts = true
    var leewaySeconds: Int64 = 60

    /// As the verifier takes them.
    var verification: HostTokenVerifier.Settings {
        var settings = HostTokenVerifier.Settings()
        settings.algorithms = Set(self.algorithms.compactMap(HostTokenAlgorithm.init(rawValue:)))
        settings.issuer = self.issuer.value
        settings.audience = self.audience.value
        settings.leewaySeconds = self.leewaySeconds
        return settings
    }
}
