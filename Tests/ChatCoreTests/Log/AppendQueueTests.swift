import ChatCore
import ChatModel
import Testing

struct AppendQueueTests {
    @Test func firstEntryIsStoredAtOnceAndLaterOnesWaitForIt() {
        var queue = AppendQueue<Int>()
        #expect(queue.accept(1) == .store)
        #expect(queue.takeBatch() == [1])
        #expect(queue.accept(2) == .wait)
        #expect(queue.accept(3) == .wait)
        #expect(queue.takeBatch() == [])
        queue.batchFinished()
        #expect(queue.takeBatch() == [2, 3])
    }

    @Test func entriesBeyondTheDepthAreRefused() {
        var queue = AppendQueue<Int>(batchLimit: 2, depthLimit: 3)
        for entry in 1...3 { _ = queue.accept(entry) }
        #expect(queue.accept(4) == .refuse)
        #expect(queue.depth == 3)
    }

    @Test func idleMeansNothingWaitsAndNothingIsUnderWay() {
        var queue = AppendQueue<Int>()
        #expect(queue.isIdle)
        _ = queue.accept(1)
        #expect(!queue.isIdle)
        _ = queue.takeBatch()
        #expect(!queue.isIdle)
        queue.batchFinished()
        #expect(queue.isIdle)
    }

    @Test(arguments: 0..<200 as Range<UInt64>)
    func everyAcceptedEntryComesOutOnceInOrderAndOneBatchAtATime(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let batchLimit = Int.random(in: 1...8, using: &random)
        var queue = AppendQueue<Int>(batchLimit: batchLimit, depthLimit: 32)
        var accepted: [Int] = []
        var stored: [Int] = []
        var isUnderWay = false
        for entry in 0..<500 {
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                switch queue.accept(entry, company: Bool.random(using: &random), enough: 4) {
                case .store, .gather:
                    #expect(!isUnderWay)
                    accepted.append(entry)
                case .wait:
                    accepted.append(entry)
                case .refuse:
                    #expect(queue.depth == 32)
                }
            case 2:
                _ = queue.gatheringEnded()
            case 3:
                let batch = queue.takeBatch()
                #expect(batch.count <= batchLimit)
                if isUnderWay { #expect(batch.isEmpty) }
                if !batch.isEmpty { isUnderWay = true }
                stored += batch
            default:
                guard isUnderWay else { continue }
                queue.batchFinished()
                isUnderWay = false
            }
        }
        if isUnderWay { queue.batchFinished() }
        while true {
            let batch = queue.takeBatch()
            if batch.isEmpty { break }
            stored += batch
            queue.batchFinished()
        }
        #expect(stored == accepted, "seed \(seed)")
        #expect(queue.isIdle)
    }
}

struct GatherPolicyTests {
    private func steadily(every nanoseconds: UInt64, from names: [String], count: Int = 100) -> Bool {
        var policy = GatherPolicy(milliseconds: 10)
        var company = false
        for arrival in 0..<UInt64(count) {
            let name = names[Int(arrival) % names.count]
            company = policy.arrived(from: UserID(canonical: name), at: arrival * nanoseconds)
        }
        return company
    }

    @Test func companyIsExpectedWhereSeveralSendSteadily() {
        #expect(self.steadily(every: 2_000_000, from: ["ann", "bob", "cat"]))
    }

    @Test func whoeverTalksAloneIsNotHeldUp() {
        #expect(!self.steadily(every: 300_000, from: ["ann"]))
    }

    @Test func aQuietServerDoesNotWait() {
        #expect(!self.steadily(every: 20_000_000, from: ["ann", "bob"]))
    }

    @Test func zeroSwitchesItOff() {
        var policy = GatherPolicy(milliseconds: 0)
        for arrival in 0..<100 as Range<UInt64> {
            let company = policy.arrived(from: UserID(canonical: "user\(arrival % 5)"), at: arrival * 1000)
            #expect(!company)
        }
    }

    @Test func gatheringEndsWhenThereAreEnoughOrTimeIsUp() {
        var queue = AppendQueue<Int>()
        #expect(queue.accept(1, company: true, enough: 3) == .gather)
        #expect(queue.accept(2, company: true, enough: 3) == .wait)
        #expect(queue.accept(3, company: true, enough: 3) == .store)
        #expect(queue.takeBatch() == [1, 2, 3])
        let isTooLate = !queue.gatheringEnded()
        #expect(isTooLate)
        queue.batchFinished()
        #expect(queue.accept(4, company: true, enough: 3) == .gather)
        let isTimeUp = queue.gatheringEnded()
        #expect(isTimeUp)
        #expect(queue.takeBatch() == [4])
    }
}
