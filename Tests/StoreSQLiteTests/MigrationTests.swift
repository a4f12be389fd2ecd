import ChatCore
import ChatModel
import Testing

@testable import StoreSQLite

/// The schema's steps.
@Suite struct MigrationTests {
    @Test func stepsAreNumberedWithoutHoles() {
        #expect(Migration.all.map(\.version) == Array(1...Migration.newest))
        #expect(Set(Migration.all.map(\.name)).count == Migration.all.count)
    }

    @Test func migratingTellsWhatItDoesAndDoesItOnce() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let all = Migration.all.map(\.name)
        #expect(try SQLiteStore.migrate(path: directory.database, dryRun: true) == all)
        #expect(try SQLiteStore.migrate(path: directory.database, dryRun: false) == all)
        #expect(try SQLiteStore.migrate(path: directory.database, dryRun: true) == [])
        #expect(try SQLiteStore.migrate(path: directory.database, dryRun: false) == [])
        let store = try directory.openStore()
        #expect(try await store.statistics().schemaVersion == Int(Migration.newest))
        await store.close()
    }

    @Test func aNewerSchemaIsRefusedInWords() throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let connection = try Connection(path: directory.database, access: .readWrite)
        try connection.execute("PRAGMA user_version = \(Migration.newest + 1)")
        for act in [
            { _ = try directory.openStore() },
            { _ = try SQLiteStore.migrate(path: directory.database, dryRun: true) },
            { _ = try SQLiteStore.migrate(path: directory.database, dryRun: false) },
        ] {
            #expect { try act() } throws: {
                guard let error = $0 as? StoreError else { return false }
                return error.code == .damaged && error.detail.contains("newer")
            }
        }
    }

    @Test func aStepThatFailsLeavesNothingBehind() throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let connection = try Connection(path: directory.database, access: .readWrite)
        // In the way of the first step's last table.
        try connection.execute("CREATE TABLE audit (other INTEGER)")
        #expect(throws: StoreError.self) { try Migrator(connection: connection).run() }
        #expect(try connection.integer("PRAGMA user_version") == 0)
        #expect(try connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'events'") == 0)
        try connection.execute("DROP TABLE audit")
        #expect(try Migrator(connection: connection).run() == Migration.all.map(\.name))
    }
}
