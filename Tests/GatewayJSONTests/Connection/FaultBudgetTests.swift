import NIOCore
import Testing

@testable import GatewayJSON

struct FaultBudgetTests {
    private let start = NIODeadline.uptimeNanoseconds(100_000_000_000)

    /// How many of `count` faults at one moment are forgiven.
    private func forgiven(_ budget: inout FaultBudget, _ count: Int, at now: NIODeadline) -> Int {
        (0..<count).filter { _ in budget.spend(now: now) }.count
    }

    @Test func aHundredFaultsAtOnceAreForgiven() {
        var budget = FaultBudget(now: self.start)
        let forgiven = self.forgiven(&budget, 150, at: self.start)
        #expect(forgiven == 100)
    }

    @Test func tenFaultsASecondAreForgivenForEver() {
        var budget = FaultBudget(now: self.start)
        for second in 0..<1000 {
            let forgiven = self.forgiven(&budget, 10, at: self.start + .seconds(Int64(second)))
            #expect(forgiven == 10)
        }
    }

    @Test func aClockThatIsSetBackGivesNothing() {
        var budget = FaultBudget(now: self.start)
        _ = self.forgiven(&budget, 100, at: self.start)
        let forgiven = self.forgiven(&budget, 1, at: self.start - .seconds(60))
        #expect(forgiven == 0)
    }
}
