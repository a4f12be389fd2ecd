import Credentials

/// What a program may do with an API key.
package enum APIKeyScope: String, Sendable, Hashable, CaseIterable {
    /// Send signals to users: `POST /api/v1/signals`.
    case signals
}

/// An API key as a program shows it: `parley_`, 16 characters that name it, `_`, 43 characters that prove it.
struct APIKeyText: Sendable, Equatable {
    private static let prefix = Array("parley_".utf8)
    private static let idLength = 16
    private static let secretLength = 43

    /// The public half.
    let id: String
    private let secret: String

    /// A new key: 96 random bits as its name, 256 as its secret.
    init() {
        self.id = Base64URL.encode(RandomBytes.make(12))
        self.secret = Base64URL.encode(RandomBytes.make(32))
    }

    /// nil for what cannot be a key. The halves are told apart by their lengths: both may hold a `_`.
    init?(_ text: String) {
        let utf8 = text.utf8
        let length = Self.prefix.count + Self.idLength + 1 + Self.secretLength
        guard utf8.count == length, utf8.starts(with: Self.prefix) else { return nil }
        let id = utf8.dropFirst(Self.prefix.count).prefix(Self.idLength)
        let secret = utf8.suffix(Self.secretLength)
        guard utf8.dropLast(Self.secretLength).last == UInt8(ascii: "_"), Base64URL.decode(id) != nil,
            Base64URL.decode(secret) != nil
        else { return nil }
        self.id = String(decoding: id, as: UTF8.self)
        self.secret = String(decoding: secret, as: UTF8.self)
    }

    /// What is shown to the operator, once.
    var text: String { "parley_\(self.id)_\(self.secret)" }

    /// What is kept of the secret half. It has 256 random bits: a digest that takes long to compute would add nothing.
    var secretHash: String { TextDigest.sha256(self.secret) }
}
