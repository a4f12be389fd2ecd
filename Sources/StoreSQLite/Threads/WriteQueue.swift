import ChatCore
import Foundation

/// A batch of log entries on its way into the store.
struct AppendJob: Sendable {
    let entries: [LogEntry]
    let completion: @Sendable ([Result<AppendOutcome, StoreError>]) -> Void
}

/// Something else to write, with somebody waiting for its result.
protocol WriteJob: AnyObject, Sendable {
    /// Does the work inside a transaction that is open already.
    func perform(in session: WriteSession) throws(StoreError)
    /// Tells the one who waits: after the commit with nil, or why nothing has been written.
    func finish(_ failure: StoreError?)
}

/// What waits for the writer thread. All methods may be called from any thread.
///
/// `@unchecked Sendable`: every mutable property is touched under `condition` only.
final class WriteQueue: @unchecked Sendable {
    /// Jobs that wait at most; each holds a suspended caller.
    private static let capacity = 8192
    /// Jobs that share one transaction: a few milliseconds of work at most between two batches of messages.
    private static let jobsPerTurn = 64

    private let condition = NSCondition()
    private var appends: [AppendJob] = []
    private var jobs: [any WriteJob] = []
    private var isClosed = false

    /// False when the store is closed.
    func put(_ append: AppendJob) -> Bool {
        self.condition.lock()
        defer { self.condition.unlock() }
        guard !self.isClosed else { return false }
        self.appends.append(append)
        self.condition.signal()
        return true
    }

    /// False when the store is closed or too much waits already.
    func put(_ job: any WriteJob) -> Bool {
        self.condition.lock()
        defer { self.condition.unlock() }
        guard !self.isClosed, self.jobs.count < Self.capacity else { return false }
        self.jobs.append(job)
        self.condition.signal()
        return true
    }

    /// Lets the writer finish what is queued and then end.
    func close() {
        self.condition.lock()
        defer { self.condition.unlock() }
        self.isClosed = true
        self.condition.broadcast()
    }

    /// Waits for work. nil after ``close()`` when nothing is left.
    func take() -> (appends: [AppendJob], jobs: [any WriteJob])? {
        self.condition.lock()
        defer { self.condition.unlock() }
        while self.appends.isEmpty, self.jobs.isEmpty {
            guard !self.isClosed else { return nil }
            self.condition.wait()
        }
        let appends = self.appends
        self.appends.removeAll(keepingCapacity: true)
        let jobs = Array(self.jobs.prefix(Self.jobsPerTurn))
        self.jobs.removeFirst(jobs.count)
        return (appends, jobs)
    }
}

/// A ``WriteJob`` made of a closure.
///
/// `@unchecked Sendable`: `result` is touched by the writer thread only.
final class ClosureWriteJob<Value: Sendable>: WriteJob, @unchecked Sendable {
    private let body: @Sendable (WriteSession) throws(StoreError) -> Value
    private let continuation: CheckedContinuation<Result<Value, StoreError>, Never>
    private var result: Result<Value, StoreError>?

    init(
        _ body: @escaping @Sendable (WriteSession) throws(StoreError) -> Value,
        continuation: CheckedContinuation<Result<Value, StoreError>, Never>
    ) {
        self.body = body
        self.continuation = continuation
    }

    func perform(in session: WriteSession) throws(StoreError) { self.result = .success(try self.body(session)) }

    func finish(_ failure: StoreError?) {
        if let failure {
            self.continuation.resume(returning: .failure(failure))
        } else {
            self.continuation.resume(
                returning: self.result ?? .failure(StoreError(.unavailable, "the write did not run")))
        }
    }
}
