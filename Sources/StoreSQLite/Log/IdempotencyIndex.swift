import ChatCore
import ChatModel

/// Finds the event that a user's client id has made.
///
/// Client ids are random: one tree of a day's ids would have a page written for nearly every message. So keys come in
/// generations of a thousand, each a small tree within the table, and a filter in memory says for nearly every new
/// id that no generation has it. A purge drops whole generations.
final class IdempotencyIndex {
    /// Keys of one generation: half a dozen pages, which a batch of hundreds of messages shares.
    private static let generationSize = 1024
    /// Generations of earlier runs that one question takes along into the filters.
    private static let loadedAtOnce = 16
    /// Longest time that one generation stays open, in milliseconds: a key may live on by this much too long.
    private static let generationMilliseconds: Int64 = 3_600_000

    private struct Generation {
        let no: Int64
        let openedAt: Int64
        var lastAt: Int64
        var count: Int
    }

    /// Generations that share a filter.
    private struct Slab {
        var filter = IdempotencyFilter()
        var generations: [Int64] = []
        var count = 0
    }

    private var current: Generation?
    private var slabs: [Slab] = []
    /// Generations of earlier runs whose keys are in no filter yet; nil before the first use.
    private var unloaded: [Int64]?

    /// Stable over restarts and releases: it is stored.
    static func hash(user: Int64, _ client: ClientID) -> UInt64 {
        // FNV-1a, then the finaliser of SplitMix64, because the filter wants all bits to matter.
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bitPattern: user) &* 0x9e37_79b9_7f4a_7c15
        for byte in client.value.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        return hash ^ hash >> 31
    }

    /// Events whose keys have this hash, nearly always none.
    func candidates(_ hash: UInt64, on connection: Connection) throws(StoreError) -> [EventKey] {
        try self.loadSome(on: connection)
        var found: [EventKey] = []
        for slab in self.slabs where slab.filter.mayContain(hash) {
            for generation in slab.generations { try self.search(generation, hash, on: connection, into: &found) }
        }
        for generation in self.unloaded ?? [] { try self.search(generation, hash, on: connection, into: &found) }
        return found
    }

    /// Remembers an event under a hash.
    func record(_ hash: UInt64, event: EventKey, at: Timestamp, on connection: Connection) throws(StoreError) {
        var generation = try self.openGeneration(at: at, on: connection)
        let statement = try connection.statement(
            "INSERT OR IGNORE INTO idempotency_keys (generation, hash, event) VALUES (?1, ?2, ?3)")
        statement.bind(1, generation.no)
        statement.bind(2, Int64(bitPattern: hash))
        statement.bind(3, event.value)
        try statement.run()
        generation.count += 1
        generation.lastAt = max(generation.lastAt, at.milliseconds)
        self.current = generation
        self.remember(hash, generation: generation.no)
    }

    /// Drops one generation whose keys were all made at or before `time`; false when there is none.
    func dropOne(through time: Timestamp, on connection: Connection) throws(StoreError) -> Bool {
        if let current, current.lastAt <= time.milliseconds { try self.closeGeneration(on: connection) }
        let statement = try connection.statement(
            "SELECT no FROM idempotency_generations WHERE coalesce(last_at, opened_at + ?2) <= ?1 AND no <> ?3 LIMIT 1")
        statement.bind(1, time)
        statement.bind(2, Self.generationMilliseconds)
        statement.bind(3, self.current?.no ?? 0)
        let no = try statement.step() ? statement.integer(0) : nil
        statement.reset()
        guard let no else { return false }
        let keys = try connection.statement("DELETE FROM idempotency_keys WHERE generation = ?1")
        keys.bind(1, no)
        try keys.run()
        let row = try connection.statement("DELETE FROM idempotency_generations WHERE no = ?1")
        row.bind(1, no)
        try row.run()
        self.unloaded?.removeAll { $0 == no }
        for index in self.slabs.indices { self.slabs[index].generations.removeAll { $0 == no } }
        self.slabs.removeAll { $0.generations.isEmpty }
        return true
    }

    /// Writes down when the open generation's newest key was made, and opens no other.
    func closeGeneration(on connection: Connection) throws(StoreError) {
        guard let current else { return }
        let statement = try connection.statement("UPDATE idempotency_generations SET last_at = ?2 WHERE no = ?1")
        statement.bind(1, current.no)
        statement.bind(2, current.lastAt)
        try statement.run()
        self.current = nil
    }

    /// After a failed transaction: the open generation may not have been stored. What the filters know too much is
    /// harmless.
    func forgetOpenGeneration() { self.current = nil }

    /// When another process has written: there may be keys that no filter has.
    func forgetAll() {
        self.current = nil
        self.slabs = []
        self.unloaded = nil
    }

    // MARK: Parts

    private func search(
        _ generation: Int64, _ hash: UInt64, on connection: Connection, into found: inout [EventKey]
    ) throws(StoreError) {
        let statement = try connection.statement(
            "SELECT event FROM idempotency_keys WHERE generation = ?1 AND hash = ?2")
        defer { statement.reset() }
        statement.bind(1, generation)
        statement.bind(2, Int64(bitPattern: hash))
        while try statement.step() { found.append(EventKey(value: statement.integer(0))) }
    }

    private func openGeneration(at: Timestamp, on connection: Connection) throws(StoreError) -> Generation {
        if let current {
            // Wrapping: the times come from the core's clock, but nothing here may trap on a strange one.
            let age = at.milliseconds &- current.openedAt
            if current.count < Self.generationSize, age < Self.generationMilliseconds { return current }
            try self.closeGeneration(on: connection)
        }
        let statement = try connection.statement("INSERT INTO idempotency_generations (opened_at) VALUES (?1)")
        statement.bind(1, at)
        try statement.run()
        return Generation(
            no: connection.lastInsertedRow, openedAt: at.milliseconds, lastAt: at.milliseconds, count: 0)
    }

    private func remember(_ hash: UInt64, generation: Int64) {
        if self.slabs.last.map({ $0.count >= IdempotencyFilter.capacity }) ?? true { self.slabs.append(Slab()) }
        let last = self.slabs.count - 1
        self.slabs[last].filter.insert(hash)
        self.slabs[last].count += 1
        // Nearly always the last one; while earlier runs are loaded, theirs come in between.
        guard self.slabs[last].generations.last != generation else { return }
        if !self.slabs[last].generations.contains(generation) { self.slabs[last].generations.append(generation) }
    }

    /// Takes some generations of earlier runs into a filter: two or three milliseconds, so that a start with a long
    /// day behind it makes nobody wait.
    private func loadSome(on connection: Connection) throws(StoreError) {
        if self.unloaded == nil {
            let statement = try connection.statement("SELECT no FROM idempotency_generations ORDER BY no")
            defer { statement.reset() }
            var all: [Int64] = []
            while try statement.step() { all.append(statement.integer(0)) }
            self.unloaded = all
        }
        for _ in 0..<Self.loadedAtOnce {
            guard let next = self.unloaded?.last else { return }
            try self.load(next, on: connection)
            self.unloaded?.removeLast()
        }
    }

    private func load(_ generation: Int64, on connection: Connection) throws(StoreError) {
        let statement = try connection.statement("SELECT hash FROM idempotency_keys WHERE generation = ?1")
        defer { statement.reset() }
        statement.bind(1, generation)
        while try statement.step() { self.remember(UInt64(bitPattern: statement.integer(0)), generation: generation) }
    }
}
