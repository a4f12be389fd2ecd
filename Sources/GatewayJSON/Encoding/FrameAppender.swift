import NIOCore
import NetTransport

/// Appends whole WebSocket frames to a buffer: JSON in place, its head put before it, compressed when the dialect says
/// so and it is worth it.
struct FrameAppender: Sendable {
    /// Payloads below this are never compressed (json-chat.md §1.13).
    private static let leastToCompress = 1024

    /// Room for a short message with its envelope.
    private static let usualBytes = 480

    let ids: FrameIDs
    private let deflaters: DeflaterPool

    init(ids: FrameIDs) {
        self.ids = ids
        self.deflaters = DeflaterPool()
    }

    func append(
        _ type: FrameType, _ head: FrameHead, as dialect: Dialect, to buffer: inout ByteBuffer,
        payload: (inout FrameWriter) -> Void
    ) {
        // A frame grown from nothing would move many times.
        buffer.reserveCapacity(minimumWritableBytes: Self.usualBytes)
        guard dialect.contains(.deflate) else {
            return WebSocketFrameEncoder.frame(.text, into: &buffer) { buffer in
                FrameWriter.append(type, head, as: dialect, to: &buffer, payload: payload)
            }
        }
        var document = ByteBuffer()
        FrameWriter.append(type, head, as: dialect, to: &document, payload: payload)
        self.append(document, to: &buffer)
    }

    private func append(_ document: ByteBuffer, to buffer: inout ByteBuffer) {
        if document.readableBytes >= Self.leastToCompress, let compressed = self.deflaters.compress(document),
            compressed.readableBytes < document.readableBytes
        {
            WebSocketFrameEncoder.append(.text, payload: compressed, compressed: true, to: &buffer)
        } else {
            WebSocketFrameEncoder.append(.text, payload: document, to: &buffer)
        }
    }
}
