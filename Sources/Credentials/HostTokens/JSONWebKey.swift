import Crypto
import CryptoExtras

/// Reads one key of a JWKS document (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
struct JSONWebKey {
    enum Reading {
        case key(HostTokenKey)
        /// A key that is not for this server, with the reason as the end of a sentence.
        case passedOver(String)
    }

    /// RSA keys below this can be broken (RFC 7518 §3.3).
    static let minimumRSABits = 2048

    private let members: [String: JSONValue]
    /// How the operator is told which key is meant.
    let label: String

    /// - Parameter place: The key's place in the document, from 1.
    init(_ value: JSONValue, place: Int) throws(HostTokenKeyError) {
        guard case .object(let members) = value else {
            throw HostTokenKeyError(reason: "Key \(place) of 'keys' is not an object.")
        }
        self.members = members
        if case .string(let id)? = members["kid"] {
            self.label = "Key \(place) ('\(id)')"
        } else {
            self.label = "Key \(place)"
        }
    }

    /// Whether whoever reads the key could sign with it.
    var isSecret: Bool { self.members["k"] != nil || self.members["d"] != nil }

    /// - Throws: For a key of a kind that is supported, but whose values cannot be right.
    func read() throws(HostTokenKeyError) -> Reading {
        let kind = try self.text("kty")
        if let use = try self.optionalText("use"), use != "sig" { return .passedOver("its use is '\(use)', not 'sig'") }
        guard self.mayVerify else { return .passedOver("its key_ops do not have 'verify'") }
        var algorithm: HostTokenAlgorithm?
        if let name = try self.optionalText("alg") {
            guard let known = HostTokenAlgorithm(rawValue: name) else {
                return .passedOver("'\(name)' is not supported")
            }
            algorithm = known
        }
        let id = try self.optionalText("kid")
        switch kind {
        case "oct": return .key(try self.secret(id: id, algorithm: algorithm))
        case "RSA": return try self.rsa(id: id, algorithm: algorithm)
        case "EC": return try self.p256(id: id, algorithm: algorithm)
        case "OKP": return try self.ed25519(id: id, algorithm: algorithm)
        default: return .passedOver("keys of the kind '\(kind)' are not supported")
        }
    }

    private var mayVerify: Bool {
        guard let operations = self.members["key_ops"] else { return true }
        guard case .array(let names) = operations else { return false }
        return names.contains(.string("verify"))
    }

    // MARK: Kinds

    private func secret(id: String?, algorithm: HostTokenAlgorithm?) throws(HostTokenKeyError) -> HostTokenKey {
        let bytes = try self.bytes("k")
        do {
            return try HostTokenKey(secret: bytes, id: id, algorithm: algorithm)
        } catch {
            throw self.problem(error.reason)
        }
    }

    private func rsa(id: String?, algorithm: HostTokenAlgorithm?) throws(HostTokenKeyError) -> Reading {
        let (modulus, exponent) = (try self.bytes("n"), try self.bytes("e"))
        // RFC 7518 §6.3.1.1: no zeros in front, so that the length is the size.
        guard let first = modulus.first, first != 0 else { throw self.problem("'n' begins with a zero byte.") }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        guard bits >= Self.minimumRSABits else {
            return .passedOver("an RSA key of \(bits) bits can be broken; \(Self.minimumRSABits) are needed")
        }
        guard let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent) else {
            throw self.problem("'n' and 'e' are no RSA public key.")
        }
        return .key(try self.key(.rsa(key), id: id, algorithm: algorithm))
    }

    private func p256(id: String?, algorithm: HostTokenAlgorithm?) throws(HostTokenKeyError) -> Reading {
        let curve = try self.text("crv")
        guard curve == "P-256" else { return .passedOver("the curve '\(curve)' is not supported") }
        let point = try self.bytes("x", count: 32) + self.bytes("y", count: 32)
        guard let key = try? P256.Signing.PublicKey(rawRepresentation: point) else {
            throw self.problem("'x' and 'y' are no point of P-256.")
        }
        return .key(try self.key(.p256(key), id: id, algorithm: algorithm))
    }

    private func ed25519(id: String?, algorithm: HostTokenAlgorithm?) throws(HostTokenKeyError) -> Reading {
        let curve = try self.text("crv")
        guard curve == "Ed25519" else { return .passedOver("the curve '\(curve)' is not supported") }
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: try self.bytes("x", count: 32)) else {
            throw self.problem("'x' is no Ed25519 public key.")
        }
        return .key(try self.key(.ed25519(key), id: id, algorithm: algorithm))
    }

    private func key(
        _ material: HostTokenKey.Material, id: String?, algorithm: HostTokenAlgorithm?
    ) throws(HostTokenKeyError) -> HostTokenKey {
        guard let key = HostTokenKey(id: id, material: material, algorithm: algorithm) else {
            throw self.problem("'alg' does not fit the kind of key.")
        }
        return key
    }

    // MARK: Members

    private func text(_ name: String) throws(HostTokenKeyError) -> String {
        guard let text = try self.optionalText(name) else { throw self.problem("'\(name)' is missing.") }
        return text
    }

    private func optionalText(_ name: String) throws(HostTokenKeyError) -> String? {
        guard let value = self.members[name] else { return nil }
        guard case .string(let text) = value else { throw self.problem("'\(name)' is not a string.") }
        return text
    }

    private func bytes(_ name: String, count: Int? = nil) throws(HostTokenKeyError) -> [UInt8] {
        guard let bytes = Base64URL.decode(try self.text(name).utf8) else {
            throw self.problem("'\(name)' is not base64url without padding.")
        }
        guard count == nil || bytes.count == count else {
            throw self.problem("'\(name)' has \(bytes.count) bytes, not \(count ?? 0).")
        }
        return bytes
    }

    private func problem(_ text: String) -> HostTokenKeyError { HostTokenKeyError(reason: "\(self.label): \(text)") }
}
