import ChatCore
import Foundation

/// A few threads that read, each with a connection of its own. A read sees everything committed before it was asked.
final class ReaderPool: Sendable {
    private typealias Read = @Sendable (Connection) -> Void

    /// Reads that wait, and the threads that wait for them.
    /// `@unchecked Sendable`: every mutable property is touched under the condition only.
    private final class Queue: @unchecked Sendable {
        private static let capacity = 8192

        private let condition = NSCondition()
        private var reads: [Read] = []
        /// How much of `reads` has been taken: cheaper than moving the rest down each time.
        private var taken = 0
        private var isClosed = false

        func put(_ read: @escaping Read) -> Bool {
            self.condition.lock()
            defer { self.condition.unlock() }
            guard !self.isClosed, self.reads.count - self.taken < Self.capacity else { return false }
            self.reads.append(read)
            self.condition.signal()
            return true
        }

        func take() -> Read? {
            self.condition.lock()
            defer { self.condition.unlock() }
            while self.taken == self.reads.count {
                self.reads.removeAll(keepingCapacity: true)
                self.taken = 0
                guard !self.isClosed else { return nil }
                self.condition.wait()
            }
            let read = self.reads[self.taken]
            self.taken += 1
            if self.taken > 1024 {
                self.reads.removeFirst(self.taken)
                self.taken = 0
            }
            return read
        }

        func close() {
            self.condition.lock()
            defer { self.condition.unlock() }
            self.isClosed = true
            self.condition.broadcast()
        }
    }

    private let queue = Queue()
    private let ended = DispatchGroup()

    init(connections: [Connection]) {
        for (index, connection) in connections.enumerated() {
            self.ended.enter()
            let thread = Thread { [queue, ended] in
                while let read = queue.take() { read(connection) }
                connection.close()
                ended.leave()
            }
            thread.name = "store-reader-\(index)"
            thread.start()
        }
    }

    deinit { self.queue.close() }

    /// Runs `body` on one snapshot of the database.
    /// - Throws: `unavailable` when the store is closed or thousands of reads wait already; what `body` throws.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Connection) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let isQueued = self.queue.put { connection in
                do throws(StoreError) {
                    let value = try connection.snapshot { () throws(StoreError) -> Value in try body(connection) }
                    continuation.resume(returning: .success(value))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !isQueued {
                let error = StoreError(.unavailable, "the store is closed or overloaded")
                continuation.resume(returning: .failure(error))
            }
        }
        return try result.get()
    }

    /// Returns when what was queued has been read and the connections are closed.
    func close() async {
        self.queue.close()
        await withCheckedContinuation { continuation in
            self.ended.notify(queue: .global()) { continuation.resume() }
        }
    }
}
