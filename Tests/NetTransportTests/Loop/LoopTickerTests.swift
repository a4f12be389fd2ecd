import NIOCore
import NIOEmbedded
import Testing

@testable import NetTransport

@Suite("One timer for a loop")
struct LoopTickerTests {
    private final class Member: LoopTicking {
        var tickerSlot = -1
        var ticks = 0
        var onTick: () -> Void = {}

        func tick(_ now: NIODeadline) {
            ticks += 1
            onTick()
        }
    }

    @Test("Members are called once a second")
    func ticks() {
        let loop = EmbeddedEventLoop()
        let ticker = LoopTicker(eventLoop: loop)
        let members = (0..<3).map { _ in Member() }
        members.forEach(ticker.add)
        loop.advanceTime(by: .seconds(5))
        #expect(members.map(\.ticks) == [5, 5, 5])
        ticker.remove(members[0])
        loop.advanceTime(by: .seconds(1))
        #expect(members.map(\.ticks) == [5, 6, 6])
    }

    @Test("Members may leave, join and remove each other during a pass")
    func changesDuringPass() {
        let ticker = LoopTicker(eventLoop: EmbeddedEventLoop())
        let members = (0..<10).map { _ in Member() }
        members.forEach(ticker.add)
        let late = Member()
        members[2].onTick = {
            for index in [2, 5, 9] { ticker.remove(members[index]) }
            ticker.add(late)
        }
        ticker.pass(.now())
        #expect(members.map(\.ticks) == [1, 1, 1, 1, 1, 0, 1, 1, 1, 0])
        #expect(late.ticks == 0)
        #expect(ticker.count == 8)
        ticker.pass(.now())
        #expect(late.ticks == 1)
        for member in members + [late] { ticker.remove(member) }
        #expect(ticker.count == 0)
        #expect(members.allSatisfy { $0.tickerSlot == -1 })
    }

    @Test("The timer stops with the last member and starts again with the next")
    func restarts() {
        let loop = EmbeddedEventLoop()
        let ticker = LoopTicker(eventLoop: loop)
        let member = Member()
        ticker.add(member)
        ticker.remove(member)
        loop.advanceTime(by: .seconds(3))
        ticker.add(member)
        loop.advanceTime(by: .seconds(2))
        #expect(member.ticks == 2)
        ticker.remove(member)
    }
}
