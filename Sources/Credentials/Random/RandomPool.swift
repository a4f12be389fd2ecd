/// Unpredictable 64-bit words, fetched from the system 32 at a time.
///
/// One system call per word costs more than everything else an id needs. The pool is a value for one event loop or
/// thread; it is not shared. Words already given out are overwritten, so that memory holds no ids of the past.
package struct RandomPool: RandomNumberGenerator, Sendable {
    private static let capacity = RandomBytes.blockSize / MemoryLayout<UInt64>.size

    private var words: [UInt64]
    private var available = 0

    package init() {
        self.words = [UInt64](repeating: 0, count: Self.capacity)
    }

    package mutating func next() -> UInt64 {
        if self.available == 0 {
            self.words.withUnsafeMutableBytes { RandomBytes.fill($0) }
            self.available = Self.capacity
        }
        self.available -= 1
        let word = self.words[self.available]
        self.words[self.available] = 0
        return word
    }
}
