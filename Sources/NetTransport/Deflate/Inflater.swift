import CZlib
import NIOCore

/// Inflates permessage-deflate payloads, each on its own (`client_no_context_takeover`). One serves a whole event loop.
final class Inflater {
    /// How much is inflated before the sum is held against the limit again.
    private static let step = 16_384
    /// What every sender cuts off (RFC 7692 §7.2.1).
    private static let tail: [UInt8] = [0x00, 0x00, 0xFF, 0xFF]

    /// On the heap, because zlib keeps a pointer back to it.
    private let stream: UnsafeMutablePointer<z_stream>

    /// - Returns: `nil` when zlib has no memory.
    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 is the largest window, which can read what any smaller one wrote.
        guard parley_inflate_init_raw(stream, 15) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Inflates one message.
    ///
    /// - Parameter limit: The most bytes that may come out. The check is made while inflating, so that a small message
    ///   cannot claim more than `limit` and one step of memory.
    /// - Throws: 1009 above the limit, 1007 when the bytes are not deflate data.
    func inflate(_ payload: ByteBuffer, limit: Int) throws(WebSocketFailure) -> ByteBuffer {
        inflateReset(stream)
        var output = ByteBuffer()
        if let failure = payload.withUnsafeReadableBytes({ feed($0, to: &output, limit: limit) }) { throw failure }
        if let failure = Self.tail.withUnsafeBytes({ feed($0, to: &output, limit: limit) }) { throw failure }
        return output
    }

    /// Inflates `bytes`; returns what is wrong with them, if anything is.
    private func feed(_ bytes: UnsafeRawBufferPointer, to output: inout ByteBuffer, limit: Int) -> WebSocketFailure? {
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else { return nil }
        guard let count = UInt32(exactly: bytes.count) else { return .tooBig }
        // zlib does not write through next_in; its C type only lacks the const.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: base)
        stream.pointee.avail_in = count
        var isOutputFull = true
        while stream.pointee.avail_in > 0 || isOutputFull {
            let (status, written) = inflateStep(into: &output)
            guard output.readableBytes <= limit else { return .tooBig }
            isOutputFull = written == Self.step
            switch status {
            case Z_OK:
                continue
            case Z_BUF_ERROR:
                // No progress was possible: all input is used.
                return nil
            case Z_STREAM_END:
                // A block marked as the last one; what follows starts afresh (RFC 7692 §7.2.3.4).
                inflateReset(stream)
                isOutputFull = false
            default:
                return WebSocketFailure(.invalidPayload, "invalid compressed data")
            }
        }
        return nil
    }

    private func inflateStep(into output: inout ByteBuffer) -> (status: Int32, written: Int) {
        var status: Int32 = Z_OK
        let written = output.writeWithUnsafeMutableBytes(minimumWritableBytes: Self.step) { target in
            stream.pointee.next_out = target.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(Self.step)
            status = CZlib.inflate(stream, Z_SYNC_FLUSH)
            return Self.step - Int(stream.pointee.avail_out)
        }
        return (status, written)
    }
}
