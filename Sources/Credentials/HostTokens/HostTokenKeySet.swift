/// The keys with which a host application's tokens are verified.
package struct HostTokenKeySet: Sendable {
    /// Keys that one token without a `kid` may cost: signatures of all kinds are slow when there are many.
    static let maximumCandidates = 8

    /// The keys that can be used, in the order in which they were given.
    private(set) var keys: [HostTokenKey]
    /// What was passed over when the keys were read, in sentences for the operator; no key's bytes are in them.
    package private(set) var warnings: [String]
    /// Whether the text from which the keys were read must be kept private.
    let holdsSecrets: Bool

    init(keys: [HostTokenKey], warnings: [String] = [], holdsSecrets: Bool) {
        self.keys = keys
        self.warnings = warnings
        self.holdsSecrets = holdsSecrets
    }

    package var count: Int { self.keys.count }

    /// The keys of both.
    package func merging(_ other: HostTokenKeySet) -> HostTokenKeySet {
        HostTokenKeySet(
            keys: self.keys + other.keys, warnings: self.warnings + other.warnings,
            holdsSecrets: self.holdsSecrets || other.holdsSecrets)
    }

    /// The keys that none of the algorithms uses, as the operator may be told of them.
    package func unused(with algorithms: Set<HostTokenAlgorithm>) -> [String] {
        self.keys.filter { $0.algorithms.isDisjoint(with: algorithms) }.map(\.label)
    }

    /// The keys that may have signed a token, at most ``maximumCandidates``.
    ///
    /// - Parameter id: The token's `kid`. It is compared with the keys' ids and used for nothing else.
    /// - Throws: ``HostTokenError/unknownKey``, ``HostTokenError/wrongAlgorithm``.
    func candidates(
        for algorithm: HostTokenAlgorithm, id: String?
    ) throws(HostTokenError) -> ArraySlice<HostTokenKey> {
        let named = id.map { id in self.keys.filter { $0.id == id } } ?? self.keys
        guard !named.isEmpty else { throw .unknownKey }
        let fitting = named.filter { $0.algorithms.contains(algorithm) }
        guard !fitting.isEmpty else { throw id == nil ? .unknownKey : .wrongAlgorithm }
        return fitting.prefix(Self.maximumCandidates)
    }
}

/// Why a key cannot be used, and what to do about it, in sentences that repeat nothing of the key.
package struct HostTokenKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    package let reason: String

    package var description: String { self.reason }
}
