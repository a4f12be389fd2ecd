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

    @Test func membersAreCountedAnewWhenMutedFormerOnesNoLongerCount() throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let connection = try Connection(path: directory.database, access: .readWrite)
        let first = try #require(Migration.all.first)
        try connection.execute(first.sql)
        try connection.execute("PRAGMA user_version = 1")
        try connection.execute(
            """
            INSERT INTO rooms (no, id, number, is_number_assigned, kind, created_at, title, topic, access,
                history_visibility, retention, retention_amount, slow_mode, members_invite, epoch, member_count,
                search_text)
            VALUES (1, 'verona', 1, 1, 'group', 0, '', '', 'public', 'all', 0, 0, 0, 1, 'e', 4, '');
            INSERT INTO members (room, user, role, status, joined_at, joined_seq, reason) VALUES
                (1, 1, 'owner', 'active', 0, 0, ''), (1, 2, 'member', 'muted', 0, 0, ''),
                (1, 3, 'none', 'muted', 0, 0, ''), (1, 4, 'none', 'banned', 0, 0, '')
            """)
        #expect(try Migrator(connection: connection).run() == Migration.all.dropFirst().map(\.name))
        #expect(try connection.integer("SELECT member_count FROM rooms") == 2)
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
