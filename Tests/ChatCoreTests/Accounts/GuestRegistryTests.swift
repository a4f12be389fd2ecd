import ChatModel
import Testing

@testable import ChatCore

@Suite struct GuestRegistryTests {
    private let registry = GuestRegistry()
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    /// - Parameter number: The first name that is tried.
    private func admit(_ number: UInt64 = 7, from address: String = "192.0.2.1", perAddress: Int = 0) throws(ChatError)
        -> UserID
    {
        try self.registry.admit(from: ClientAddress(address), perAddress: perAddress, random: number, now: self.now).id
    }

    private func id(_ name: String) -> UserID { UserID(canonical: name) }

    @Test func whoIsReleasedLeavesHisPlaceAndHisName() throws {
        #expect(try self.admit(perAddress: 1) == self.id("guest0007"))
        #expect(throws: ChatError.self) { try self.admit(perAddress: 1) }
        self.registry.release(self.id("guest0007"))
        #expect(try self.admit(perAddress: 1) == self.id("guest0007"))
    }

    @Test func whoIsStoredLeavesHisPlaceAndNotHisName() throws {
        let guest = try self.admit(perAddress: 1)
        self.registry.take(guest)
        self.registry.accountStored(guest)
        self.registry.release(guest)
        #expect(self.registry.count == 0)
        #expect(try self.admit(perAddress: 1) == self.id("guest0008"))
    }

    @Test func nameIsTakenBeforeItIsStored() throws {
        let guest = try self.admit()
        self.registry.take(guest)
        #expect(self.registry.needsAccount(guest))
        self.registry.release(guest)
        #expect(try self.admit() == self.id("guest0008"))
    }

    @Test func releasingTwiceChangesNothing() throws {
        let guest = try self.admit()
        _ = try self.admit(20)
        for _ in 0..<2 { self.registry.release(guest) }
        #expect(throws: ChatError.self) { try self.admit(perAddress: 1) }
        #expect(self.registry.count == 1)
    }

    @Test func nameThatIsTakenWhileTheStoreIsAskedStaysTaken() async throws {
        for number: UInt64 in 1...4 { _ = try self.admit(number) }
        let before = self.id("guest0001")
        let during = self.id("guest0002")
        let forgotten = self.id("guest0003")
        self.registry.take(forgotten)
        try await self.registry.renewTaken { [forgotten] }
        // What the store is still writing as the asking begins.
        self.registry.take(before)
        try await self.registry.renewTaken {
            self.registry.take(during)
            self.registry.accountStored(during)
            return [self.id("guest0004")]
        }
        for number in 1...4 { self.registry.release(self.id("guest000\(number)")) }
        #expect(try self.admit(1) == forgotten, "the store has it no more")
        try await self.registry.renewTaken { [before, during] }
        #expect(try self.admit(1) == self.id("guest0004"))
    }
}
