package import ChatCore
import ChatModel
import Glibc
package import Logging

/// A ``ChatStore`` in one SQLite file: one thread that writes, a few that read.
///
/// Any number of stores, also in other processes, may have the same file open; writes take turns.
package final class SQLiteStore: ChatStore {
    package struct Configuration: Sendable {
        package enum Durability: String, Sendable, CaseIterable {
            /// What is reported as stored survives a loss of power.
            case full
            /// It survives the process; a loss of power may take the last moments with it.
            case relaxed
        }

        /// The database file. It and its directory are made when they are not there, for the owner alone.
        package var path: String
        package var durability: Durability
        /// Threads that read; 1…16.
        package var readers: Int

        package init(path: String, durability: Durability = .full, readers: Int = 2) {
            self.path = path
            self.durability = durability
            self.readers = readers
        }
    }

    let writer: Writer
    let readers: ReaderPool

    private init(writer: Writer, readers: ReaderPool) {
        self.writer = writer
        self.readers = readers
    }

    /// Opens a database, makes it if there is none, and brings its schema up to this release's.
    /// - Throws: `unavailable` when the file cannot be used, `damaged` when it is no database or a newer release's.
    package static func open(_ configuration: Configuration, logger: Logger) throws(StoreError) -> SQLiteStore {
        try DatabaseFile.create(configuration.path)
        let connection = try Connection(path: configuration.path, access: .readWrite)
        try connection.prepareForWriting(configuration.durability)
        for name in try Migrator(connection: connection).run() {
            logger.info("schema migrated", metadata: ["step": "\(name)"])
        }
        let session = try WriteSession(connection: connection, logger: logger)
        var readers: [Connection] = []
        for _ in 0..<min(max(configuration.readers, 1), 16) {
            let reader = try Connection(path: configuration.path, access: .readOnly)
            try reader.prepareForReading()
            readers.append(reader)
        }
        return SQLiteStore(writer: Writer(session: session), readers: ReaderPool(connections: readers))
    }

    /// Brings the schema of a database up to this release's.
    /// - Parameter dryRun: only tell.
    /// - Returns: the names of the steps that were, or would be, applied.
    package static func migrate(path: String, dryRun: Bool) throws(StoreError) -> [String] {
        if dryRun {
            guard access(path, F_OK) == 0 else { return Migration.all.map(\.name) }
            let connection = try Connection(path: path, access: .readOnly)
            return try Migrator(connection: connection).pending().map(\.name)
        }
        try DatabaseFile.create(path)
        let connection = try Connection(path: path, access: .readWrite)
        try connection.prepareForWriting(.full)
        return try Migrator(connection: connection).run()
    }

    package func close() async {
        // The last one to close tidies the files up, and only the writer may.
        await self.readers.close()
        await self.writer.close()
    }
}

extension Connection {
    fileprivate func prepareForWriting(_ durability: SQLiteStore.Configuration.Durability) throws(StoreError) {
        try self.execute("PRAGMA journal_mode = WAL")
        try self.execute("PRAGMA synchronous = \(durability == .full ? "FULL" : "NORMAL")")
        // Erased text is overwritten, on pages that become free too.
        try self.execute("PRAGMA secure_delete = ON")
        // After a burst the log's file shrinks to this; below it, it is written over without growing.
        try self.execute("PRAGMA journal_size_limit = 33554432")
        try self.execute("PRAGMA cache_size = -8192")
        try self.execute("PRAGMA temp_store = MEMORY")
    }

    fileprivate func prepareForReading() throws(StoreError) {
        try self.execute("PRAGMA query_only = ON")
        try self.execute("PRAGMA cache_size = -4096")
        try self.execute("PRAGMA temp_store = MEMORY")
    }
}
