package import ChatModel

/// A key with which a program uses the server's HTTP API, as it is stored: the secret itself is not kept.
package struct APIKeyRecord: Sendable, Hashable {
    /// The public half of the key: 16 characters, unique for ever.
    package let id: String
    /// 1–64 characters, unique among the keys that are not revoked.
    package let name: String
    /// What the key may do, sorted.
    package let scopes: [String]
    /// The SHA-256 of the secret half, in hexadecimal digits.
    package let secretHash: String
    package let createdAt: Timestamp
    package var lastUsedAt: Timestamp?
    /// Set once: a revoked key stays on record, and its name is free again.
    package var revokedAt: Timestamp?

    package init(
        id: String, name: String, scopes: [String], secretHash: String, createdAt: Timestamp,
        lastUsedAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.scopes = scopes.sorted()
        self.secretHash = secretHash
        self.createdAt = createdAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }
}
