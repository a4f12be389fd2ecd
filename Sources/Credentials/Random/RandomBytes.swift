#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Bytes of the system's cryptographic generator.
package enum RandomBytes {
    /// The most that one call of `getentropy` gives.
    static let blockSize = 256

    /// `count` unpredictable bytes; safe on any thread. A negative count gives none.
    package static func make(_ count: Int) -> [UInt8] {
        let count = max(0, count)
        return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            var filled = 0
            while filled < count {
                let end = min(count, filled + self.blockSize)
                self.fill(UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[filled..<end]))
                filled = end
            }
            initialized = count
        }
    }

    /// Fills at most ``blockSize`` bytes.
    ///
    /// `getentropy` fails on no supported kernel; if a sandbox forbids the call, the standard library's generator,
    /// which has other ways to the same source, takes over a word at a time.
    static func fill(_ block: UnsafeMutableRawBufferPointer) {
        guard let start = block.baseAddress, getentropy(start, block.count) != 0 else { return }
        var generator = SystemRandomNumberGenerator()
        for index in block.indices {
            block[index] = UInt8.random(in: .min ... .max, using: &generator)
        }
    }
}
