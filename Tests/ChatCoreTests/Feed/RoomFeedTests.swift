import ChatCore
import ChatModel
import Testing

struct RoomFeedTests {
    @Test func eventsInOrderAreDelivered() {
        var feed = RoomFeed(lastSeq: 4)
        let step = feed.received([messageEvent(5), messageEvent(6)])
        #expect(step.deliver.map(\.seq) == [5, 6])
        #expect(step.fetch == nil)
    }

    @Test func oldEventsAreDropped() {
        var feed = RoomFeed(lastSeq: 4)
        let step = feed.received([messageEvent(3), messageEvent(4)])
        #expect(step.deliver.isEmpty)
    }

    @Test func anEarlyEventIsHeldUntilWhatIsMissingWasFetched() {
        var feed = RoomFeed(lastSeq: 4)
        let early = feed.received([messageEvent(7)])
        #expect(early.deliver.isEmpty)
        #expect(early.fetch == 5...6)
        let second = feed.received([messageEvent(8)])
        #expect(second.fetch == nil)
        let filled = feed.fetched([messageEvent(5), messageEvent(6)], of: 5...6)
        #expect(filled.deliver.map(\.seq) == [5, 6, 7, 8])
        #expect(filled.fetch == nil)
    }

    @Test func aFetchThatFailsIsTriedAgainWithTheNextEvent() {
        var feed = RoomFeed(lastSeq: 0)
        let first = feed.received([messageEvent(3)])
        #expect(first.fetch == 1...2)
        feed.fetchFailed()
        let second = feed.received([messageEvent(4)])
        #expect(second.fetch == 1...2)
    }

    @Test func whatRetentionTookIsSteppedOver() {
        var feed = RoomFeed(lastSeq: 0)
        let early = feed.received([messageEvent(4)])
        #expect(early.fetch == 1...3)
        let filled = feed.fetched([], of: 1...3)
        #expect(filled.deliver.map(\.seq) == [4])
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func whateverTheOrderOfArrivalEachEventIsDeliveredOnceInOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let log = (1...120).map { messageEvent(Seq($0)) }
        // Shuffled near its place, some twice, some lost; the last one always arrives.
        var arrivals = log.dropLast().enumerated()
            .filter { _ in Int.random(in: 0..<5, using: &random) > 0 }
            .map { (key: $0.offset + Int.random(in: 0..<12, using: &random), event: $0.element) }
        arrivals += arrivals.filter { _ in Int.random(in: 0..<6, using: &random) == 0 }
        arrivals.sort { $0.key < $1.key }
        var feed = RoomFeed(lastSeq: 0, holdLimit: Int.random(in: 1...40, using: &random), fetchLimit: 7)
        var delivered: [Seq] = []
        var fetches: [ClosedRange<Seq>] = []
        func take(_ step: RoomFeed.Step) {
            delivered += step.deliver.map(\.seq)
            if let fetch = step.fetch { fetches.append(fetch) }
        }
        func answerOne() {
            guard let range = fetches.popLast() else { return }
            if Int.random(in: 0..<8, using: &random) == 0 { return feed.fetchFailed() }
            take(feed.fetched(log.filter { range.contains($0.seq) }, of: range))
        }
        for arrival in arrivals {
            take(feed.received([arrival.event]))
            if Bool.random(using: &random) { answerOne() }
        }
        take(feed.received([log[log.count - 1]]))
        var rounds = 0
        while delivered.count < log.count, rounds < 1000 {
            rounds += 1
            if fetches.isEmpty { take(feed.received([log[log.count - 1]])) }
            answerOne()
        }
        #expect(delivered == log.map(\.seq), "seed \(seed)")
    }
}
