import NIOCore
import Testing

@testable import NetTransport

@Suite("Frames waiting for one socket")
struct OutboundQueueTests {
    private func frame(_ size: Int, _ byte: UInt8 = 0) -> ByteBuffer {
        ByteBuffer(repeating: byte, count: size)
    }

    private func front(_ queue: OutboundQueue) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: queue.byteCount)
        let count = bytes.withUnsafeMutableBytes { queue.copyFront(to: $0) }
        return Array(bytes[..<count])
    }

    @Test("Bytes leave in the order in which they came, in pieces of any size", arguments: [1, 3, 10, 100])
    func order(step: Int) {
        var queue = OutboundQueue(bound: 1000)
        let all = (0..<20).flatMap { [UInt8](repeating: UInt8($0), count: $0 + 1) }
        for byte in 0..<20 { #expect(queue.enqueue(frame(byte + 1, UInt8(byte)), isEphemeral: false) == .accepted) }
        var sent: [UInt8] = []
        while !queue.isEmpty {
            let next = front(queue).prefix(step)
            sent += next
            queue.consume(next.count)
        }
        #expect(sent == all)
        #expect(queue.byteCount == 0)
    }

    @Test("Chunks count as queued until they are written")
    func chunks() {
        var queue = OutboundQueue(bound: 1000)
        _ = queue.enqueue(frame(30, 1), isEphemeral: false)
        _ = queue.enqueue(frame(30, 2), isEphemeral: false)
        let chunk = queue.takeChunk(upTo: 40)
        #expect(
            chunk.map { Array($0.readableBytesView) } == [UInt8](repeating: 1, count: 30)
                + [UInt8](repeating: 2, count: 10))
        #expect(queue.byteCount == 60)
        #expect(queue.hasChunkInFlight)
        #expect(front(queue).count == 20)
        queue.chunkWritten()
        #expect(queue.byteCount == 20)
        #expect(queue.takeChunk(upTo: 40)?.readableBytes == 20)
        #expect(queue.takeChunk(upTo: 40) == nil)
        queue.chunkWritten()
        #expect(queue.byteCount == 0)
    }

    @Test("A large frame is handed over in slices")
    func largeFrame() {
        var queue = OutboundQueue(bound: 10)
        #expect(queue.enqueue(frame(100), isEphemeral: false) == .accepted)
        #expect(queue.takeChunk(upTo: 64)?.readableBytes == 64)
        #expect(queue.takeChunk(upTo: 64)?.readableBytes == 36)
        #expect(queue.isEmpty)
    }

    @Test("Above the bound the reader is too slow")
    func overflow() {
        var queue = OutboundQueue(bound: 100)
        #expect(queue.enqueue(frame(60), isEphemeral: false) == .accepted)
        #expect(queue.enqueue(frame(40), isEphemeral: false) == .accepted)
        #expect(queue.enqueue(frame(1), isEphemeral: false) == .overflow)
        queue.consume(1)
        #expect(queue.enqueue(frame(1), isEphemeral: false) == .accepted)
    }

    @Test("Above half the bound ephemeral frames are dropped, those waiting too")
    func ephemeral() {
        var queue = OutboundQueue(bound: 100)
        #expect(queue.enqueue(frame(20, 1), isEphemeral: true) == .accepted)
        #expect(queue.enqueue(frame(20, 2), isEphemeral: false) == .accepted)
        #expect(queue.enqueue(frame(20, 3), isEphemeral: true) == .dropped)
        #expect(queue.byteCount == 40)
        #expect(queue.enqueue(frame(20, 4), isEphemeral: false) == .accepted)
        #expect(front(queue) == [UInt8](repeating: 2, count: 20) + [UInt8](repeating: 4, count: 20))
        #expect(queue.byteCount == 40)
    }

    @Test("A frame begun is never dropped")
    func partialFrame() {
        var queue = OutboundQueue(bound: 100)
        _ = queue.enqueue(frame(40, 1), isEphemeral: true)
        queue.consume(10)
        _ = queue.enqueue(frame(60, 2), isEphemeral: false)
        #expect(queue.byteCount == 90)
        queue.removeUnsent()
        #expect(front(queue) == [UInt8](repeating: 1, count: 30))
        queue.consume(30)
        #expect(queue.isEmpty && queue.byteCount == 0)
    }

    @Test("A chunk keeps its place when the rest is dropped")
    func chunkThenDrop() {
        var queue = OutboundQueue(bound: 1000)
        _ = queue.enqueue(frame(50, 1), isEphemeral: false)
        _ = queue.enqueue(frame(50, 2), isEphemeral: false)
        _ = queue.takeChunk(upTo: 60)
        queue.removeUnsent()
        #expect(front(queue) == [UInt8](repeating: 2, count: 40))
        #expect(queue.byteCount == 100)
        queue.removeAll()
        #expect(queue.byteCount == 60)
        queue.chunkWritten()
        #expect(queue.byteCount == 0)
    }

    @Test("Any sequence of acts keeps the count right and the bytes in order", arguments: 0..<30)
    func randomActs(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var queue = OutboundQueue(bound: 5000)
        var expected: [UInt8] = []
        var inFlight = 0
        for step in 0..<2000 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                let size = Int.random(in: 1...200, using: &random)
                if queue.enqueue(frame(size, UInt8(step % 256)), isEphemeral: false) == .accepted {
                    expected += [UInt8](repeating: UInt8(step % 256), count: size)
                }
            case 2:
                let count = min(Int.random(in: 0...300, using: &random), expected.count)
                queue.consume(count)
                expected.removeFirst(count)
            default:
                if inFlight > 0 { queue.chunkWritten() }
                inFlight = queue.takeChunk(upTo: 100)?.readableBytes ?? 0
                expected.removeFirst(inFlight)
            }
            #expect(queue.byteCount == expected.count + inFlight)
            #expect(queue.isEmpty == expected.isEmpty)
        }
        #expect(front(queue) == expected)
    }
}
