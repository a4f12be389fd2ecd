import ChatCore
import ChatModel
import Testing

private func meta(_ id: UInt64) -> PresenceMeta { PresenceMeta(id: PresenceID(id), since: noon) }

private let alice = UserID(canonical: "alice")
private let bob = UserID(canonical: "bob")

struct RoomPresenceTests {
    @Test func aUserIsPresentUntilHisLastConnectionGoes() {
        var presence = RoomPresence()
        let isFirst = presence.arrive(profile("alice"), meta(1))
        #expect(isFirst == true)
        let isFirstAgain = presence.arrive(profile("alice"), meta(2))
        #expect(isFirstAgain == false)
        let one = presence.depart(alice, PresenceID(1))
        #expect(one?.isLast == false)
        #expect(one?.meta.id == PresenceID(1))
        #expect(presence.contains(alice))
        let two = presence.depart(alice, PresenceID(2))
        #expect(two?.isLast == true)
        #expect(two?.profile.username == "alice")
        #expect(presence.isEmpty)
    }

    @Test func aConnectionThatIsGoneAlreadyTakesNobodyElseOut() {
        var presence = RoomPresence()
        _ = presence.arrive(profile("bob"), meta(1))
        _ = presence.remove(bob)
        _ = presence.arrive(profile("bob"), meta(2))
        // The first connection's grace is over only now.
        let late = presence.depart(bob, PresenceID(1))
        #expect(late == nil)
        #expect(presence.contains(bob))
    }

    @Test func theSameConnectionArrivesOnce() {
        var presence = RoomPresence()
        _ = presence.arrive(profile("bob"), meta(1))
        let again = presence.arrive(profile("bob"), meta(1))
        #expect(again == nil)
        let gone = presence.depart(bob, PresenceID(1))
        #expect(gone?.isLast == true)
    }

    @Test func removingAUserTellsAllHisConnections() {
        var presence = RoomPresence()
        for id in 1...3 as ClosedRange<UInt64> { _ = presence.arrive(profile("bob"), meta(id)) }
        let gone = presence.remove(bob)
        #expect(gone?.metas.map(\.id.value) == [1, 2, 3])
    }

    @Test func anotherPresenceTakesThePlaceOfOne() {
        var presence = RoomPresence()
        _ = presence.arrive(profile("bob"), meta(1))
        _ = presence.arrive(profile("bob"), meta(2))
        let before = presence.replace(PresenceID(1), of: bob, by: meta(9))
        #expect(before?.id == PresenceID(1))
        #expect(presence.list().map { $0.metas.map(\.id.value) } == [[9, 2]])
        let unknown = presence.replace(PresenceID(1), of: bob, by: meta(10))
        #expect(unknown == nil)
    }

    @Test func theSnapshotIsCutAtItsDetailAndCountsAll() {
        var presence = RoomPresence()
        for number in 0..<20 as Range<UInt64> { _ = presence.arrive(profile("user\(number)"), meta(number)) }
        let snapshot = presence.snapshot(detail: 5)
        #expect(snapshot.users.map(\.username) == ["user0", "user1", "user2", "user3", "user4"])
        #expect(snapshot.count == 20)
    }

    @Test func aCrowdIsOnlyCountedUntilItIsClearlySmaller() {
        var presence = RoomPresence()
        var changes: [RoomPresence.DetailChange] = []
        for number in 0..<12 as Range<UInt64> {
            _ = presence.arrive(profile("user\(number)"), meta(number))
            changes.append(presence.settleDetail(limit: 10))
        }
        #expect(changes == Array(repeating: .none, count: 10) + [.hidden, .none])
        changes = []
        for number in 0..<6 as Range<UInt64> {
            _ = presence.depart(UserID(canonical: "user\(number)"), PresenceID(number))
            changes.append(presence.settleDetail(limit: 10))
        }
        // 11, 10, 9, 8, 7, 6
        #expect(changes == [.none, .none, .none, .none, .shown, .none])
    }

    @Test(arguments: 0..<100 as Range<UInt64>)
    func agreesWithASimpleList(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var presence = RoomPresence()
        var model: [(name: String, connections: [UInt64])] = []
        for _ in 0..<400 {
            let name = "user\(Int.random(in: 0..<12, using: &random))"
            let connection = UInt64.random(in: 0..<4, using: &random)
            let id = UserID(canonical: name)
            let place = model.firstIndex { $0.name == name }
            let isThere = place.map { model[$0].connections.contains(connection) } ?? false
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1, 2:
                let isFirst = presence.arrive(profile(name), meta(connection))
                #expect(isFirst == (isThere ? nil : place == nil))
                guard !isThere else { break }
                if let place { model[place].connections.append(connection) } else { model.append((name, [connection])) }
            case 3, 4:
                let gone = presence.depart(id, PresenceID(connection))
                #expect((gone != nil) == isThere)
                guard isThere, let place else { break }
                model[place].connections.removeAll { $0 == connection }
                let isLast = model[place].connections.isEmpty
                #expect(gone?.isLast == isLast)
                if isLast { model.remove(at: place) }
            default:
                let gone = presence.remove(id)
                #expect((gone?.metas.map(\.id.value) ?? []) == (place.map { model[$0].connections } ?? []))
                if let place { model.remove(at: place) }
            }
            #expect(presence.list().map(\.profile.username) == model.map(\.name), "seed \(seed)")
            #expect(presence.list().map { $0.metas.map(\.id.value) } == model.map(\.connections), "seed \(seed)")
            #expect(presence.count == model.count)
        }
    }
}
