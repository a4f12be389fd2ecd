import ChatModel

/// Names that nobody chose: lower-case base32 (RFC 4648 §6), legal in an XMPP localpart.
enum RandomNames {
    private static let alphabet = Array("abcdefghijklmnopqrstuvwxyz234567".utf8)

    /// `r` and 80 random bits.
    static func room() -> RoomID { RoomID("r" + self.characters(16)) }

    /// `e` and 40 random bits.
    static func epoch() -> Epoch { Epoch("e" + self.characters(8)) }

    /// The id of somebody whose name has been taken away.
    static func deletedUser() -> UserID { UserID(canonical: "deleted-" + self.characters(10)) }

    /// 1…25 characters, 5 random bits each.
    private static func characters(_ count: Int) -> String {
        var bits = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max))
        var text: [UInt8] = []
        for _ in 0..<count {
            text.append(self.alphabet[Int(bits.0 & 31)])
            bits.0 = bits.0 >> 5 | bits.1 << 59
            bits.1 >>= 5
        }
        return String(decoding: text, as: UTF8.self)
    }
}
