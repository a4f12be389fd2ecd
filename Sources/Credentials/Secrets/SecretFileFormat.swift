/// The text of a secret file: lines of words, `#` begins a comment line.
///
/// ```
/// token-key ID SECRET     one or more; the first signs, the others only verify
/// decoy-seed SECRET       exactly one; never changes
/// ```
/// A secret is at least 32 bytes in unpadded base64url.
enum SecretFileFormat {
    /// What is wrong with a text, and what to do.
    struct Problem: Error {
        let reason: String
    }

    private static let replaceAdvice =
        "Replace it with 32 random bytes in base64url, or remove the file to have a new one made."

    /// The text of a new file, with fresh secrets.
    static func makeText() -> String {
        """
        # Secrets of this Parley server. Keep this file private (mode 0600) and keep a copy with your backups.
        # The first token-key signs; the others only verify. To rotate, put a new line above the old one,
        # and remove the old one when its last token has expired. Without this file all logins end.
        token-key \(Base64URL.encode(RandomBytes.make(9))) \(Base64URL.encode(RandomBytes.make(32)))
        # The decoy-seed hides which usernames exist. Never change it.
        decoy-seed \(Base64URL.encode(RandomBytes.make(32)))

        """
    }

    static func read(_ text: String) throws(Problem) -> ServerSecrets {
        var keys: [TokenKey] = []
        var seed: DecoySeed?
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            guard let kind = words.first, !kind.hasPrefix("#") else { continue }
            switch (kind, words.count) {
            case ("token-key", 3):
                keys.append(try self.key(id: String(words[1]), secret: words[2], line: index + 1))
            case ("decoy-seed", 2) where seed == nil:
                seed = try self.seed(words[1], line: index + 1)
            default:
                throw Problem(
                    reason: "Line \(index + 1) is neither 'token-key ID SECRET' nor the only 'decoy-seed SECRET'. "
                        + "Correct it or restore the file from a backup.")
            }
        }
        return ServerSecrets(tokenKeys: try self.keySet(keys), decoySeed: try self.present(seed))
    }

    private static func key(id: String, secret: Substring, line: Int) throws(Problem) -> TokenKey {
        let bytes = try self.bytes(secret, line: line)
        do {
            return try TokenKey(id: id, secret: bytes)
        } catch {
            switch error {
            case .invalidID, .duplicateID:
                throw Problem(
                    reason:
                        "The key id in line \(line) is not 1 to 64 letters, digits, '-', '_' or '.'. Choose another id."
                )
            case .tooShort:
                throw Problem(
                    reason: "The secret in line \(line) is shorter than \(TokenKey.minimumSecretLength) bytes. "
                        + self.replaceAdvice)
            case .weak:
                throw Problem(
                    reason:
                        "The secret in line \(line) is a known sample or not random. Anyone could sign logins with it. "
                        + self.replaceAdvice)
            }
        }
    }

    private static func seed(_ secret: Substring, line: Int) throws(Problem) -> DecoySeed {
        let bytes = try self.bytes(secret, line: line)
        guard let seed = DecoySeed(bytes), !WeakSecret.isWeak(bytes) else {
            throw Problem(
                reason:
                    "The decoy-seed in line \(line) is shorter than \(DecoySeed.minimumLength) bytes or not random. "
                    + self.replaceAdvice)
        }
        return seed
    }

    private static func bytes(_ secret: Substring, line: Int) throws(Problem) -> [UInt8] {
        guard let bytes = Base64URL.decode(secret.utf8) else {
            throw Problem(reason: "The secret in line \(line) is not base64url without padding. " + self.replaceAdvice)
        }
        return bytes
    }

    private static func keySet(_ keys: [TokenKey]) throws(Problem) -> TokenKeySet {
        guard let signing = keys.first else {
            throw Problem(
                reason: "There is no token-key. Restore the file from a backup, or remove it to have a new one made.")
        }
        do {
            return try TokenKeySet(signing: signing, retired: Array(keys.dropFirst()))
        } catch {
            throw Problem(reason: "Two token-key lines have the same id. Give each its own.")
        }
    }

    private static func present(_ seed: DecoySeed?) throws(Problem) -> DecoySeed {
        guard let seed else {
            throw Problem(
                reason: "There is no decoy-seed. Restore the file from a backup, or add a line with 32 random bytes.")
        }
        return seed
    }
}
