/// All that is stored of a password: SCRAM keys for both hash functions. Every front checks against it.
///
/// Deriving and verifying run PBKDF2, milliseconds of it: never on an event loop.
package struct PasswordRecord: Sendable, Equatable {
    /// Rounds for new records when no setting says otherwise; RFC 7677 §4 wants at least 4,096.
    package static let defaultIterations = 15_000
    /// Fewer rounds are too weak; more would let one login occupy a core for seconds.
    package static let iterationRange = 4_096...1_000_000
    static let saltLength = 16

    package let sha1: ScramKeys
    package let sha256: ScramKeys

    init(sha1: ScramKeys, sha256: ScramKeys) {
        self.sha1 = sha1
        self.sha256 = sha256
    }

    /// Makes the record of a new password, with fresh salts.
    ///
    /// - Parameter password: 1…1,023 bytes after preparation; the sign-up rules do not apply here.
    package static func derive(
        password: String, iterations: Int = defaultIterations
    ) throws(PasswordError) -> PasswordRecord {
        guard self.iterationRange.contains(iterations) else { throw .iterationsOutOfRange }
        let prepared = try PreparedPassword(password)
        func keys(_ hash: ScramHash) throws(PasswordError) -> ScramKeys {
            try ScramKeys(prepared, hash: hash, salt: RandomBytes.make(self.saltLength), iterations: iterations)
        }
        return PasswordRecord(sha1: try keys(.sha1), sha256: try keys(.sha256))
    }

    /// Whether this is the password. One derivation, also for a ``decoy(for:seed:iterations:)``, which no password fits.
    package func verify(password: String) -> Bool {
        guard let prepared = try? PreparedPassword(password) else { return false }
        return self.sha256.verify(prepared)
    }

    /// The keys for one SCRAM mechanism.
    package func keys(for hash: ScramHash) -> ScramKeys {
        switch hash {
        case .sha1: self.sha1
        case .sha256: self.sha256
        }
    }
}
