import ChatCore
import Foundation
import Logging

/// The one thread that writes.
///
/// It takes what waits, in turns: every batch of messages in a transaction of its own, then other writes that share
/// one. While it waits for the disk the next batch gathers, so the rate grows with the load.
final class Writer: Sendable {
    private let queue = WriteQueue()
    private let ended = DispatchSemaphore(value: 0)

    init(session: WriteSession) {
        let thread = Thread { [queue, ended] in
            while let (appends, jobs) = queue.take() {
                for append in appends { append.completion(session.append(append.entries)) }
                session.perform(jobs)
                session.checkpointWhenDue()
            }
            session.finish()
            ended.signal()
        }
        thread.name = "store-writer"
        thread.start()
    }

    deinit { self.queue.close() }

    func append(_ job: AppendJob) {
        guard !self.queue.put(job) else { return }
        let closed = Result<AppendOutcome, StoreError>.failure(StoreError(.unavailable, "the store is closed"))
        // Never inside the caller's own call: whoever appends may hold a lock that the completion wants.
        DispatchQueue.global().async { job.completion(job.entries.map { _ in closed }) }
    }

    /// Runs `body` in a transaction and returns after its commit. It may share the transaction with other bodies;
    /// when it throws, only its own changes are undone.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (WriteSession) throws(StoreError) -> Value
    ) async throws(StoreError) -> Value {
        let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
            let job = ClosureWriteJob(body, continuation: continuation)
            if !self.queue.put(job) { job.finish(StoreError(.unavailable, "the store is closed or overloaded")) }
        }
        return try result.get()
    }

    /// Returns when everything queued is stored and the connection is closed.
    func close() async {
        self.queue.close()
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [ended] in
                ended.wait()
                // A second close finds it open.
                ended.signal()
                continuation.resume()
            }
        }
    }
}
