package import NIOCore

/// Writes server frames, which are never masked and never fragmented (RFC 6455 §5.1).
package enum WebSocketFrameEncoder {
    /// Room kept before a payload of unknown length: the head of a frame of 126...65,535 bytes, the usual case.
    private static let reservedHead = 4
    private static let longestHead = 10
    /// A control frame's payload is at most 125 bytes, two of which are the close code.
    private static let longestReason = 123

    /// Appends one frame whose payload `body` writes straight into `buffer`; the head is put right afterwards.
    ///
    /// When `body` throws, `buffer` is as it was before.
    ///
    /// - Parameter body: Only appends.
    package static func frame<Failure: Error>(
        _ opcode: WebSocketOpcode,
        compressed: Bool = false,
        into buffer: inout ByteBuffer,
        body: (inout ByteBuffer) throws(Failure) -> Void
    ) throws(Failure) {
        let start = buffer.writerIndex
        buffer.writeRepeatingByte(0, count: reservedHead)
        do {
            try body(&buffer)
        } catch {
            buffer.moveWriterIndex(to: start)
            throw error
        }
        let length = max(0, buffer.writerIndex - start - reservedHead)
        let head = headLength(forPayload: length)
        if head != reservedHead {
            shiftPayload(in: &buffer, from: start + reservedHead, to: start + head, count: length)
        }
        setHead(opcode, compressed: compressed, length: length, in: &buffer, at: start)
    }

    /// One frame around `payload`, in a buffer of its own that may be sent to any number of connections.
    package static func frame(_ opcode: WebSocketOpcode, payload: ByteBuffer, compressed: Bool = false) -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: longestHead + payload.readableBytes)
        append(opcode, payload: payload, compressed: compressed, to: &buffer)
        return buffer
    }

    /// Appends one frame around `payload`.
    package static func append(
        _ opcode: WebSocketOpcode,
        payload: ByteBuffer,
        compressed: Bool = false,
        to buffer: inout ByteBuffer
    ) {
        let start = buffer.writerIndex
        let length = payload.readableBytes
        buffer.writeRepeatingByte(0, count: headLength(forPayload: length))
        setHead(opcode, compressed: compressed, length: length, in: &buffer, at: start)
        buffer.writeImmutableBuffer(payload)
    }

    /// A close frame. A code that may not be sent (1005, 1006, …) gives a frame without code and reason.
    ///
    /// - Parameter reason: Cut at a character boundary to 123 bytes.
    package static func closeFrame(code: WebSocketCloseCode, reason: String = "") -> ByteBuffer {
        var payload = ByteBuffer()
        if code.isAllowedOnWire {
            payload.writeInteger(code.rawValue)
            payload.writeSubstring(prefix(of: reason, bytes: longestReason))
        }
        return frame(.close, payload: payload)
    }

    private static func prefix(of text: String, bytes limit: Int) -> Substring {
        var end = text.startIndex
        var count = 0
        while end < text.endIndex {
            count += text[end].utf8.count
            guard count <= limit else { break }
            end = text.index(after: end)
        }
        return text[..<end]
    }

    private static func headLength(forPayload length: Int) -> Int {
        length < 126 ? 2 : length <= 0xFFFF ? 4 : longestHead
    }

    private static func setHead(
        _ opcode: WebSocketOpcode,
        compressed: Bool,
        length: Int,
        in buffer: inout ByteBuffer,
        at start: Int
    ) {
        buffer.setInteger(0x80 | (compressed ? 0x40 : 0) | opcode.rawValue, at: start)
        switch headLength(forPayload: length) {
        case 2:
            buffer.setInteger(UInt8(truncatingIfNeeded: length), at: start + 1)
        case 4:
            buffer.setInteger(126 as UInt8, at: start + 1)
            buffer.setInteger(UInt16(truncatingIfNeeded: length), at: start + 2)
        default:
            buffer.setInteger(127 as UInt8, at: start + 1)
            buffer.setInteger(UInt64(length), at: start + 2)
        }
    }

    /// Moves a payload within `buffer` and lets the buffer end where it ends.
    private static func shiftPayload(in buffer: inout ByteBuffer, from source: Int, to target: Int, count: Int) {
        if target > source {
            buffer.writeRepeatingByte(0, count: target - source)
        }
        let base = buffer.readerIndex
        buffer.withUnsafeMutableReadableBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            (start + (target - base)).copyMemory(from: start + (source - base), byteCount: count)
        }
        buffer.moveWriterIndex(to: target + count)
    }
}
