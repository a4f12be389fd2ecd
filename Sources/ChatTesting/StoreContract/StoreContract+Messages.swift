import ChatCore
import ChatModel

extension StoreContract {
    static var messageRules: [Rule] {
        [
            Rule("a message comes back as it was sent") { scene in
                let room = try await scene.room()
                let first = try await scene.send("first", by: .juliet, in: room.id)
                let id = StoreScene.messageID()
                let content = MessageContent(
                    body: "Grüße 👋\n\t\"'\\", replyTo: first.id, mentions: [UserProfile.romeo.id],
                    metadata: OpaqueJSON(validated: #"{"a":[1,null]}"#))
                let events = try await scene.apply(.message(id, content), by: .romeo, in: room.id, clientID: "c-1")
                let expected = Message(
                    id: id, seq: 3, archiveID: events.first?.archiveID ?? 0, sender: .romeo, sentAt: StoreScene.noon,
                    content: content, clientID: ClientID("c-1"))
                guard case .message(let sent)? = events.first?.change else { throw missing("a message event") }
                try expectEqual(sent, expected, "the appended message")
                try expectEqual(try await scene.message(id, in: room.id), expected, "the stored message")
                let read = try await scene.store.events(in: room.id, after: 2, through: 3, limit: 10)
                try expectEqual(read.map(\.brief), ["3 message \(content.body)"])
                try expectEqual(read.first?.epoch, room.epoch)
                try expectEqual(read.first?.number, room.number)
                try expectEqual(read.first?.actor, .romeo)
            },
            Rule("an empty body, the longest body and a NUL are kept") { scene in
                let room = try await scene.room()
                for body in ["", String(repeating: "é", count: 8192), "a\u{0}b"] {
                    let sent = try await scene.send(body, by: .juliet, in: room.id)
                    try expectEqual(try await scene.message(sent.id, in: room.id).content.body, body)
                }
            },
            Rule("archive ids follow the clock, and rise when it stands still or goes back") { scene in
                let room = try await scene.room()
                let noon = StoreScene.noon.milliseconds
                var last: Int64 = 0
                for millis in [noon, noon, noon, noon + 10, noon - 60_000, noon + 20] {
                    let sent = try await scene.send("m", by: .juliet, in: room.id, at: Timestamp(milliseconds: millis))
                    try expect(sent.archiveID > last, "\(sent.archiveID) > \(last)")
                    try expect(sent.archiveID >= millis * 1000, "the archive id is not behind the clock")
                    last = sent.archiveID
                }
                try expectEqual(last, (noon + 20) * 1000, "the clock's own archive id")
            },
            Rule("a batch may mix rooms and users, and one refusal leaves the others") { scene in
                let verona = try await scene.room("verona")
                let mantua = try await scene.room("mantua", creator: .romeo)
                func message(_ body: String, _ room: String) -> LogEntry {
                    .room(
                        RoomDraft(
                            room: RoomID(room), actor: .juliet, at: StoreScene.noon,
                            change: .message(StoreScene.messageID(), MessageContent(body: body))))
                }
                let mark = UserDraft(
                    user: UserProfile.juliet.id, at: StoreScene.noon, change: .readMark(verona.id, seq: 99))
                let results = await scene.append([
                    message("a", "verona"), message("b", "mantua"), message("x", "nowhere"), message("c", "verona"),
                    .user(mark), message("d", "mantua"),
                ])
                try expectEqual(results.count, 6, "results")
                guard case .failure(let error) = results[2] else { throw missing("a refusal") }
                try expectEqual(error.code, .roomNotFound)
                guard case .success(.user(let event?)) = results[4], case .readMark(_, _, let seq, _) = event.change
                else { throw missing("a read mark") }
                try expectEqual(seq, 3, "the mark, clamped to what the batch has made")
                try expectEqual(
                    try await scene.allEvents(in: verona.id).map(\.brief),
                    ["1 joined juliet", "2 message a", "3 message c"])
                try expectEqual(
                    try await scene.allEvents(in: mantua.id).map(\.brief),
                    ["1 joined romeo", "2 message b", "3 message d"])
                try expectEqual(try await scene.record(verona.id).lastSeq, 3)
            },
            Rule("events are read from a position, through a position, up to a limit") { scene in
                let room = try await scene.room()
                for index in 2...9 { try await scene.send("\(index)", by: .juliet, in: room.id) }
                func seqs(_ after: Seq, _ through: Seq, _ limit: Int) async throws -> [Seq] {
                    try await scene.store.events(in: room.id, after: after, through: through, limit: limit).map(\.seq)
                }
                try expectEqual(try await seqs(0, 100, 100), Array(1...9))
                try expectEqual(try await seqs(4, 7, 100), [5, 6, 7])
                try expectEqual(try await seqs(4, 7, 2), [5, 6])
                try expectEqual(try await seqs(9, 100, 10), [])
                try expectEqual(try await seqs(-5, .max, 3), [1, 2, 3])
                try expectEqual(try await seqs(.max, .max, 3), [])
                try await expectRefusal(.notFound) {
                    try await scene.store.events(in: RoomID("nowhere"), after: 0, through: 1, limit: 1)
                }
            },
            Rule(
                "a store that is opened again has everything and goes on",
                opening: { open in
                    let before = StoreScene(try await open())
                    let room = try await before.room(settings: RoomSettings(alias: "square", title: "Square"))
                    let sent = try await before.send("hello", by: .juliet, in: room.id, clientID: "c-1")
                    try await before.account(.juliet)
                    let events = try await before.allEvents(in: room.id)
                    let position = try await before.store.userPosition(UserProfile.juliet.id)
                    await before.store.close()

                    let after = StoreScene(try await open())
                    try expectEqual(try await after.allEvents(in: room.id).map(\.brief), events.map(\.brief))
                    try expectEqual(try await after.message(sent.id, in: room.id), sent)
                    var record = room
                    record.lastSeq = 2
                    try expectEqual(try await after.record(room.id), record)
                    let again = try await after.store.userPosition(UserProfile.juliet.id)
                    try expectEqual(again.epoch, position.epoch)
                    let next = try await after.send("again", by: .juliet, in: room.id)
                    try expectEqual(next.seq, 3)
                    try expect(next.archiveID > sent.archiveID, "archive ids rise over a restart")
                    await after.store.close()
                }),
            Rule(
                "after a close everything is refused as unavailable",
                opening: { open in
                    let scene = StoreScene(try await open())
                    let room = try await scene.room()
                    await scene.store.close()
                    try await expectRefusal(.unavailable) { try await scene.send("late", by: .juliet, in: room.id) }
                    try await expectRefusal(.unavailable) { try await scene.store.room(.id(room.id)) }
                }),
        ]
    }

    static func missing(_ what: String, file: String = #fileID, line: UInt = #line) -> ContractViolation {
        ContractViolation(what: "there is \(what)", file: file, line: line)
    }
}

extension UserProfile {
    static var juliet: UserProfile { StoreScene.juliet }
    static var romeo: UserProfile { StoreScene.romeo }
    static var nurse: UserProfile { StoreScene.nurse }
}
