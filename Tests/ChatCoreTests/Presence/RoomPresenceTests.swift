import ChatCore
import ChatModel
import Testing

private let one = ConnectionID(1)
private let two = ConnectionID(2)

struct RoomPresenceTests {
    @Test func aUserIsPresentUntilHisLastConnectionGoes() {
        var presence = RoomPresence()
        let isFirst = presence.arrive(profile("alice"), with: one)
        #expect(isFirst)
        let isFirstAgain = presence.arrive(profile("alice"), with: two)
        #expect(!isFirstAgain)
        let notYet = presence.depart(UserID(canonical: "alice"), with: one)
        #expect(notYet == nil)
        #expect(presence.contains(UserID(canonical: "alice")))
        let gone = presence.depart(UserID(canonical: "alice"), with: two)
        #expect(gone?.username == "alice")
        #expect(presence.isEmpty)
    }

    @Test func aConnectionThatIsGoneAlreadyTakesNobodyElseOut() {
        var presence = RoomPresence()
        _ = presence.arrive(profile("bob"), with: one)
        _ = presence.remove(UserID(canonical: "bob"))
        _ = presence.arrive(profile("bob"), with: two)
        // The first connection's grace is over only now.
        let late = presence.depart(UserID(canonical: "bob"), with: one)
        #expect(late == nil)
        #expect(presence.contains(UserID(canonical: "bob")))
    }

    @Test func theSameConnectionArrivesOnce() {
        var presence = RoomPresence()
        _ = presence.arrive(profile("bob"), with: one)
        _ = presence.arrive(profile("bob"), with: one)
        let gone = presence.depart(UserID(canonical: "bob"), with: one)
        #expect(gone != nil)
    }

    @Test func theSnapshotIsCutAtItsDetailAndCountsAll() {
        var presence = RoomPresence()
        for number in 0..<20 as Range<UInt64> {
            _ = presence.arrive(profile("user\(number)"), with: ConnectionID(number))
        }
        let snapshot = presence.snapshot(detail: 5)
        #expect(snapshot.users.map(\.username) == ["user0", "user1", "user2", "user3", "user4"])
        #expect(snapshot.count == 20)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func agreesWithASimpleList(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var presence = RoomPresence()
        var model: [(name: String, connections: Set<ConnectionID>)] = []
        for _ in 0..<400 {
            let name = "user\(Int.random(in: 0..<12, using: &random))"
            let connection = ConnectionID(UInt64.random(in: 0..<4, using: &random))
            let id = UserID(canonical: name)
            let place = model.firstIndex { $0.name == name }
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                let isFirst = presence.arrive(profile(name), with: connection)
                #expect(isFirst == (place == nil))
                if let place { model[place].connections.insert(connection) } else { model.append((name, [connection])) }
            case 2, 3:
                let isLast = place.map { model[$0].connections == [connection] } ?? false
                let gone = presence.depart(id, with: connection)
                #expect((gone != nil) == isLast)
                if let place { model[place].connections.remove(connection) }
                if isLast, let place { model.remove(at: place) }
            default:
                let gone = presence.remove(id)
                #expect((gone != nil) == (place != nil))
                if let place { model.remove(at: place) }
            }
            #expect(presence.snapshot(detail: 100).users.map(\.username) == model.map(\.name), "seed \(seed)")
        }
    }
}
