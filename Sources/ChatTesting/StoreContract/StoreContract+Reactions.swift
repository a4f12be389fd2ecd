import ChatCore
import ChatModel

extension StoreContract {
    static var reactionRules: [Rule] {
        [
            Rule("toggling adds, takes away and replaces") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("m", by: .juliet, in: room.id)
                func toggle(_ emote: String, perUser: Int = 1) async throws -> [String] {
                    try await scene.apply(
                        .react(sent.id, emote: emote, .toggle, perUser: perUser, perMessage: 20), by: .romeo,
                        in: room.id
                    ).map(\.brief)
                }
                try expectEqual(try await toggle("👍"), ["3 +👍"])
                try expectEqual(try await toggle("👍"), ["4 -👍"])
                try expectEqual(try await toggle("👍"), ["5 +👍"])
                try expectEqual(try await toggle("🔥"), ["6 -👍", "7 +🔥"])
                try expectEqual(try await toggle("😂", perUser: 2), ["8 +😂"])
                try expectEqual(try await toggle("😍", perUser: 2), ["9 -🔥", "10 +😍"])
                try expectEqual(
                    try await scene.message(sent.id, in: room.id).reactions,
                    ["😂", "😍"].map { ReactionSummary(emote: $0, total: 1, usernames: ["romeo"]) })
            },
            Rule("two toggles in one batch come out even") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("m", by: .juliet, in: room.id)
                let toggle = LogEntry.room(
                    RoomDraft(
                        room: room.id, actor: .romeo, at: StoreScene.noon,
                        change: .react(sent.id, emote: "👍", .toggle, perUser: 1, perMessage: 20)))
                let results = await scene.append([toggle, toggle])
                var briefs: [String] = []
                for result in results {
                    guard case .room(let events) = try result.get() else { throw missing("events") }
                    briefs += events.map(\.brief)
                }
                try expectEqual(briefs, ["3 +👍", "4 -👍"])
                try expectEqual(try await scene.message(sent.id, in: room.id).reactions, [])
            },
            Rule("adding what is there and removing what is not are successes without events") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("m", by: .juliet, in: room.id)
                func react(_ mode: ReactionMode) async throws -> [String] {
                    try await scene.apply(
                        .react(sent.id, emote: "👍", mode, perUser: 1, perMessage: 20), by: .romeo, in: room.id
                    ).map(\.brief)
                }
                try expectEqual(try await react(.remove), [])
                try expectEqual(try await react(.add), ["3 +👍"])
                try expectEqual(try await react(.add), [])
                try expectEqual(try await react(.remove), ["4 -👍"])
                try expectEqual(try await scene.record(room.id).lastSeq, 4)
            },
            Rule("a message bears so many different emotes; one's own that is replaced makes room") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("m", by: .juliet, in: room.id)
                func add(_ emote: String, _ user: UserProfile) async throws -> [String] {
                    try await scene.apply(
                        .react(sent.id, emote: emote, .toggle, perUser: 1, perMessage: 2), by: user, in: room.id
                    ).map(\.brief)
                }
                _ = try await add("👍", .romeo)
                _ = try await add("🔥", .juliet)
                try await expectRefusal(.tooManyReactions) { try await add("😂", .nurse) }
                try expectEqual(try await add("🔥", .nurse), ["5 +🔥"])
                try expectEqual(try await add("😂", .romeo), ["6 -👍", "7 +😂"])
                try await expectRefusal(.tooManyReactions) { try await add("😍", .nurse) }
            },
            Rule("summaries count all and name the first twenty; the list pages by user") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("m", by: .juliet, in: room.id)
                let users = (10..<35).map { StoreScene.profile("user\($0)") }
                for user in users.reversed() {
                    _ = try await scene.apply(
                        .react(sent.id, emote: "👍", .add, perUser: 1, perMessage: 20), by: user, in: room.id)
                }
                let summary = try await scene.message(sent.id, in: room.id).reactions
                try expectEqual(
                    summary,
                    [ReactionSummary(emote: "👍", total: 25, usernames: users.reversed().prefix(20).map(\.username))])
                var listed: [UserProfile] = []
                var after: UserID?
                repeat {
                    let page = try await scene.store.reactions(
                        to: sent.id, in: room.id, emote: "👍", after: after, limit: 10)
                    listed += page.users
                    after = page.next
                } while after != nil
                try expectEqual(listed, users)
                try await expectRefusal(.notFound) {
                    try await scene.store.reactions(
                        to: StoreScene.messageID(), in: room.id, emote: "👍", after: nil, limit: 10)
                }
            },
        ]
    }
}
