import ChatCore
import ChatModel
import Testing

struct ReplayWindowTests {
    @Test func givesWhatFollowsAPosition() {
        var window = ReplayWindow(limit: 10)
        for seq in 1...5 as ClosedRange<Seq> { window.append(messageEvent(seq)) }
        #expect(window.events(after: 3)?.map(\.seq) == [4, 5])
        #expect(window.events(after: 5)?.isEmpty == true)
        #expect(window.events(after: 0)?.map(\.seq) == [1, 2, 3, 4, 5])
    }

    @Test func saysWhenItDoesNotReachBackFarEnough() {
        var window = ReplayWindow(limit: 3)
        for seq in 1...5 as ClosedRange<Seq> { window.append(messageEvent(seq)) }
        #expect(window.events(after: 1) == nil)
        #expect(window.events(after: 2)?.map(\.seq) == [3, 4, 5])
    }

    @Test func forgetsWhatLiesBeforeAJump() {
        var window = ReplayWindow(limit: 10)
        window.append(messageEvent(1))
        window.append(messageEvent(4))
        #expect(window.events(after: 1) == nil)
        #expect(window.events(after: 3)?.map(\.seq) == [4])
    }

    @Test func anEmptyWindowKnowsNothing() {
        #expect(ReplayWindow(limit: 10).events(after: 0) == nil)
    }
}
