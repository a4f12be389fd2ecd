/// What a server must keep to itself, as its secret file holds it.
package struct ServerSecrets: Sendable {
    package let tokenKeys: TokenKeySet
    package let decoySeed: DecoySeed
}

/// Why the secrets cannot be used, and what to do about it.
package struct SecretFileError: Error, Equatable, Sendable, CustomStringConvertible {
    package let path: String
    /// What is wrong and what to do, as sentences without the path.
    package let reason: String

    package var description: String { "\(self.path): \(self.reason)" }
}
