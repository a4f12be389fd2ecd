import NIOCore
import NetTransport
import Synchronization

/// Compressors for whoever needs one, on any thread; as many exist as were ever needed at once.
///
/// `@unchecked Sendable`: a compressor is either in the pool, behind the lock, or in the hands of the one call that
/// took it out.
final class DeflaterPool: @unchecked Sendable {
    private let lock = Mutex<Void>(())
    private var idle: [Deflater] = []

    /// The payload of a compressed frame; nil when zlib fails.
    func compress(_ payload: ByteBuffer) -> ByteBuffer? {
        let known = self.lock.withLock { _ in self.idle.popLast() }
        guard let deflater = known ?? Deflater() else { return nil }
        let compressed = deflater.compress(payload)
        self.lock.withLock { _ in self.idle.append(deflater) }
        return compressed
    }
}
