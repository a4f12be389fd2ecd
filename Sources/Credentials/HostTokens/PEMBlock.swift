import Crypto
import CryptoExtras

/// One block of a PEM file (RFC 7468).
struct PEMBlock {
    let type: String
    let bytes: [UInt8]

    static let begin = "-----BEGIN "
    private static let end = "-----END "
    private static let dashes = "-----"

    /// The blocks of a text; what stands between them is skipped, as everywhere.
    static func blocks(of text: String) throws(HostTokenKeyError) -> [PEMBlock] {
        var blocks: [PEMBlock] = []
        var open: (type: String, text: [UInt8])?
        for line in text.split(whereSeparator: \.isNewline) {
            if line.hasPrefix(self.begin), line.hasSuffix(self.dashes) {
                guard open == nil else { throw HostTokenKeyError(reason: "A PEM block has no end. Restore the file.") }
                open = (String(line.dropFirst(self.begin.count).dropLast(self.dashes.count)), [])
            } else if line.hasPrefix(self.end), let block = open {
                guard let bytes = Base64.decode(block.text) else {
                    throw HostTokenKeyError(reason: "A PEM block is not base64. Restore the file.")
                }
                blocks.append(PEMBlock(type: block.type, bytes: bytes))
                open = nil
            } else {
                open?.text += line.utf8
            }
        }
        guard open == nil else { throw HostTokenKeyError(reason: "A PEM block has no end. Restore the file.") }
        return blocks
    }

    /// - Parameter place: The block's place in the file, from 1.
    func publicKey(place: Int) throws(HostTokenKeyError) -> HostTokenKey {
        guard self.type == "PUBLIC KEY" || self.type == "RSA PUBLIC KEY" else {
            throw HostTokenKeyError(reason: "PEM block \(place) is a \(self.type), not a PUBLIC KEY. \(self.advice)")
        }
        guard let material = self.material, let key = HostTokenKey(id: nil, material: material) else {
            throw HostTokenKeyError(
                reason:
                    "PEM block \(place) is no RSA key of \(JSONWebKey.minimumRSABits) bits or more, and no P-256 or "
                    + "Ed25519 key. Have the host application sign with one of these.")
        }
        return key
    }

    private var advice: String {
        if self.type.hasSuffix("PRIVATE KEY") {
            return "Keep private keys with the host application; this makes the public one: openssl pkey -pubout."
        }
        if self.type == "CERTIFICATE" { return "This makes the key of it: openssl x509 -pubkey -noout." }
        return "Write the public key."
    }

    private var material: HostTokenKey.Material? {
        if self.bytes.starts(with: Self.ed25519Prefix) {
            let key = self.bytes.dropFirst(Self.ed25519Prefix.count)
            return (try? Curve25519.Signing.PublicKey(rawRepresentation: key)).map { .ed25519($0) }
        }
        if let key = try? P256.Signing.PublicKey(derRepresentation: self.bytes) { return .p256(key) }
        // Refuses keys below 2048 bits.
        return (try? _RSA.Signing.PublicKey(derRepresentation: self.bytes)).map { .rsa($0) }
    }

    /// All that comes before the 32 bytes of an Ed25519 key in its SubjectPublicKeyInfo (RFC 8410 §4).
    private static let ed25519Prefix: [UInt8] = [
        0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00,
    ]
}
