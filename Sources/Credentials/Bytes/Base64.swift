/// Base64 as people and PEM files have it (RFC 4648 §4): padding and line breaks are optional, and the URL-safe alphabet
/// is understood as well. For what operators write; ``Base64URL`` is for the wire.
enum Base64 {
    /// nil when the text is not base64.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var plain: [UInt8] = []
        var padding = 0
        for byte in text where !Self.isSpace(byte) {
            guard byte != UInt8(ascii: "=") else {
                padding += 1
                continue
            }
            // Nothing but padding follows padding.
            guard padding == 0 else { return nil }
            switch byte {
            case UInt8(ascii: "+"): plain.append(UInt8(ascii: "-"))
            case UInt8(ascii: "/"): plain.append(UInt8(ascii: "_"))
            default: plain.append(byte)
            }
        }
        guard padding == 0 || padding <= 2 && (plain.count + padding).isMultiple(of: 4) else { return nil }
        return Base64URL.decode(plain)
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
