import WireJSON

/// The spellings of a UUID version 4 that clients may send.
enum UUIDText {
    /// 36 characters with hyphens or 32 without, in either case; with `orBase64URL` also 22 characters of base64url.
    ///
    /// nil for anything else and for other versions (json-chat.md §1.2: a version 1 UUID is a format error).
    static func version4(_ text: String, orBase64URL: Bool) -> WireUUID? {
        guard let id = self.parse(text, orBase64URL: orBase64URL), id.version == 4 else { return nil }
        return id
    }

    private static func parse(_ text: String, orBase64URL: Bool) -> WireUUID? {
        switch text.utf8.count {
        case 36: WireUUID(text)
        case 32: self.hyphenated(text).flatMap(WireUUID.init(_:))
        case 22 where orBase64URL: WireUUID(base64URL: text)
        default: nil
        }
    }

    /// 32 hexadecimal digits with the hyphens put in; nil for text that is not ASCII.
    private static func hyphenated(_ digits: String) -> String? {
        guard digits.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var text = ""
        text.reserveCapacity(36)
        for (index, digit) in digits.unicodeScalars.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.unicodeScalars.append(digit)
        }
        return text
    }
}
