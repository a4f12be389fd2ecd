import ChatCore
import ChatModel
import Logging

/// The writer thread's connection and what it remembers between two transactions.
///
/// `@unchecked Sendable`: made on the opening thread, then used by the writer thread alone.
final class WriteSession: @unchecked Sendable {
    /// Pages (4 KiB) by which the write-ahead log grows before it is moved into the database: 16 MiB are recovered in
    /// some tens of milliseconds after a crash.
    private static let checkpointPages = 4096

    let connection: Connection
    var rooms = RoomCursors()
    var users = UserNumbers()
    let idempotency = IdempotencyIndex()
    private let logger: Logger
    private let committed = CommitCounter()
    /// Pages in the write-ahead log at which the next checkpoint is due.
    private var checkpointAt = checkpointPages
    /// Set by jobs that erased something: the write-ahead log still has it.
    var hasErased = false
    /// Whether the log is to be emptied after this turn.
    private var isSweepDue = false
    /// Why nothing could be stored last time.
    private var failing: StoreError.Code?
    /// `PRAGMA data_version`: changes when another connection, thus another process, has written.
    private var dataVersion: Int64 = 0

    init(connection: Connection, logger: Logger) throws(StoreError) {
        self.connection = connection
        self.logger = logger
        connection.onCommit(self.committed)
        self.dataVersion = try connection.integer("PRAGMA data_version") ?? 0
    }

    // MARK: Turns of the writer thread

    /// Appends a batch in one transaction.
    func append(_ entries: [LogEntry]) -> [Result<AppendOutcome, StoreError>] {
        do throws(StoreError) {
            let results = try self.transaction { () throws(StoreError) in
                var results: [Result<AppendOutcome, StoreError>] = []
                results.reserveCapacity(entries.count)
                for entry in entries { results.append(try self.result(of: entry)) }
                try self.rooms.writeHeads(on: self.connection)
                return results
            }
            self.note(nil)
            return results
        } catch {
            self.note(error)
            return entries.map { _ in .failure(error) }
        }
    }

    /// Runs jobs in one transaction; each one that fails is undone alone.
    func perform(_ jobs: [any WriteJob]) {
        guard !jobs.isEmpty else { return }
        var failures: [StoreError?] = []
        do throws(StoreError) {
            try self.transaction { () throws(StoreError) in
                for job in jobs { failures.append(try self.attempt(job)) }
            }
            for (job, failure) in zip(jobs, failures) { job.finish(failure) }
        } catch {
            self.idempotency.forgetAll()
            self.note(error)
            for job in jobs { job.finish(error) }
        }
    }

    /// Has the write-ahead log emptied after this turn if anything was erased: the last step of an erasure.
    func sweepErased() { self.isSweepDue = self.hasErased }

    /// Moves the write-ahead log into the database when it has grown. Runs after the batch's completion, so that
    /// nobody's acknowledgement waits for it.
    func checkpointWhenDue() {
        let pages = self.committed.pages
        // Somebody who read long while the log grew is gone, and the log has begun anew.
        if pages < self.checkpointAt - Self.checkpointPages { self.checkpointAt = Self.checkpointPages }
        guard pages >= self.checkpointAt || self.isSweepDue else { return }
        do throws(StoreError) {
            let isComplete = try self.connection.checkpoint(emptying: self.isSweepDue)
            if isComplete, self.isSweepDue { self.hasErased = false }
            self.checkpointAt = Self.checkpointPages + (isComplete ? 0 : pages)
        } catch {
            self.checkpointAt = Self.checkpointPages + pages
            self.logger.warning("checkpoint failed; a later commit tries again", metadata: ["error": "\(error)"])
        }
        // A sweep that a long read prevented is made up for by the next erasure's, or the next purge's.
        self.isSweepDue = false
    }

    /// Leaves the file as the next start likes it best.
    func finish() {
        do throws(StoreError) {
            try self.transaction { () throws(StoreError) in
                try self.idempotency.closeGeneration(on: self.connection)
            }
            _ = try self.connection.checkpoint(emptying: true)
        } catch {
            self.logger.warning("the store did not close tidily", metadata: ["error": "\(error)"])
        }
        self.connection.close()
    }

    /// Logs when storing begins to fail and when it works again, not every batch between.
    private func note(_ error: StoreError?) {
        guard error?.code != self.failing else { return }
        self.failing = error?.code
        if let error {
            self.logger.error("cannot store", metadata: ["error": "\(error)"])
        } else {
            self.logger.notice("storing again")
        }
    }

    // MARK: Transactions

    private func transaction<T>(_ body: () throws(StoreError) -> T) throws(StoreError) -> T {
        do throws(StoreError) {
            try self.connection.run("BEGIN IMMEDIATE")
            try self.noticeOtherWriters()
            let result = try body()
            try self.connection.run("COMMIT")
            return result
        } catch {
            if self.connection.isInTransaction { try? self.connection.run("ROLLBACK") }
            self.forget()
            self.idempotency.forgetOpenGeneration()
            throw error
        }
    }

    /// The failure of a job that was undone; throws when the whole transaction is lost.
    private func attempt(_ job: any WriteJob) throws(StoreError) -> StoreError? {
        let changes = self.connection.totalChanges
        try self.connection.run("SAVEPOINT job")
        do throws(StoreError) {
            try job.perform(in: self)
            try self.connection.run("RELEASE job")
            return nil
        } catch {
            guard self.connection.isInTransaction else { throw error }
            try self.connection.run("ROLLBACK TO job")
            try self.connection.run("RELEASE job")
            guard error.isRefusal else { throw error }
            // What the job had written is undone, so what is remembered of it must be, too.
            if self.connection.totalChanges != changes { self.forget() }
            return error
        }
    }

    private func noticeOtherWriters() throws(StoreError) {
        let version = try self.connection.integer("PRAGMA data_version") ?? 0
        guard version != self.dataVersion else { return }
        self.dataVersion = version
        self.forget()
        self.idempotency.forgetAll()
    }

    /// Drops what is remembered of rooms and users; the next use reads it again.
    func forget() {
        self.rooms.forgetAll()
        self.users.forgetAll()
    }
}
