import Crypto
import CryptoExtras

/// The hash functions for which SCRAM keys are kept: SCRAM-SHA-1 (RFC 5802) and SCRAM-SHA-256 (RFC 7677).
package enum ScramHash: String, Sendable, Hashable, CaseIterable {
    case sha1 = "SHA-1"
    case sha256 = "SHA-256"

    /// Bytes of a digest, and so of every key.
    package var digestLength: Int {
        switch self {
        case .sha1: Insecure.SHA1.byteCount
        case .sha256: SHA256.byteCount
        }
    }

    /// `H(bytes)` of RFC 5802 §2.2.
    package func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha1: Array(Insecure.SHA1.hash(data: bytes))
        case .sha256: Array(SHA256.hash(data: bytes))
        }
    }

    /// `HMAC(key, message)` of RFC 5802 §2.2.
    package func authenticationCode(for message: [UInt8], key: [UInt8]) -> [UInt8] {
        let key = SymmetricKey(data: key)
        return switch self {
        case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        }
    }

    /// `Hi(password, salt, iterations)` of RFC 5802 §2.2, which is PBKDF2; takes milliseconds.
    func saltedPassword(_ password: PreparedPassword, salt: [UInt8], iterations: Int) throws(PasswordError) -> [UInt8] {
        let function: KDF.Insecure.PBKDF2.HashFunction =
            switch self {
            case .sha1: .insecureSHA1
            case .sha256: .sha256
            }
        do {
            // SCRAM fixes the number of rounds with the client's patience in mind, below the library's own minimum.
            let key = try KDF.Insecure.PBKDF2.deriveKey(
                from: password.bytes,
                salt: salt,
                using: function,
                outputByteCount: self.digestLength,
                unsafeUncheckedRounds: iterations
            )
            return key.withUnsafeBytes { Array($0) }
        } catch {
            throw .derivationFailed
        }
    }
}
