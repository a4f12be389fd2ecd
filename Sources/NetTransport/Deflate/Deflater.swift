import CZlib
package import NIOCore

/// Deflates messages, each on its own (`server_no_context_takeover`), so that one compressed frame serves every
/// connection that agreed on at least this window. One serves a whole event loop; it holds up to 256 KiB.
package final class Deflater {
    private static let step = 16_384

    private let stream: UnsafeMutablePointer<z_stream>

    /// - Parameters:
    ///   - windowBits: 9...15, the size of the window as a power of two.
    ///   - level: 1 (fastest) ... 9 (smallest).
    /// - Returns: `nil` when zlib refuses the values or has no memory.
    package init?(windowBits: Int = 15, level: Int = 3) {
        guard (9...15).contains(windowBits), (1...9).contains(level) else { return nil }
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // Memory level 7: the hash table is cleared for each message, and half the usual size costs half of that.
        guard parley_deflate_init_raw(stream, Int32(level), Int32(windowBits), 7) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        deflateEnd(stream)
        stream.deallocate()
    }

    /// Compresses one message into the payload of a frame with RSV1 (RFC 7692 §7.2.1).
    ///
    /// - Returns: `nil` when zlib fails or the payload has 4 GiB or more; send it uncompressed then.
    package func compress(_ payload: ByteBuffer) -> ByteBuffer? {
        guard let count = UInt32(exactly: payload.readableBytes), deflateReset(stream) == Z_OK else { return nil }
        guard count > 0 else { return ByteBuffer(bytes: [0]) }
        var output = ByteBufferAllocator().buffer(capacity: payload.readableBytes / 2 + 64)
        let isWhole = payload.withUnsafeReadableBytes { bytes in
            guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return false }
            // zlib does not write through next_in; its C type only lacks the const.
            stream.pointee.next_in = UnsafeMutablePointer(mutating: base)
            stream.pointee.avail_in = count
            return drain(into: &output)
        }
        guard isWhole, output.readableBytes >= 4 else { return nil }
        // The flush ends with 00 00 FF FF, which the receiver puts back.
        output.moveWriterIndex(to: output.writerIndex - 4)
        return output
    }

    /// One whole compressed frame around `payload`.
    package func frame(_ opcode: WebSocketOpcode, payload: ByteBuffer) -> ByteBuffer? {
        compress(payload).map { WebSocketFrameEncoder.frame(opcode, payload: $0, compressed: true) }
    }

    /// Deflates all of the input and flushes; `false` on an error.
    private func drain(into output: inout ByteBuffer) -> Bool {
        var isOutputFull = true
        while isOutputFull {
            var status: Int32 = Z_OK
            let written = output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.step) { target in
                stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(Self.step)
                status = deflate(stream, Z_SYNC_FLUSH)
                return Self.step - Int(stream.pointee.avail_out)
            }
            guard status == Z_OK || status == Z_BUF_ERROR else { return false }
            isOutputFull = written == Self.step
        }
        return true
    }
}
