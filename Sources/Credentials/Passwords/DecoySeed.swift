/// The secret from which the records of users who do not exist are made.
///
/// It must outlive restarts and key rotation: a salt that changes gives the decoy away.
package struct DecoySeed: Sendable {
    static let minimumLength = 32

    let bytes: [UInt8]

    /// Fails with fewer than 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count >= Self.minimumLength else { return nil }
        self.bytes = bytes
    }

    /// `count` bytes, at most 32, that look random and are always the same for one label and username.
    func bytes(_ count: Int, label: String, username: String) -> [UInt8] {
        let message = Array(label.utf8) + [0] + Array(username.utf8)
        return Array(ScramHash.sha256.authenticationCode(for: message, key: self.bytes).prefix(count))
    }
}

extension PasswordRecord {
    /// A record for a user who does not exist, so that a login takes as long and looks the same as for one who does.
    ///
    /// Cheap, and the same for a name at every call; no password verifies against it.
    ///
    /// - Parameters:
    ///   - canonicalUsername: ``Username/canonical``.
    ///   - iterations: The setting that new records are made with; brought within ``iterationRange``.
    package static func decoy(
        for canonicalUsername: String, seed: DecoySeed, iterations: Int = defaultIterations
    ) -> PasswordRecord {
        let iterations = min(max(iterations, self.iterationRange.lowerBound), self.iterationRange.upperBound)
        func keys(_ hash: ScramHash) -> ScramKeys {
            func bytes(_ count: Int, _ label: String) -> [UInt8] {
                seed.bytes(count, label: "\(hash.rawValue) \(label)", username: canonicalUsername)
            }
            return ScramKeys(
                hash: hash,
                salt: bytes(self.saltLength, "salt"),
                iterations: iterations,
                storedKey: bytes(hash.digestLength, "stored key"),
                serverKey: bytes(hash.digestLength, "server key")
            )
        }
        return PasswordRecord(sha1: keys(.sha1), sha256: keys(.sha256))
    }
}
