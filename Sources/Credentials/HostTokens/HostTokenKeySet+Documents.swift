extension HostTokenKeySet {
    /// Keys that one document may have.
    static let maximumKeys = 256
    private static let maximumValues = 8192

    /// The keys of a JWKS document (RFC 7517 §5).
    ///
    /// Keys of kinds that this server does not know, for encryption, and RSA keys that can be broken are passed over
    /// with a warning. A document without any usable key is an error.
    package init(jwks bytes: [UInt8]) throws(HostTokenKeyError) {
        guard let document = try? JSONReader.read(bytes, values: Self.maximumValues) else {
            throw HostTokenKeyError(
                reason: "This is neither JSON without duplicate names nor a PEM file. Write a JWKS document: "
                    + #"{"keys": [{"kty": …}, …]}, or public keys in PEM."#)
        }
        guard case .object(let members) = document, case .array(let values)? = members["keys"] else {
            throw HostTokenKeyError(
                reason: #"This JSON is no JWKS document, which has its keys in a list: {"keys": [{"kty": …}, …]}."#)
        }
        guard values.count <= Self.maximumKeys else {
            throw HostTokenKeyError(reason: "There are more than \(Self.maximumKeys) keys. Remove those out of use.")
        }
        try self.init(webKeys: values)
    }

    private init(webKeys values: [JSONValue]) throws(HostTokenKeyError) {
        var keys: [HostTokenKey] = []
        var warnings: [String] = []
        var holdsSecrets = false
        for (index, value) in values.enumerated() {
            let webKey = try JSONWebKey(value, place: index + 1)
            holdsSecrets = holdsSecrets || webKey.isSecret
            switch try webKey.read() {
            case .key(let key): keys.append(key)
            case .passedOver(let reason): warnings.append("\(webKey.label) is passed over: \(reason).")
            }
        }
        guard !keys.isEmpty else {
            throw HostTokenKeyError(
                reason: (["There is no usable key."] + warnings).joined(separator: " ")
                    + " Add an RSA key of 2048 bits or more, a P-256 or Ed25519 key, or a shared secret (oct).")
        }
        self.init(keys: keys, warnings: warnings, holdsSecrets: holdsSecrets)
    }

    /// Public keys in PEM, one after the other: RSA, P-256, Ed25519.
    package init(pem text: String) throws(HostTokenKeyError) {
        let blocks = try PEMBlock.blocks(of: text)
        guard blocks.count <= Self.maximumKeys else {
            throw HostTokenKeyError(reason: "There are more than \(Self.maximumKeys) keys. Remove those out of use.")
        }
        var keys: [HostTokenKey] = []
        for (index, block) in blocks.enumerated() {
            keys.append(try block.publicKey(place: index + 1))
        }
        guard !keys.isEmpty else { throw HostTokenKeyError(reason: "There is no key in this PEM file.") }
        self.init(keys: keys, holdsSecrets: false)
    }
}
