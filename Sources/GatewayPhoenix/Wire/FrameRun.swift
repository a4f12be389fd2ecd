import NIOCore
import NetTransport

/// The frames of a buffer in which ``MessageWriter`` has put whole WebSocket frames, one after the other.
///
/// Ends at the first thing that no such writer makes; it and what follows stay in ``rest``. No bytes make it trap.
struct FrameRun: Sequence, IteratorProtocol {
    struct Frame {
        let opcode: WebSocketOpcode
        let payload: ByteBuffer
        /// The payload with its head.
        let bytes: ByteBuffer
    }

    /// What has not been taken yet.
    private(set) var rest: ByteBuffer

    init(_ frames: ByteBuffer) {
        self.rest = frames
    }

    mutating func next() -> Frame? {
        guard let head = self.head(), head.length <= self.rest.readableBytes - head.size,
            let payload = self.rest.getSlice(at: self.rest.readerIndex + head.size, length: head.length),
            let bytes = self.rest.readSlice(length: head.size + head.length)
        else { return nil }
        return Frame(opcode: head.opcode, payload: payload, bytes: bytes)
    }

    private struct Head {
        let opcode: WebSocketOpcode
        let size: Int
        let length: Int
    }

    /// The head of a final, unmasked and uncompressed frame (RFC 6455 §5.2).
    private func head() -> Head? {
        let start = self.rest.readerIndex
        guard let (first, second) = self.rest.getMultipleIntegers(at: start, as: (UInt8, UInt8).self),
            first & 0xF0 == 0x80, let opcode = WebSocketOpcode(rawValue: first & 0x0F)
        else { return nil }
        switch second {
        case 0...125:
            return Head(opcode: opcode, size: 2, length: Int(second))
        case 126:
            guard let length = self.rest.getInteger(at: start + 2, as: UInt16.self) else { return nil }
            return Head(opcode: opcode, size: 4, length: Int(length))
        case 127:
            guard let length = self.rest.getInteger(at: start + 2, as: UInt64.self).flatMap({ Int(exactly: $0) })
            else { return nil }
            return Head(opcode: opcode, size: 10, length: length)
        default:
            return nil
        }
    }
}
