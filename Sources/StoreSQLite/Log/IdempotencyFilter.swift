/// Says of a hash 'certainly not here' or 'perhaps': a Bloom filter in blocks of 32 bytes, one cache line per question.
///
/// At its ``capacity`` it is wrong for about one hash in ten thousand that it has not seen.
struct IdempotencyFilter {
    /// Hashes that it is made for: 32 bits each, 512 KiB together.
    static let capacity = 1 << 17

    /// Odd factors that spread a hash over the eight words of a block (from Parquet's split block filter).
    private static let salts = SIMD8<UInt32>(
        0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31)
    private static let blockBits = 14

    private var blocks = [SIMD8<UInt32>](repeating: .zero, count: 1 << blockBits)

    mutating func insert(_ hash: UInt64) { self.blocks[Self.block(of: hash)] |= Self.mask(of: hash) }

    func mayContain(_ hash: UInt64) -> Bool {
        let mask = Self.mask(of: hash)
        return self.blocks[Self.block(of: hash)] & mask == mask
    }

    private static func block(of hash: UInt64) -> Int { Int(hash >> UInt64(64 - self.blockBits)) }

    private static func mask(of hash: UInt64) -> SIMD8<UInt32> {
        let spread = SIMD8(repeating: UInt32(truncatingIfNeeded: hash)) &* self.salts
        return SIMD8(repeating: 1) &<< (spread &>> 27)
    }
}
