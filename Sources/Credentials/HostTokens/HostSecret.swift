import Crypto

extension HostTokenKeySet {
    /// The shortest secret, in bytes: what HS256 wants (RFC 7518 §3.2), and what is beyond guessing for the longer ones.
    package static let minimumSecretLength = 32
    /// How a secret is marked that is given in base64 or base64url; others are taken as they are written.
    private static let base64Mark = "base64:"

    /// A secret that the host application shares with this server, for HS256, HS384 and HS512.
    ///
    /// There is no guessing: many secrets are both, a text of 64 characters and the base64 of 48 bytes, and libraries
    /// differ in which of them they sign with.
    ///
    /// - Parameter text: The characters that the host application signs with, or `base64:` and the encoded bytes.
    /// - Throws: When it is too short, a known sample, or not random.
    package init(secret text: String) throws(HostTokenKeyError) {
        let bytes: [UInt8]
        if text.utf8.starts(with: Self.base64Mark.utf8) {
            guard let decoded = Base64.decode(text.utf8.dropFirst(Self.base64Mark.utf8.count)) else {
                throw HostTokenKeyError(reason: "What follows 'base64:' is not base64. Copy the secret again.")
            }
            bytes = decoded
        } else {
            bytes = Array(text.utf8)
        }
        self.init(keys: [try HostTokenKey(secret: bytes, id: nil, algorithm: nil)], holdsSecrets: true)
    }
}

extension HostTokenKey {
    /// - Throws: When the secret is too short, a known sample, or not random.
    init(secret: [UInt8], id: String?, algorithm: HostTokenAlgorithm?) throws(HostTokenKeyError) {
        guard secret.count >= HostTokenKeySet.minimumSecretLength else {
            throw HostTokenKeyError(
                reason: "The secret has \(secret.count) bytes and can be guessed; "
                    + "\(HostTokenKeySet.minimumSecretLength) are needed. " + Self.replaceAdvice)
        }
        guard !WeakSecret.isWeak(secret) else {
            throw HostTokenKeyError(
                reason: "The secret is a known sample or not random: anyone could sign logins. " + Self.replaceAdvice)
        }
        guard let key = HostTokenKey(id: id, material: .secret(SymmetricKey(data: secret)), algorithm: algorithm) else {
            throw HostTokenKeyError(reason: "A shared secret is for HS256, HS384 or HS512 only.")
        }
        self = key
    }

    private static let replaceAdvice =
        "Give the host application and this server a new one, for example of: openssl rand -base64 48."
}
