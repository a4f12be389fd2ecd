import ChatCore
import Testing

struct CommandLaneTests {
    private func opened() -> CommandLane<Int> {
        var lane = CommandLane<Int>()
        lane.open()
        return lane
    }

    @Test func everythingWaitsUntilTheLaneIsOpen() {
        var lane = CommandLane<Int>()
        #expect(lane.admit(1, .pipelined, bytes: 1).held == false)
        #expect(lane.admit(2, .immediate, bytes: 1).held == false)
        #expect(lane.next() == nil)
        lane.open()
        #expect(lane.next() == 1)
        #expect(lane.next() == 2)
        #expect(lane.next() == nil)
        #expect(!lane.hasWaiting)
    }

    @Test func sendsAreUnderWayTogetherUpToABound() {
        var lane = self.opened()
        for send in 0..<256 { #expect(lane.admit(send, .pipelined, bytes: 1).run == send) }
        #expect(lane.admit(256, .pipelined, bytes: 1).held == false)
        #expect(lane.next() == nil)
        lane.completed(.pipelined)
        #expect(lane.next() == 256)
    }

    @Test func everythingElseGoesAlone() {
        var lane = self.opened()
        #expect(lane.admit(1, .pipelined, bytes: 1).run == 1)
        #expect(lane.admit(2, .exclusive, bytes: 1).held == false)
        #expect(lane.admit(3, .pipelined, bytes: 1).held == false)
        #expect(lane.next() == nil)
        lane.completed(.pipelined)
        #expect(lane.next() == 2)
        #expect(lane.next() == nil)
        lane.completed(.exclusive)
        #expect(lane.next() == 3)
    }

    @Test func whatAsksNothingKeepsItsPlaceAndHoldsNobodyUp() {
        var lane = self.opened()
        #expect(lane.admit(1, .immediate, bytes: 1).run == 1)
        #expect(lane.admit(2, .exclusive, bytes: 1).run == 2)
        #expect(lane.admit(3, .immediate, bytes: 1).held == false)
        #expect(lane.admit(4, .exclusive, bytes: 1).held == false)
        lane.completed(.exclusive)
        #expect(lane.next() == 3)
        #expect(lane.next() == 4)
    }

    @Test func readingPausesOnceAndGoesOnAtHalf() {
        var lane = self.opened()
        _ = lane.admit(0, .exclusive, bytes: 1)
        let pauses = (1...70).map { lane.admit($0, .immediate, bytes: 1).held }
        #expect(pauses.firstIndex(of: true) == 63)
        #expect(pauses.filter { $0 == true }.count == 1)
        #expect(lane.isFull)
        lane.completed(.exclusive)
        for expected in 1...37 { #expect(lane.next() == expected) }
        #expect(lane.resumesReading() == false)
        #expect(lane.next() == 38)
        #expect(lane.resumesReading() == true)
        #expect(lane.isFull == false)
        #expect(lane.resumesReading() == false)
    }
}

extension CommandLane.Admission where Entry: Equatable {
    fileprivate var run: Entry? {
        if case .run(let entry) = self { entry } else { nil }
    }

    /// Whether it waits, and then whether reading pauses.
    fileprivate var held: Bool? {
        if case .held(let pausesReading) = self { pausesReading } else { nil }
    }
}
