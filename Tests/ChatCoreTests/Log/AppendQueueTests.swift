import ChatCore
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
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                switch queue.accept(entry) {
                case .store:
                    #expect(!isUnderWay)
                    accepted.append(entry)
                case .wait:
                    accepted.append(entry)
                case .refuse:
                    #expect(queue.depth == 32)
                }
            case 2:
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
