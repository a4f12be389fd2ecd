import NIOCore

/// The masking key of one client frame and how much of the frame has been unmasked (RFC 6455 §5.3).
struct WebSocketMask {
    /// The key as it stands on the wire, so that XOR needs no byte swap.
    private var key: UInt32
    /// Bytes of the frame already unmasked, modulo 4.
    private var phase: UInt32 = 0

    /// - Parameter key: The four key bytes, first one in the lowest eight bits.
    init(littleEndianKey key: UInt32) {
        self.key = key
    }

    /// Moves the next `count` bytes of the frame from `input` to the end of `output`, unmasked, eight at a time.
    ///
    /// A copy rather than a change in place: the channel keeps its receive buffer for the next read.
    ///
    /// - Parameter count: At most `input.readableBytes`.
    mutating func unmask(_ count: Int, from input: inout ByteBuffer, to output: inout ByteBuffer) {
        guard count > 0 else { return }
        let rotated = rotatedKey
        output.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { target in
            input.withUnsafeReadableBytes { source in
                Self.xor(UnsafeRawBufferPointer(rebasing: source[..<count]), into: target, key: rotated)
            }
            return count
        }
        input.moveReaderIndex(forwardBy: count)
        phase = (phase &+ UInt32(truncatingIfNeeded: count)) & 3
    }

    /// The key turned so that its lowest byte belongs to the next byte of the frame.
    private var rotatedKey: UInt32 {
        let shift = phase &* 8
        return shift == 0 ? key : (key >> shift) | (key << (32 &- shift))
    }

    /// Writes `source` XOR the repeated key to the start of `target`, which is at least as long.
    private static func xor(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer, key: UInt32) {
        let wide = UInt64(key) | UInt64(key) << 32
        var index = 0
        while source.count - index >= 8 {
            let word = UInt64(littleEndian: source.loadUnaligned(fromByteOffset: index, as: UInt64.self)) ^ wide
            target.storeBytes(of: word.littleEndian, toByteOffset: index, as: UInt64.self)
            index += 8
        }
        var rest = wide
        while index < source.count {
            target[index] = source[index] ^ UInt8(truncatingIfNeeded: rest)
            rest >>= 8
            index += 1
        }
    }
}
