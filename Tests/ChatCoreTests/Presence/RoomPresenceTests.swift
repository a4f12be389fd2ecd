import ChatCore
import ChatModel
import Testing

struct RoomPresenceTests {
    @Test func aUserIsPresentUntilHisLastConnectionGoes() {
        var presence = RoomPresence()
        let isFirst = presence.arrive(profile("alice"))
        #expect(isFirst)
        let isFirstAgain = presence.arrive(profile("alice"))
        #expect(!isFirstAgain)
        #expect(presence.depart(UserID(canonical: "alice")) == nil)
        #expect(presence.contains(UserID(canonical: "alice")))
        let gone = presence.depart(UserID(canonical: "alice"))
        #expect(gone?.username == "alice")
        #expect(presence.isEmpty)
    }

    @Test func whoeverIsPutOutIsGoneWithAllConnections() {
        var presence = RoomPresence()
        _ = presence.arrive(profile("bob"))
        _ = presence.arrive(profile("bob"))
        #expect(presence.remove(UserID(canonical: "bob")) != nil)
        #expect(presence.depart(UserID(canonical: "bob")) == nil)
        #expect(presence.count == 0)
    }

    @Test func theSnapshotIsCutAtItsDetailAndCountsAll() {
        var presence = RoomPresence()
        for number in 0..<20 { _ = presence.arrive(profile("user\(number)")) }
        let snapshot = presence.snapshot(detail: 5)
        #expect(snapshot.users.map(\.username) == ["user0", "user1", "user2", "user3", "user4"])
        #expect(snapshot.count == 20)
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func agreesWithASimpleList(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var presence = RoomPresence()
        var model: [(name: String, connections: Int)] = []
        for _ in 0..<400 {
            let name = "user\(Int.random(in: 0..<30, using: &random))"
            let id = UserID(canonical: name)
            let place = model.firstIndex { $0.name == name }
            switch Int.random(in: 0..<5, using: &random) {
            case 0, 1:
                let isFirst = presence.arrive(profile(name))
                #expect(isFirst == (place == nil))
                if let place { model[place].connections += 1 } else { model.append((name, 1)) }
            case 2, 3:
                let isLast = place.map { model[$0].connections == 1 } ?? false
                let gone = presence.depart(id)
                #expect((gone != nil) == isLast)
                if let place { model[place].connections -= 1 }
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
