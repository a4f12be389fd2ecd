/// Makes random identifiers from a ``RandomPool``: one per event loop or thread.
package struct IDGenerator: Sendable {
    private var pool = RandomPool()

    package init() {}

    /// 128 random bits, for identifiers that set some of them themselves.
    package mutating func words() -> (UInt64, UInt64) {
        (self.pool.next(), self.pool.next())
    }

    /// A UUID version 4 in its usual text form, lower case (RFC 9562 §5.4).
    package mutating func uuid() -> String {
        let high = self.pool.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = self.pool.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return String(unsafeUninitializedCapacity: 36) { text in
            var position = 0
            for index in 0..<32 {
                if index == 8 || index == 12 || index == 16 || index == 20 {
                    text[position] = UInt8(ascii: "-")
                    position += 1
                }
                let word = index < 16 ? high : low
                let digit = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * (index % 16))) & 0x0F
                text[position] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") - 10 + digit
                position += 1
            }
            return position
        }
    }

    /// 128 random bits as 22 URL-safe characters: session ids, token ids, invitation codes.
    package mutating func token() -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16)
        for var word in [self.pool.next(), self.pool.next()] {
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        return Base64URL.encode(bytes)
    }
}
