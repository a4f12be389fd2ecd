import Crypto

/// Why a key cannot sign tokens.
package enum TokenKeyError: Error, Hashable, Sendable {
    /// The id is not 1–64 characters of `A–Z a–z 0–9 - _ .`.
    case invalidID
    /// Fewer than 32 bytes (RFC 7518 §3.2).
    case tooShort
    /// A sample, a pattern or readable words; see ``WeakSecret``.
    case weak
    /// Two keys of a set have the same id.
    case duplicateID
}

/// One HS256 key and the `kid` by which tokens name it.
package struct TokenKey: Sendable {
    package static let minimumSecretLength = 32

    package let id: String
    let secret: SymmetricKey

    package init(id: String, secret: [UInt8]) throws(TokenKeyError) {
        guard Self.isValidID(id) else { throw .invalidID }
        guard secret.count >= Self.minimumSecretLength else { throw .tooShort }
        guard !WeakSecret.isWeak(secret) else { throw .weak }
        self.id = id
        self.secret = SymmetricKey(data: secret)
    }

    private static func isValidID(_ id: String) -> Bool {
        (1...64).contains(id.utf8.count)
            && id.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
                    true
                default: false
                }
            }
    }
}

/// The keys of a server: one signs, all verify, so that a key can be replaced while its tokens still live.
package struct TokenKeySet: Sendable {
    package let signing: TokenKey
    private let keys: [String: TokenKey]

    /// - Parameter retired: Keys that only verify; drop one when its last token has expired.
    package init(signing: TokenKey, retired: [TokenKey] = []) throws(TokenKeyError) {
        var keys = [signing.id: signing]
        for key in retired {
            guard keys.updateValue(key, forKey: key.id) == nil else { throw .duplicateID }
        }
        self.signing = signing
        self.keys = keys
    }

    func key(_ id: String) -> TokenKey? {
        self.keys[id]
    }
}
