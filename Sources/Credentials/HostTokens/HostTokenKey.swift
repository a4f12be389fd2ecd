import Crypto
import CryptoExtras

/// One key of a host application. It verifies the algorithms of its own kind and no others, whatever a token says.
struct HostTokenKey: Sendable {
    enum Material: Sendable {
        case secret(SymmetricKey)
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    /// `kid`; nil for keys that tokens cannot name.
    let id: String?
    /// What it may verify; never beyond what ``Material`` can.
    let algorithms: Set<HostTokenAlgorithm>
    private let material: Material

    /// - Parameter algorithm: The only one that the key's owner allows, where he says so.
    /// - Returns: nil when `algorithm` is not one of the material's kind.
    init?(id: String?, material: Material, algorithm: HostTokenAlgorithm? = nil) {
        let possible = material.algorithms
        if let algorithm {
            guard possible.contains(algorithm) else { return nil }
            self.algorithms = [algorithm]
        } else {
            self.algorithms = possible
        }
        self.id = id
        self.material = material
    }

    /// For the operator: the id, or what kind of key it is. Never any of its bytes.
    var label: String { self.id.map { "the key '\($0)'" } ?? "\(self.material.kind) without an id" }

    /// Whether `signature` is this key's over `message` by `algorithm`. Secrets are compared in constant time.
    func verifies(_ signature: [UInt8], of message: ArraySlice<UInt8>, by algorithm: HostTokenAlgorithm) -> Bool {
        guard self.algorithms.contains(algorithm) else { return false }
        switch (self.material, algorithm) {
        case (.secret(let key), .hs256):
            return HMAC<SHA256>.isValidAuthenticationCode(signature, authenticating: message, using: key)
        case (.secret(let key), .hs384):
            return HMAC<SHA384>.isValidAuthenticationCode(signature, authenticating: message, using: key)
        case (.secret(let key), .hs512):
            return HMAC<SHA512>.isValidAuthenticationCode(signature, authenticating: message, using: key)
        case (.rsa(let key), .rs256):
            let signature = _RSA.Signing.RSASignature(rawRepresentation: signature)
            return key.isValidSignature(
                signature, for: SHA256.hash(data: message), padding: .insecurePKCS1v1_5)
        case (.p256(let key), .es256):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: SHA256.hash(data: message))
        case (.ed25519(let key), .edDSA):
            return key.isValidSignature(signature, for: message)
        case (.secret, _), (.rsa, _), (.p256, _), (.ed25519, _):
            return false
        }
    }
}

extension HostTokenKey.Material {
    var algorithms: Set<HostTokenAlgorithm> {
        switch self {
        case .secret: HostTokenAlgorithm.symmetric
        case .rsa: [.rs256]
        case .p256: [.es256]
        case .ed25519: [.edDSA]
        }
    }

    var kind: String {
        switch self {
        case .secret: "a shared secret"
        case .rsa: "an RSA key"
        case .p256: "a P-256 key"
        case .ed25519: "an Ed25519 key"
        }
    }
}
