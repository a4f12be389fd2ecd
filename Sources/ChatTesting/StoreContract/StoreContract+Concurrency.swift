import ChatCore
import ChatModel

extension StoreContract {
    static var concurrencyRules: [Rule] {
        [
            Rule("sixteen producers in four rooms: positions are dense, each event once, in its producer's order") {
                scene in
                var rooms: [RoomID] = []
                for index in 0..<4 { rooms.append(try await scene.room("room\(index)", creator: nil).id) }
                let ids = rooms
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for producer in 0..<16 {
                        group.addTask {
                            let actor = StoreScene.profile("producer\(producer)")
                            for index in 0..<50 {
                                try await scene.send(
                                    "\(producer)/\(index)", by: actor, in: ids[(producer + index) % 4],
                                    clientID: "\(index)")
                            }
                        }
                    }
                    try await group.waitForAll()
                }
                var bodies: [String] = []
                for room in ids {
                    let events = try await scene.allEvents(in: room)
                    try expectEqual(events.map(\.seq), Array(1...200))
                    try expectEqual(events.map(\.archiveID), events.map(\.archiveID).sorted(), "archive ids rise")
                    var latest: [String: Int] = [:]
                    for event in events {
                        guard case .message(let message) = event.change else { throw missing("a message") }
                        let body = message.content.body
                        let index = Int(body.split(separator: "/").last ?? "") ?? -1
                        try expect(index > latest[event.actor.username] ?? -1, "\(body) in order")
                        latest[event.actor.username] = index
                        bodies.append(body)
                    }
                }
                try expectEqual(Set(bodies).count, 800)
            },
            Rule("a read that is asked for after an append sees it") { scene in
                let room = try await scene.room()
                for index in 0..<100 {
                    let sent = try await scene.send("\(index)", by: .juliet, in: room.id)
                    let page = try await scene.page(.end, limit: 1, in: room.id)
                    try expectEqual(page.messages.first?.id, sent.id)
                    try expectEqual(try await scene.record(room.id).lastSeq, sent.seq)
                }
            },
            Rule("of many who make the same account or room at once, one does") { scene in
                let made = await withTaskGroup(of: Int.self) { group in
                    for index in 0..<20 {
                        group.addTask {
                            if index % 2 == 0 { return (try? await scene.account(.juliet)) != nil ? 1 : 0 }
                            return (try? await scene.room()) != nil ? 100 : 0
                        }
                    }
                    return await group.reduce(0, +)
                }
                try expectEqual(made, 101)
            },
            Rule(
                "two who have the same store open see each other's work",
                opening: { open in
                    let here = StoreScene(try await open())
                    let room = try await here.room()
                    try await here.send("one", by: .juliet, in: room.id, clientID: "c-1")
                    let there = StoreScene(try await open())
                    try expectEqual(try await there.send("two", by: .juliet, in: room.id).seq, 3)
                    try expectEqual(try await here.send("three", by: .juliet, in: room.id).seq, 4)
                    try expectEqual(try await there.record(room.id).lastSeq, 4)
                    _ = try await there.apply(.delete, by: .juliet, in: room.id)
                    try await expectRefusal(.roomNotFound) { try await here.send("four", by: .juliet, in: room.id) }
                    await there.store.close()
                    await here.store.close()
                }),
        ]
    }
}
