import ChatCore
import Foundation
import Logging
import StoreSQLite

/// A directory of one test.
struct TemporaryDirectory: Sendable {
    private let path: String

    init() throws {
        let name = "parley-store-\(UInt64.random(in: .min ... .max))"
        self.path = FileManager.default.temporaryDirectory.appendingPathComponent(name).path
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
    }

    func remove() { try? FileManager.default.removeItem(atPath: self.path) }

    func file(_ name: String) -> String { self.path + "/" + name }

    var database: String { self.file("parley.sqlite") }

    func openStore() throws -> SQLiteStore {
        // What the file system promises after a loss of power is not what these tests are about.
        let configuration = SQLiteStore.Configuration(path: self.database, durability: .relaxed)
        return try SQLiteStore.open(configuration, logger: .silent)
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }) }
}
