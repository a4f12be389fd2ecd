import ChatCore
import ChatModel

extension StoreContract {
    static var searchRules: [Rule] {
        [
            Rule("a search finds messages with all words in any order, newest first, without regard to case") { scene in
                let room = try await scene.room()
                try await scene.say(
                    ["Romeo, o ROMEO!", "wherefore art thou", "Thou art Romeo", "rome", "ÉCOLE des Straßen", "ΣΟΦΟΣ"],
                    in: room.id)
                try expectEqual(try await scene.find(["romeo"], in: room.id), ["Thou art Romeo", "Romeo, o ROMEO!"])
                try expectEqual(try await scene.find(["romeo", "thou"], in: room.id), ["Thou art Romeo"])
                try expectEqual(try await scene.find(["art", "where"], in: room.id), ["wherefore art thou"])
                try expectEqual(try await scene.find(["école"], in: room.id), ["ÉCOLE des Straßen"])
                try expectEqual(try await scene.find(["straßen", "des"], in: room.id), ["ÉCOLE des Straßen"])
                // Composed and decomposed are one word.
                try expectEqual(try await scene.find(["e\u{301}cole"], in: room.id), ["ÉCOLE des Straßen"])
                try expectEqual(try await scene.find(["ΣΟΦΟΣ".lowercased()], in: room.id), ["ΣΟΦΟΣ"])
                try expectEqual(try await scene.find(["paris"], in: room.id), [])
                try expectEqual(try await scene.find([], in: room.id), [])
                try expectEqual(try await scene.find([""], in: room.id), [])
            },
            Rule("search words are literal") { scene in
                let room = try await scene.room()
                try await scene.say(["50% off", "a_b", "a*b", "axb", "it's \"quoted\"", "back\\slash"], in: room.id)
                for (word, found) in [
                    ("%", "50% off"), ("_", "a_b"), ("*", "a*b"), ("'s", "it's \"quoted\""), ("\"", "it's \"quoted\""),
                    ("\\", "back\\slash"),
                ] { try expectEqual(try await scene.find([word], in: room.id), [found], word) }
                try expectEqual(try await scene.find(["' or 1=1 --"], in: room.id), [])
            },
            Rule("a search sees messages as they are now: no tombstones, no text that was edited away") { scene in
                let room = try await scene.room()
                let sent = try await scene.say(["needle one", "needle two", "hay"], in: room.id)
                _ = try await scene.apply(.retract(sent[0].id, reason: "needle"), by: .juliet, in: room.id)
                _ = try await scene.apply(
                    .edit(sent[1].id, MessageContent(body: "pin")), by: .juliet, in: room.id)
                _ = try await scene.apply(
                    .edit(sent[2].id, MessageContent(body: "a needle after all")), by: .juliet, in: room.id)
                _ = try await scene.apply(
                    .react(sent[2].id, emote: "👍", .add, perUser: 1, perMessage: 9), by: .romeo, in: room.id)
                let found = try await scene.search(["needle"], in: room.id)
                try expectEqual(found.messages, [try await scene.message(sent[2].id, in: room.id)])
                try expectEqual(found.messages.first?.reactions.map(\.emote), ["👍"])
            },
            Rule("a search stays in its room, in what is visible and in what is kept") { scene in
                let room = try await scene.room(settings: RoomSettings(retention: .count(3)))
                let other = try await scene.room("mantua")
                try await scene.say(["m", "m", "m", "m"], in: other.id)
                try await scene.say(["m 2", "m 3", "m 4", "m 5"], in: room.id)
                try expectEqual(try await scene.find(["m"], in: room.id), ["m 5", "m 4", "m 3", "m 2"])
                try expectEqual(try await scene.find(["m"], in: room.id, visibleFrom: 4), ["m 5", "m 4"])
                try expectEqual(try await scene.find(["m"], in: room.id, visibleFrom: .max), [])
                try expectEqual(try await scene.find(["m"], in: room.id, before: 4), ["m 3", "m 2"])
                for before: Seq in [.min, -1, 0, 1] {
                    try expectEqual(try await scene.find(["m"], in: room.id, before: before), [])
                }
                try expectEqual(try await scene.find(["m"], in: room.id, before: .max).count, 4)
                _ = try await scene.store.purge(now: StoreScene.noon, limits: Limits())
                let kept = try await scene.search(["m"], in: room.id, limit: 3)
                try expectEqual(kept.messages.map(\.content.body), ["m 5", "m 4", "m 3"])
                try expectEqual(kept.next, nil, "nothing is kept before")
                try await expectRefusal(.notFound) { try await scene.search(["m"], in: RoomID("nowhere")) }
                _ = try await scene.apply(.delete, by: .juliet, in: room.id)
                try await expectRefusal(.notFound) { try await scene.search(["m"], in: room.id) }
            },
            Rule("a search through much text takes several calls, and finds everything") { scene in
                let room = try await scene.room()
                var sent: [MessageID] = []
                for index in 0..<120 {
                    let text = String(repeating: index % 2 == 0 ? "a" : "ä", count: 16_000)
                    sent.append(try await scene.send(text + " needle", by: .juliet, in: room.id).id)
                }
                var found: [MessageID] = []
                var before: Seq?
                var calls = 0
                repeat {
                    let part = try await scene.search(
                        ["needle"], in: room.id, before: before, limit: 100, scanLimit: 1_000_000)
                    found += part.messages.map(\.id)
                    before = part.next
                    calls += 1
                    try expect(calls <= 120, "it comes to an end")
                } while before != nil
                try expectEqual(found, sent.reversed())
                try expect(calls > 2, "\(calls) calls")
            },
            Rule("a search reads no more than it may and goes on where it stopped: everything once, in order") {
                scene in
                let room = try await scene.room()
                var expected: [String] = []
                for index in 0..<40 {
                    let isHit = index % 3 == 0
                    try await scene.send(isHit ? "hit \(index)" : "miss", by: .juliet, in: room.id)
                    if isHit { expected.insert("hit \(index)", at: 0) }
                }
                for (limit, scanLimit) in [(1, 1), (1, 7), (3, 5), (100, 10), (2, 1000), (100, 1000)] {
                    var found: [String] = []
                    var before: Seq?
                    var calls = 0
                    repeat {
                        let part = try await scene.search(
                            ["hit"], in: room.id, before: before, limit: limit, scanLimit: scanLimit)
                        let bodies = part.messages.map(\.content.body)
                        try expect(bodies.count <= min(limit, scanLimit), "at most \(limit)")
                        if let next = part.next {
                            try expect(next < before ?? .max, "it goes on")
                            try expect(calls < 50, "it comes to an end")
                        }
                        found += bodies
                        before = part.next
                        calls += 1
                    } while before != nil
                    try expectEqual(found, expected, "limit \(limit), scanLimit \(scanLimit)")
                    try expect(calls >= 41 / scanLimit, "\(calls) calls read at most \(scanLimit) each")
                }
                let first = try await scene.search(["hit"], in: room.id, limit: 100, scanLimit: 10)
                try expectEqual(first.messages.map(\.content.body), ["hit 39", "hit 36", "hit 33", "hit 30"])
                try expectEqual(first.next, 32)
            },
        ]
    }
}

extension StoreScene {
    @discardableResult
    fileprivate func say(_ bodies: [String], in room: RoomID) async throws -> [Message] {
        var messages: [Message] = []
        for body in bodies { messages.append(try await self.send(body, by: .juliet, in: room)) }
        return messages
    }

    fileprivate func search(
        _ words: [String], in room: RoomID, visibleFrom: Seq = 0, before: Seq? = nil, limit: Int = 50,
        scanLimit: Int = 1000
    ) async throws -> SearchResults {
        try await self.store.search(
            MessageSearch(
                room: room, words: words, visibleFrom: visibleFrom, before: before, limit: limit, scanLimit: scanLimit))
    }

    /// The bodies of what one call finds.
    fileprivate func find(
        _ words: [String], in room: RoomID, visibleFrom: Seq = 0, before: Seq? = nil
    ) async throws -> [String] {
        try await self.search(words, in: room, visibleFrom: visibleFrom, before: before).messages.map(\.content.body)
    }
}
