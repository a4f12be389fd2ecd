package import NIOCore

/// The frames that wait for one socket. A pure value; it bounds what a peer that does not read can cost.
///
/// Bytes leave from the front, either taken off in any number (``consume(_:)``) after a direct send, or handed over in
/// chunks (``takeChunk(upTo:)``), which count as queued until ``chunkWritten()``.
package struct OutboundQueue {
    package enum Admission: Equatable, Sendable {
        case accepted
        /// Ephemeral, and the queue is more than half full.
        case dropped
        /// The bound would be passed: the peer is too slow to be kept.
        case overflow
    }

    private struct Entry {
        var bytes: ByteBuffer
        var isEphemeral: Bool
    }

    /// Bytes that may be queued at once. One frame may be larger when it is alone.
    let bound: Int
    private var entries: [Entry] = []
    /// Index of the first entry not yet sent: removing from the front of an array moves all the others.
    private var head = 0
    /// Whether some of the first entry has left already, so that the rest must follow.
    private var isHeadPartial = false
    private var chunkBytes = 0
    private var ephemeralBytes = 0

    /// Bytes not yet taken by the kernel, those handed over included.
    package private(set) var byteCount = 0

    package init(bound: Int) {
        self.bound = bound
    }

    /// Whether no entry waits here (a chunk may still be under way).
    package var isEmpty: Bool { head == entries.count }
    /// Whether a chunk has been handed over and not been reported as written.
    package var hasChunkInFlight: Bool { chunkBytes > 0 }

    /// Queues one whole frame.
    ///
    /// Above half the bound nothing ephemeral is kept: new frames are dropped and those waiting are removed.
    package mutating func enqueue(_ frame: ByteBuffer, isEphemeral: Bool) -> Admission {
        let size = frame.readableBytes
        guard size > 0 else { return .accepted }
        let total = byteCount.addingClamped(size)
        if total > bound / 2, byteCount > 0 {
            if isEphemeral { return .dropped }
            removeEphemeral()
            guard byteCount == 0 || byteCount.addingClamped(size) <= bound else { return .overflow }
        }
        entries.append(Entry(bytes: frame, isEphemeral: isEphemeral))
        if isEphemeral { ephemeralBytes += size }
        byteCount = byteCount.addingClamped(size)
        return .accepted
    }

    /// The bytes at the front, when there is just one frame or the first is at least `large` bytes; else `nil`, and
    /// copying several frames into one write is cheaper.
    package func singleWrite(large: Int) -> ByteBuffer? {
        guard head < entries.count else { return nil }
        let first = entries[head].bytes
        return entries.count - head == 1 || first.readableBytes >= large ? first : nil
    }

    /// Copies as many bytes from the front as fit.
    ///
    /// - Returns: How many were copied. They stay queued until ``consume(_:)``.
    package func copyFront(to target: UnsafeMutableRawBufferPointer) -> Int {
        var copied = 0
        for index in head..<entries.count where copied < target.count {
            entries[index].bytes.withUnsafeReadableBytes { source in
                let count = min(source.count, target.count - copied)
                target[copied...].copyBytes(from: source[..<count])
                copied += count
            }
        }
        return copied
    }

    /// Takes `count` sent bytes off the front.
    package mutating func consume(_ count: Int) {
        byteCount = max(0, byteCount - count)
        advance(count)
    }

    /// Hands over up to `limit` bytes from the front as one buffer; `nil` when nothing waits.
    package mutating func takeChunk(upTo limit: Int) -> ByteBuffer? {
        guard head < entries.count else { return nil }
        var chunk: ByteBuffer
        let first = entries[head].bytes
        if first.readableBytes >= limit {
            chunk = first.getSlice(at: first.readerIndex, length: limit) ?? first
        } else {
            chunk = ByteBufferAllocator().buffer(capacity: min(limit, byteCount))
            for entry in entries[head...] where chunk.readableBytes < limit {
                let count = min(entry.bytes.readableBytes, limit - chunk.readableBytes)
                if let part = entry.bytes.getSlice(at: entry.bytes.readerIndex, length: count) {
                    chunk.writeImmutableBuffer(part)
                }
            }
        }
        advance(chunk.readableBytes)
        chunkBytes += chunk.readableBytes
        return chunk
    }

    /// The chunks handed over are in the kernel's hands now.
    package mutating func chunkWritten() {
        byteCount = max(0, byteCount - chunkBytes)
        chunkBytes = 0
    }

    /// Drops all frames of which nothing has been sent; a frame begun stays, so that what follows it can be read.
    package mutating func removeUnsent() {
        let kept = isHeadPartial && head < entries.count ? entries[head] : nil
        removeAll()
        guard let kept else { return }
        entries = [Entry(bytes: kept.bytes, isEphemeral: false)]
        isHeadPartial = true
        byteCount = chunkBytes.addingClamped(kept.bytes.readableBytes)
    }

    /// Drops everything that is not handed over yet, and the memory.
    package mutating func removeAll() {
        entries = []
        head = 0
        isHeadPartial = false
        ephemeralBytes = 0
        byteCount = chunkBytes
    }

    /// Gives back memory that a burst has left behind.
    package mutating func trim() {
        if isEmpty, entries.capacity > 0 { removeAll() }
    }

    private mutating func advance(_ count: Int) {
        var rest = count
        while rest > 0, head < entries.count {
            let size = entries[head].bytes.readableBytes
            guard size <= rest else {
                entries[head].bytes.moveReaderIndex(forwardBy: rest)
                fixHead()
                return
            }
            rest -= size
            if entries[head].isEphemeral { ephemeralBytes -= size }
            // The bytes are released now, the array's slot when the queue has run empty.
            entries[head].bytes = Self.nothing
            head += 1
            isHeadPartial = false
        }
        compact()
    }

    /// The first entry has begun to leave: from now on it is as little to be dropped as any other.
    private mutating func fixHead() {
        isHeadPartial = true
        guard entries[head].isEphemeral else { return }
        // Its whole size was counted, of which some has just been taken off.
        ephemeralBytes = 0
        entries[head].isEphemeral = false
        for entry in entries[head...] where entry.isEphemeral { ephemeralBytes += entry.bytes.readableBytes }
    }

    private static let nothing = ByteBuffer()
    private static let keptCapacity = 8

    private mutating func compact() {
        if head == entries.count {
            entries.removeAll(keepingCapacity: entries.capacity <= Self.keptCapacity)
            head = 0
        } else if head >= 64, head * 2 >= entries.count {
            entries.removeSubrange(..<head)
            head = 0
        }
    }

    private mutating func removeEphemeral() {
        guard ephemeralBytes > 0 else { return }
        var kept = Array(entries[..<head])
        for entry in entries[head...] where !entry.isEphemeral { kept.append(entry) }
        entries = kept
        byteCount = max(0, byteCount - ephemeralBytes)
        ephemeralBytes = 0
    }
}
