/// Why a payload is refused: which member is wrong, and what it must be.
struct PayloadError: Error, Sendable, Equatable {
    /// The member's name, with the names of the objects around it: `last.seq`. Empty for the payload as a whole.
    let key: String
    /// What it must be, to follow "must be": `an integer from 1 to 100`.
    let expected: String
}

extension PayloadError: CustomStringConvertible {
    /// For the client: `'limit' must be an integer from 1 to 100`.
    var description: String {
        self.key.isEmpty ? "the payload must be \(self.expected)" : "'\(self.key)' must be \(self.expected)"
    }
}
