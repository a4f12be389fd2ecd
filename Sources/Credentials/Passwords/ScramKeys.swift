/// What a SCRAM server keeps of one password for one hash function (RFC 5802 §3).
///
/// None of it logs anybody in: a client proves that it knows `ClientKey`, of which only the hash is here.
package struct ScramKeys: Sendable, Equatable {
    package let hash: ScramHash
    /// 8…64 bytes; sent to the client.
    package let salt: [UInt8]
    /// Rounds of PBKDF2, within ``PasswordRecord/iterationRange``; sent to the client.
    package let iterations: Int
    /// `H(ClientKey)`.
    package let storedKey: [UInt8]
    package let serverKey: [UInt8]

    init(hash: ScramHash, salt: [UInt8], iterations: Int, storedKey: [UInt8], serverKey: [UInt8]) {
        self.hash = hash
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// Derives the keys; takes milliseconds.
    init(_ password: PreparedPassword, hash: ScramHash, salt: [UInt8], iterations: Int) throws(PasswordError) {
        let salted = try hash.saltedPassword(password, salt: salt, iterations: iterations)
        let clientKey = hash.authenticationCode(for: Array("Client Key".utf8), key: salted)
        self.init(
            hash: hash,
            salt: salt,
            iterations: iterations,
            storedKey: hash.digest(clientKey),
            serverKey: hash.authenticationCode(for: Array("Server Key".utf8), key: salted)
        )
    }

    /// Whether the password gives these keys. Takes milliseconds, and as long for a wrong password as for the right one.
    func verify(_ password: PreparedPassword) -> Bool {
        guard
            let derived = try? ScramKeys(password, hash: self.hash, salt: self.salt, iterations: self.iterations)
        else { return false }
        return constantTimeEqual(derived.storedKey, self.storedKey)
    }

    /// Checks a client's proof and answers it (RFC 5802 §3).
    ///
    /// - Parameters:
    ///   - clientProof: The decoded `p=` attribute; any length.
    ///   - authMessage: The three messages that both sides sign.
    /// - Returns: The bytes of `v=`, or nil when the proof is wrong.
    package func serverSignature(verifying clientProof: [UInt8], authMessage: [UInt8]) -> [UInt8]? {
        guard clientProof.count == self.hash.digestLength else { return nil }
        let clientSignature = self.hash.authenticationCode(for: authMessage, key: self.storedKey)
        let clientKey = zip(clientProof, clientSignature).map { $0 ^ $1 }
        guard constantTimeEqual(self.hash.digest(clientKey), self.storedKey) else { return nil }
        return self.hash.authenticationCode(for: authMessage, key: self.serverKey)
    }
}
