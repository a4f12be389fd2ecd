/// SplitMix64: the same sequence at every run, so that a failing mutation can be made again.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        self.state = seed
    }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    /// One to four random changes: bytes replaced, inserted, removed, doubled or cut off.
    mutating func mutated(_ original: [UInt8], alphabet: [UInt8] = Array(0...255)) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &self) {
            let index = Int.random(in: 0...bytes.count, using: &self)
            let byte = alphabet.randomElement(using: &self) ?? 0
            switch Int.random(in: 0..<5, using: &self) {
            case 0 where index < bytes.count: bytes[index] = byte
            case 1 where index < bytes.count: bytes.remove(at: index)
            case 2 where index < bytes.count: bytes.insert(contentsOf: bytes[index...].prefix(16), at: index)
            case 3 where index > 0: bytes = Array(bytes.prefix(index))
            default: bytes.insert(byte, at: index)
            }
        }
        return bytes
    }
}
