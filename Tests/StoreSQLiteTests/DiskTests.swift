import ChatCore
import ChatModel
import Foundation
import Testing

@testable import StoreSQLite

/// What happens on the disk: rights, room, crashes, erased text.
@Suite struct DiskTests {
    private static let noon = Timestamp(milliseconds: 1_700_000_000_000)
    private static let juliet = UserProfile(id: UserID(canonical: "juliet"), username: "juliet")

    private static func message(_ body: String, in room: RoomID, at: Timestamp = noon) -> LogEntry {
        let id = MessageID(at: at, random: (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max)))
        return .room(
            RoomDraft(room: room, actor: juliet, at: at, change: .message(id, MessageContent(body: body))))
    }

    private static func append(
        _ entries: [LogEntry], to store: SQLiteStore
    ) async -> [Result<AppendOutcome, StoreError>] {
        await withCheckedContinuation { continuation in
            store.append(entries) { continuation.resume(returning: $0) }
        }
    }

    private static func room(in store: SQLiteStore) async throws -> RoomID {
        try await store.createRoom(NewRoom(id: RoomID("verona")), creator: juliet, at: noon).id
    }

    private static func mode(of path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func theFilesAndTheirDirectoryAreTheOwnersAlone() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let path = directory.file("new/data/parley.sqlite")
        let store = try SQLiteStore.open(.init(path: path), logger: .silent)
        _ = try await Self.room(in: store)
        #expect(try Self.mode(of: directory.file("new/data")) == 0o700)
        for suffix in ["", "-wal", "-shm"] { #expect(try Self.mode(of: path + suffix) == 0o600) }
        await store.close()
    }

    @Test func aClosedStoreLeavesOneFileWithEverythingInIt() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let store = try SQLiteStore.open(.init(path: directory.database, readers: 4), logger: .silent)
        let room = try await Self.room(in: store)
        _ = await Self.append((0..<50).map { Self.message("\($0)", in: room) }, to: store)
        // Reads that are still under way when the store is closed.
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<50 {
                group.addTask { _ = try? await store.events(in: room, after: 0, through: 99, limit: 99) }
            }
            group.addTask { await store.close() }
        }
        for suffix in ["-wal", "-shm"] {
            #expect(!FileManager.default.fileExists(atPath: directory.database + suffix))
        }
        let moved = directory.file("moved.sqlite")
        try FileManager.default.moveItem(atPath: directory.database, toPath: moved)
        let again = try SQLiteStore.open(.init(path: moved), logger: .silent)
        #expect(try await again.room(.id(room))?.lastSeq == 51)
        await again.close()
    }

    @Test func aFileThatIsNoDatabaseIsRefusedAndLeftAlone() throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let text = Data(String(repeating: "not a database ", count: 100).utf8)
        try text.write(to: URL(fileURLWithPath: directory.database))
        #expect { try directory.openStore() } throws: { ($0 as? StoreError)?.code == .damaged }
        #expect(try Data(contentsOf: URL(fileURLWithPath: directory.database)) == text)
    }

    @Test func aDirectoryThatCannotBeMadeIsUnavailable() throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        try Data().write(to: URL(fileURLWithPath: directory.file("file")))
        let configuration = SQLiteStore.Configuration(path: directory.file("file/under/parley.sqlite"))
        #expect { try SQLiteStore.open(configuration, logger: .silent) } throws: {
            ($0 as? StoreError)?.code == .unavailable
        }
    }

    @Test func aFullDiskFailsTheWholeBatchAndLaterOnesGoOn() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let store = try directory.openStore()
        let room = try await Self.room(in: store)
        _ = await Self.append([Self.message("before", in: room)], to: store)
        try await store.writer.write { (session) throws(StoreError) in
            let pages = try session.connection.integer("PRAGMA page_count") ?? 0
            try session.connection.execute("PRAGMA max_page_count = \(pages + 20)")
        }
        let big = String(repeating: "x", count: 16_000)
        let results = await Self.append((0..<20).map { _ in Self.message(big, in: room) }, to: store)
        #expect(results.count == 20)
        for result in results { #expect(throws: StoreError.self) { try result.get() } }
        if case .failure(let error)? = results.first { #expect(error.code == .full) }
        // Readers go on, and small things still fit.
        #expect(try await store.room(.id(room))?.lastSeq == 2)
        let small = await Self.append([Self.message("small", in: room)], to: store)
        guard case .success(.room(let events))? = small.first else {
            Issue.record("a small message fits: \(small)")
            return
        }
        #expect(events.first?.seq == 3)
        try await store.writer.write { (session) throws(StoreError) in
            try session.connection.execute("PRAGMA max_page_count = 1073741823")
        }
        for result in await Self.append((0..<20).map { _ in Self.message(big, in: room) }, to: store) {
            _ = try result.get()
        }
        #expect(try await store.room(.id(room))?.lastSeq == 23)
        #expect(try await store.check().isSound)
        await store.close()
    }

    @Test func aJobThatFailsInAFullDatabaseTellsSo() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let store = try directory.openStore()
        try await store.writer.write { (session) throws(StoreError) in
            try session.connection.execute("PRAGMA max_page_count = 1")
        }
        let title = String(repeating: "t", count: 100_000)
        await #expect {
            try await store.createRoom(
                NewRoom(settings: RoomSettings(title: title)), creator: Self.juliet, at: Self.noon)
        } throws: { ($0 as? StoreError)?.code == .full }
        await store.close()
    }

    /// A copy of the files at any moment is what a killed process leaves behind.
    @Test func whatWasReportedAsStoredIsInTheFilesAtOnce() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let store = try directory.openStore()
        let room = try await Self.room(in: store)
        for index in 0..<50 {
            let draft = RoomDraft(
                room: room, actor: Self.juliet, at: Self.noon, clientID: ClientID("c-\(index)"),
                change: .message(
                    MessageID(at: Self.noon, random: (UInt64(index), UInt64(index))), MessageContent(body: "\(index)")))
            _ = await Self.append([.room(draft)], to: store)
        }
        let copy = directory.file("copy.sqlite")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: directory.database + suffix, toPath: copy + suffix)
        }
        let survivor = try SQLiteStore.open(.init(path: copy), logger: .silent)
        #expect(try await survivor.events(in: room, after: 0, through: 99, limit: 99).map(\.seq) == Array(1...51))
        #expect(try await survivor.check().isSound)
        let retry = RoomDraft(
            room: room, actor: Self.juliet, at: Self.noon, clientID: ClientID("c-7"),
            change: .message(MessageID(at: Self.noon, random: (99, 99)), MessageContent(body: "again")))
        guard case .success(.duplicate(let event))? = await Self.append([.room(retry)], to: survivor).first else {
            Issue.record("the retry is a duplicate")
            return
        }
        #expect(event.seq == 9)
        await survivor.close()
        await store.close()
    }

    @Test func erasedTextIsNotInTheFiles() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let store = try directory.openStore()
        try await store.createAccount(Account(profile: Self.juliet, createdAt: Self.noon))
        let room = try await Self.room(in: store)
        // One that fits into its page, and one that needs pages of its own.
        let canary = "canary-4711"
        let bodies = [canary, String(repeating: "\(canary) ", count: 1000)]
        _ = await Self.append(bodies.map { Self.message($0, in: room) }, to: store)
        #expect(try directory.contains(canary))
        _ = try await store.deleteAccount(Self.juliet.id, messages: .remove, at: Self.noon)
        // The files are rewritten after the deletion's last commit, which another write waits for.
        try await store.appendAudit(AuditEntry(at: Self.noon, actor: "operator", action: "checked"))
        #expect(try !directory.contains(canary))
        await store.close()
    }

    @Test func theCheckFindsHolesAndOrphans() async throws {
        let directory = try TemporaryDirectory()
        defer { directory.remove() }
        let store = try directory.openStore()
        let room = try await Self.room(in: store)
        _ = await Self.append((0..<5).map { Self.message("\($0)", in: room) }, to: store)
        #expect(try await store.check().isSound)
        try await store.writer.write { (session) throws(StoreError) in
            try session.connection.execute("DELETE FROM events WHERE body = '2'")
            try session.connection.execute(
                "INSERT INTO members VALUES (99, 99, 'member', 'active', 0, 0, NULL, '', NULL)")
            try session.connection.execute("INSERT INTO direct_rooms SELECT 1, 2, no FROM rooms WHERE id = 'verona'")
        }
        let report = try await store.check()
        #expect(!report.isSound)
        #expect(report.lines.contains { $0.contains("room verona") })
        #expect(report.lines.contains { $0.contains("members of no room") })
        #expect(report.lines.contains { $0.contains("pairs without a direct room") })
        await store.close()
    }
}

extension TemporaryDirectory {
    /// Whether any of the database's files holds some text.
    fileprivate func contains(_ text: String) throws -> Bool {
        for suffix in ["", "-wal"] {
            let data = try Data(contentsOf: URL(fileURLWithPath: self.database + suffix))
            if data.range(of: Data(text.utf8)) != nil { return true }
        }
        return false
    }
}
