import ChatModel
import Testing

@testable import StoreSQLite

/// How client ids are looked up.
@Suite struct IdempotencyTests {
    @Test func theFilterNeverForgetsAndSeldomErrs() {
        var filter = IdempotencyFilter()
        let count = IdempotencyFilter.capacity
        let hashes = (0..<2 * count).compactMap { ClientID("client-\($0)") }.map { IdempotencyIndex.hash(user: 1, $0) }
        for hash in hashes.prefix(count) { filter.insert(hash) }
        #expect(hashes.prefix(count).allSatisfy { filter.mayContain($0) })
        #expect(hashes.dropFirst(count).count { filter.mayContain($0) } < count / 1000)
    }

    /// Hashes are stored: another formula would forget a day's client ids at an upgrade.
    @Test func theHashIsWhatItWas() throws {
        let id = try #require(ClientID("6f0c1c1e-8d3f-4a51-9a53-3c9e6d2b7a10"))
        #expect(IdempotencyIndex.hash(user: 1, id) != IdempotencyIndex.hash(user: 2, id))
        #expect(IdempotencyIndex.hash(user: 1, id) == 15_504_036_195_332_720_972)
    }

    @Test func keysOrderEventsByRoomAndPosition() {
        let keys = [
            EventKey(room: 1, seq: 1), EventKey(room: 1, seq: 2), EventKey(room: 1, seq: EventKey.maximumSeq),
            EventKey(room: 2, seq: 0), EventKey(room: EventKey.maximumRoom, seq: EventKey.maximumSeq),
        ]
        #expect(keys.map(\.value) == keys.map(\.value).sorted())
        #expect(keys.last?.value == .max)
        #expect(keys[1].room == 1 && keys[1].seq == 2)
        #expect(EventKey(room: 1, seq: .max) == EventKey(room: 1, seq: EventKey.maximumSeq))
        #expect(EventKey(room: 1, seq: .min) == EventKey(room: 1, seq: 0))
    }
}
