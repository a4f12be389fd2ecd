/// Recognises secrets that nobody drew at random: samples out of documentation, patterns, words.
enum WeakSecret {
    /// Words of sample configurations. 32 random bytes contain one of them with a chance below 2⁻⁴⁰.
    private static let words = [
        "changeme", "change-me", "change_me", "default", "example", "insecure", "password", "secret", "supersecret",
        "your-256-bit", "your_256_bit",
    ]
    /// 32 random bytes have fewer different values with a chance below 2⁻⁶⁰.
    private static let minimumDistinctBytes = 12

    static func isWeak(_ secret: [UInt8]) -> Bool {
        Set(secret).count < self.minimumDistinctBytes || self.isArithmetic(secret) || self.isKnownText(secret)
    }

    /// Every byte is its predecessor plus one fixed step: `00 01 02 …`.
    private static func isArithmetic(_ secret: [UInt8]) -> Bool {
        guard secret.count > 2 else { return true }
        let step = secret[1] &- secret[0]
        return zip(secret, secret.dropFirst()).allSatisfy { $1 &- $0 == step }
    }

    private static func isKnownText(_ secret: [UInt8]) -> Bool {
        guard secret.allSatisfy({ (0x20...0x7E).contains($0) }) else { return false }
        let text = String(decoding: secret, as: UTF8.self).lowercased()
        return self.words.contains(where: text.contains) || text.hasPrefix("0123456789")
    }
}
