/// Names a session of long polling to its client: 128 random bits, so that whoever knows it is that client.
struct LongPollToken: Hashable, Sendable {
    /// Characters of ``text``.
    private static let length = 32

    private let high: UInt64
    private let low: UInt64

    /// A new one, from the system's source of randomness, which is good enough for secrets.
    static func random() -> LongPollToken {
        var source = SystemRandomNumberGenerator()
        return LongPollToken(high: source.next(), low: source.next())
    }

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// nil for anything but 32 hexadecimal digits in lower case.
    init?(_ text: some StringProtocol) {
        guard text.utf8.count == Self.length else { return nil }
        var words: (high: UInt64, low: UInt64) = (0, 0)
        for digit in text.utf8 {
            guard let value = Self.value(of: digit) else { return nil }
            words.high = words.high << 4 | words.low >> 60
            words.low = words.low << 4 | value
        }
        self.init(high: words.high, low: words.low)
    }

    var text: String {
        let words = [self.high, self.low]
        return String(
            decoding: words.flatMap { word in (0..<16).map { Self.digit(word >> UInt64(60 - 4 * $0) & 0xF) } },
            as: UTF8.self)
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: value)
        return value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") - 10 + value
    }

    private static func value(of digit: UInt8) -> UInt64? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(digit - UInt8(ascii: "a") + 10)
        default: nil
        }
    }
}
