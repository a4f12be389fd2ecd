/// Why a stored text is not a password record.
package enum PasswordRecordError: Error, Hashable, Sendable {
    /// Written by a newer release, or not a record at all.
    case unknownVersion
    /// The version is known and the rest does not follow its form.
    case malformed
}

/// Version 1 is one line of ASCII:
/// `scram1;SHA-1:15000:SALT:STOREDKEY:SERVERKEY;SHA-256:15000:SALT:STOREDKEY:SERVERKEY`, bytes in unpadded base64url.
extension PasswordRecord {
    private static let version = "scram1"
    private static let saltLengths = 8...64

    /// The form to store, about 200 characters.
    package var serialized: String {
        [Self.version, Self.write(self.sha1), Self.write(self.sha256)].joined(separator: ";")
    }

    /// Reads what ``serialized`` wrote.
    package init(serialized text: String) throws(PasswordRecordError) {
        let parts = text.split(separator: ";", omittingEmptySubsequences: false)
        guard let version = parts.first, version == Self.version else { throw .unknownVersion }
        guard parts.count == 3,
            let sha1 = Self.read(parts[1], hash: .sha1),
            let sha256 = Self.read(parts[2], hash: .sha256)
        else { throw .malformed }
        self.init(sha1: sha1, sha256: sha256)
    }

    private static func write(_ keys: ScramKeys) -> String {
        let bytes = [keys.salt, keys.storedKey, keys.serverKey].map { Base64URL.encode($0) }
        return ([keys.hash.rawValue, String(keys.iterations)] + bytes).joined(separator: ":")
    }

    private static func read(_ text: Substring, hash: ScramHash) -> ScramKeys? {
        let fields = text.split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0] == hash.rawValue,
            let iterations = Int(fields[1]), self.iterationRange.contains(iterations),
            let salt = Base64URL.decode(fields[2].utf8), self.saltLengths.contains(salt.count),
            let storedKey = Base64URL.decode(fields[3].utf8), storedKey.count == hash.digestLength,
            let serverKey = Base64URL.decode(fields[4].utf8), serverKey.count == hash.digestLength
        else { return nil }
        return ScramKeys(hash: hash, salt: salt, iterations: iterations, storedKey: storedKey, serverKey: serverKey)
    }
}
