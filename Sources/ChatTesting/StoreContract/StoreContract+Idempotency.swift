import ChatCore
import ChatModel

extension StoreContract {
    static var idempotencyRules: [Rule] {
        [
            Rule("a client id used again gives the event of its first use, from any room") { scene in
                let room = try await scene.room()
                let other = try await scene.room("mantua")
                let sent = try await scene.send("once", by: .juliet, in: room.id, clientID: "c-1")
                for target in [room.id, other.id] {
                    let event = try await self.duplicate("c-1", by: .juliet, in: target, scene)
                    try expectEqual(event.brief, "2 message once")
                    try expectEqual(event.room, room.id)
                    guard case .message(let message) = event.change else { throw missing("the message") }
                    try expectEqual(message, sent)
                }
                try expectEqual(try await scene.record(room.id).lastSeq, 2)
                try expectEqual(try await scene.record(other.id).lastSeq, 1)
            },
            Rule("client ids of two users are two things") { scene in
                let room = try await scene.room()
                try await scene.send("hers", by: .juliet, in: room.id, clientID: "c-1")
                try await scene.send("his", by: .romeo, in: room.id, clientID: "c-1")
                try expectEqual(try await scene.record(room.id).lastSeq, 3)
            },
            Rule("the same client id twice in one batch is stored once") { scene in
                let room = try await scene.room()
                let results = await scene.append([
                    self.entry("a", "c-1", by: .juliet, in: room.id), self.entry("b", "c-1", by: .juliet, in: room.id),
                ])
                guard case .success(.room) = results[0], case .success(.duplicate(let event)) = results[1] else {
                    throw missing("one event and one duplicate")
                }
                try expectEqual(event.brief, "2 message a")
                try expectEqual(try await scene.record(room.id).lastSeq, 2)
            },
            Rule("what is refused does not use its client id up") { scene in
                let room = try await scene.room()
                try await expectRefusal(.roomNotFound) {
                    try await scene.send("early", by: .juliet, in: RoomID("later"), clientID: "c-1")
                }
                try await scene.send("now", by: .juliet, in: room.id, clientID: "c-1")
            },
            Rule("an edit's retry gives the edit, also when the message is retracted by then") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("one", by: .juliet, in: room.id)
                let edit = RoomDraftChange.edit(sent.id, MessageContent(body: "two"))
                _ = try await scene.apply(edit, by: .juliet, in: room.id, clientID: "e-1")
                func retry() async throws -> RoomEvent {
                    let draft = RoomDraft(
                        room: room.id, actor: .juliet, at: StoreScene.noon, clientID: ClientID("e-1"), change: edit)
                    guard case .duplicate(let event) = try await scene.append(.room(draft)) else {
                        throw missing("a duplicate")
                    }
                    return event
                }
                try expectEqual(try await retry().brief, "3 edited 2 two")
                _ = try await scene.apply(.retract(sent.id, reason: ""), by: .juliet, in: room.id)
                try expectEqual(try await retry().brief, "3 edited 2 ")
            },
            Rule(
                "thousands of client ids are all remembered, over a restart too",
                opening: { open in
                    let before = StoreScene(try await open())
                    let room = try await before.room()
                    for batch in 0..<40 {
                        let results = await before.append(
                            (0..<256).map { self.entry("m", "c-\(batch)-\($0)", by: .juliet, in: room.id) })
                        for result in results { _ = try result.get() }
                    }
                    await before.store.close()
                    let after = StoreScene(try await open())
                    for index in stride(from: 0, to: 40, by: 3) {
                        let event = try await self.duplicate("c-\(index)-\(index)", by: .juliet, in: room.id, after)
                        try expectEqual(event.seq, Int64(2 + index * 256 + index))
                    }
                    try await after.send("new", by: .juliet, in: room.id, clientID: "c-new")
                    try expectEqual(try await after.record(room.id).lastSeq, 2 + 40 * 256)
                    await after.store.close()
                }),
            Rule("a purge forgets client ids that are past their time, and no others") { scene in
                let room = try await scene.room()
                var limits = Limits()
                limits.idempotencySeconds = 3600
                try await scene.send("old", by: .juliet, in: room.id, clientID: "c-1")
                _ = try await scene.store.purge(now: StoreScene.noon.adding(seconds: 3599), limits: limits)
                _ = try await self.duplicate("c-1", by: .juliet, in: room.id, scene)
                _ = try await scene.store.purge(now: StoreScene.noon.adding(seconds: 3601), limits: limits)
                let later = StoreScene.noon.adding(seconds: 3602)
                try await scene.send("new", by: .juliet, in: room.id, at: later, clientID: "c-1")
                _ = try await scene.store.purge(now: later.adding(seconds: 60), limits: limits)
                try expectEqual(
                    try await self.duplicate("c-1", by: .juliet, in: room.id, scene).brief, "3 message new")
            },
        ]
    }

    static func entry(_ body: String, _ clientID: String?, by actor: UserProfile, in room: RoomID) -> LogEntry {
        .room(
            RoomDraft(
                room: room, actor: actor, at: StoreScene.noon, clientID: clientID.flatMap { ClientID($0) },
                change: .message(StoreScene.messageID(), MessageContent(body: body))))
    }

    /// The event that a second use of a client id gives.
    private static func duplicate(
        _ clientID: String, by actor: UserProfile, in room: RoomID, _ scene: StoreScene
    ) async throws -> RoomEvent {
        guard case .duplicate(let event) = try await scene.append(entry("again", clientID, by: actor, in: room)) else {
            throw missing("a duplicate of \(clientID)")
        }
        return event
    }
}
