import Credentials

extension SettingTable {
    static let hostTokens: [Setting] = [
        Setting(
            "auth.jwt.secret", \.hostTokens.secret,
            "Secret with which a host application signs its users' logins (HS256, HS384, HS512): the text itself, or "
                + "`base64:` and the bytes",
            reloadable: true),
        Setting("auth.jwt.secret_file", \.hostTokens.secretFile, "File with that secret, mode 0600", reloadable: true),
        Setting(
            "auth.jwt.jwks_file", \.hostTokens.jwksFile,
            "File with the host application's keys, as a JWKS document or public keys in PEM; read again when it "
                + "changes",
            reloadable: true),
        Setting(
            "auth.jwt.algorithms", \.hostTokens.algorithms, "Signatures that are believed", reloadable: true
        ) { (names) throws(SettingProblem) in
            let known = HostTokenAlgorithm.allCases.map(\.rawValue)
            let hint = "Write one or more of: \(known.joined(separator: ", "))."
            guard !names.isEmpty else { throw SettingProblem(message: "no algorithm is named", hint: hint) }
            if let name = names.first(where: { !known.contains($0) }) {
                throw SettingProblem(message: "'\(name)' is no algorithm for tokens", hint: hint)
            }
        },
        Setting("auth.jwt.issuer", \.hostTokens.issuer, "What `iss` must be; none for anything", reloadable: true),
        Setting(
            "auth.jwt.audience", \.hostTokens.audience, "What `aud` must have; none for anything", reloadable: true),
        Setting(
            "auth.jwt.create_accounts", \.hostTokens.createsAccounts,
            "Whether an account is made for whom a token names and who has none", reloadable: true),
        Setting(
            "auth.jwt.leeway_s", \.hostTokens.leewaySeconds, in: 0...600,
            "Seconds by which the host application's clock may differ", reloadable: true),
    ]
}
