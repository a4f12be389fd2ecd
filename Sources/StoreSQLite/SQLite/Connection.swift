import CSQLite
import ChatCore

/// One connection to the database file, with its prepared statements.
///
/// `@unchecked Sendable`: a connection is opened on one thread and then handed to the thread that owns it; no two
/// threads ever hold it at once (SQLite itself is opened without its own locks).
final class Connection: @unchecked Sendable {
    enum Access {
        case readWrite, readOnly
    }

    /// Once for the process, before SQLite's first use: it spares a lock around every allocation.
    private static let settings: Int32 = parley_sqlite_skip_memory_statistics()

    /// How long a transaction waits for another process's, in milliseconds: the operator's commands open the same file
    /// while the server runs.
    private static let patience: Int32 = 5000

    private let handle: OpaquePointer
    /// By the address of the literal: as good as its text, and a quarter of the price to look up.
    private var statements: [UnsafePointer<UInt8>: Statement] = [:]
    private var isOpen = true

    /// - Throws: `unavailable` when the file cannot be opened.
    init(path: String, access: Access) throws(StoreError) {
        _ = Self.settings
        var handle: OpaquePointer?
        let mode = access == .readWrite ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY
        let code = sqlite3_open_v2(path, &handle, mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
        guard code == SQLITE_OK, let handle else {
            let error = SQLiteFailure.error(code, handle: handle, doing: "open \(path)")
            sqlite3_close_v2(handle)
            throw error
        }
        self.handle = handle
        sqlite3_busy_timeout(handle, Self.patience)
    }

    deinit { self.close() }

    /// Closes the file. Nothing else may be called after it.
    func close() {
        guard self.isOpen else { return }
        self.isOpen = false
        self.statements.removeAll()
        sqlite3_close_v2(self.handle)
    }

    /// Whether a transaction is open. Some failures end one by themselves.
    var isInTransaction: Bool { sqlite3_get_autocommit(self.handle) == 0 }

    /// Rows that this connection has changed so far.
    var totalChanges: Int64 { sqlite3_total_changes64(self.handle) }

    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(self.handle) }

    /// The statement of a literal, compiled at its first use. Whoever uses it resets it.
    func statement(_ sql: StaticString) throws(StoreError) -> Statement {
        if let known = self.statements[sql.utf8Start] { return known }
        let made = try Statement(String(describing: sql), on: self.handle)
        self.statements[sql.utf8Start] = made
        return made
    }

    /// Runs SQL that gives no rows and is not worth keeping compiled: settings and migrations.
    func execute(_ sql: String) throws(StoreError) {
        let code = sqlite3_exec(self.handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else { throw SQLiteFailure.error(code, handle: self.handle, doing: sql) }
    }

    /// Runs a statement that gives no rows and has nothing to bind.
    func run(_ sql: StaticString) throws(StoreError) {
        let statement = try self.statement(sql)
        defer { statement.reset() }
        while try statement.step() {}
    }

    /// The first column of the first row; nil when there is no row or the value is NULL.
    func integer(_ sql: StaticString) throws(StoreError) -> Int64? {
        let statement = try self.statement(sql)
        defer { statement.reset() }
        return try statement.step() ? statement.optionalInteger(0) : nil
    }

    /// Runs `body` on one state of the database, however many statements it takes.
    func snapshot<T>(_ body: () throws(StoreError) -> T) throws(StoreError) -> T {
        try self.run("BEGIN")
        do {
            let result = try body()
            try self.run("COMMIT")
            return result
        } catch {
            if self.isInTransaction { try? self.run("ROLLBACK") }
            throw error
        }
    }

    /// Moves what the write-ahead log holds into the database; `emptying` also cuts the log's file to nothing, so that
    /// erased text is not found there. False when a read that is under way was in the way: it waits for one no longer
    /// than 50 ms.
    func checkpoint(emptying: Bool) throws(StoreError) -> Bool {
        var pages: Int32 = 0
        var moved: Int32 = 0
        let mode = emptying ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        sqlite3_busy_timeout(self.handle, 50)
        defer { sqlite3_busy_timeout(self.handle, Self.patience) }
        let code = sqlite3_wal_checkpoint_v2(self.handle, nil, mode, &pages, &moved)
        guard code & 0xFF != SQLITE_BUSY else { return false }
        guard code == SQLITE_OK else {
            throw SQLiteFailure.error(code, handle: self.handle, doing: "checkpoint")
        }
        return moved == pages
    }

    /// Calls `report` with the number of pages in the write-ahead log after each commit.
    func onCommit(_ counter: CommitCounter) {
        sqlite3_wal_hook(
            self.handle,
            { context, _, _, pages in
                guard let context else { return SQLITE_OK }
                Unmanaged<CommitCounter>.fromOpaque(context).takeUnretainedValue().pages = Int(pages)
                return SQLITE_OK
            },
            Unmanaged.passUnretained(counter).toOpaque()
        )
    }
}

/// How far the write-ahead log has grown; must outlive the connection that it counts for.
final class CommitCounter {
    var pages = 0
}
