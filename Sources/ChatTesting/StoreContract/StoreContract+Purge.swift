import ChatCore
import ChatModel

extension StoreContract {
    static var purgeRules: [Rule] {
        [
            Rule("retention by count keeps the newest messages, and positions go on") { scene in
                let room = try await scene.room(settings: RoomSettings(retention: .count(3)))
                var last: Message?
                for index in 0..<9 {
                    last = try await scene.send("\(index)", by: .juliet, in: room.id, mentions: [UserProfile.romeo.id])
                }
                _ = try await scene.apply(
                    .react(try require(last?.id, "a message"), emote: "👍", .add, perUser: 1, perMessage: 9),
                    by: .romeo, in: room.id)
                _ = try await scene.room("padua", settings: RoomSettings(retention: .count(3)))
                let before = try await scene.record(room.id).lastSeq
                let changed = try await scene.store.purge(now: StoreScene.noon, limits: Limits())
                try expectEqual(changed, [room.id], "the rooms that changed")
                try expectEqual(try await scene.store.purge(now: StoreScene.noon, limits: Limits()), [])
                let page = try await scene.page(.end, in: room.id)
                try expectEqual(page.messages.map(\.content.body), ["6", "7", "8"])
                try expect(!page.hasMoreBefore, "nothing is before the oldest kept")
                try expectEqual(page.messages.last?.reactions.count, 1)
                try expectEqual(try await scene.record(room.id).lastSeq, before)
                try expectEqual(try await scene.send("next", by: .juliet, in: room.id).seq, before + 1)
                _ = try await scene.store.purge(now: StoreScene.noon, limits: Limits())
                try expectEqual(
                    try await scene.page(.end, in: room.id).messages.map(\.content.body), ["7", "8", "next"])
            },
            Rule("retention by days erases what is older, down to nothing") { scene in
                let room = try await scene.room(settings: RoomSettings(retention: .days(2)))
                let day: Int64 = 86_400
                for index in 0..<4 {
                    try await scene.send(
                        "\(index)", by: .juliet, in: room.id, at: StoreScene.noon.adding(seconds: Int64(index) * day))
                }
                func bodies(after days: Int64) async throws -> [String] {
                    _ = try await scene.store.purge(now: StoreScene.noon.adding(seconds: days * day), limits: Limits())
                    return try await scene.page(.end, in: room.id).messages.map(\.content.body)
                }
                try expectEqual(try await bodies(after: 2), ["0", "1", "2", "3"])
                try expectEqual(try await bodies(after: 4), ["2", "3"])
                try expectEqual(try await bodies(after: 40), [])
                try expectEqual(try await scene.allEvents(in: room.id).count, 0)
                try expectEqual(try await scene.record(room.id).lastSeq, 5)
                try expectEqual(try await scene.send("new", by: .juliet, in: room.id).seq, 6)
            },
            Rule("many events are erased in many small steps") { scene in
                let room = try await scene.room(settings: RoomSettings(retention: .count(1)))
                for _ in 0..<5 {
                    let batch = (0..<500).map { self.entry("m\($0)", nil, by: .juliet, in: room.id) }
                    for result in await scene.append(batch) { _ = try result.get() }
                }
                let changed = try await scene.store.purge(now: StoreScene.noon, limits: Limits())
                try expectEqual(changed, [room.id], "told once")
                try expectEqual(try await scene.allEvents(in: room.id).map(\.seq), [2501])
            },
            Rule("an idle guest without messages is forgotten; others stay") { scene in
                var limits = Limits()
                limits.guestIdleSeconds = 100
                let idle = StoreScene.profile("Guest0001", isGuest: true)
                let recent = StoreScene.profile("Guest0002", isGuest: true)
                let writer = StoreScene.profile("Guest0003", isGuest: true)
                let room = try await scene.room()
                try await scene.account(idle)
                try await scene.account(recent, lastSeenAt: StoreScene.noon.adding(seconds: 150))
                try await scene.account(writer)
                try await scene.account(.romeo)
                try await scene.setMember(idle, .member, .active, in: room.id)
                let sent = try await scene.send("m", by: writer, in: room.id)
                _ = try await scene.apply(
                    .react(sent.id, emote: "👍", .add, perUser: 1, perMessage: 9), by: idle, in: room.id)
                _ = try await scene.room("mantua")
                let changed = try await scene.store.purge(now: StoreScene.noon.adding(seconds: 200), limits: limits)
                try expectEqual(changed, [room.id], "the rooms that changed")
                try expect(try await scene.store.account(idle.id) == nil, "the idle guest is gone")
                for profile in [recent, writer, .romeo] {
                    try expect(try await scene.store.account(profile.id) != nil, "\(profile.username) stays")
                }
                try expectEqual(try await scene.store.members(of: room.id).map(\.profile), [.juliet])
                try expectEqual(try await scene.message(sent.id, in: room.id).reactions, [])
                try expectEqual(try await scene.allEvents(in: room.id).count, 4, "the log stays readable")
                try await scene.account(idle)
            },
            Rule("a group room that stood empty for a week is deleted; others stay") { scene in
                let week: Int64 = 7 * 86_400
                for (id, creator) in [
                    ("left", UserProfile.juliet), ("full", .juliet), ("busy", .juliet), ("asked", .juliet),
                ] { _ = try await scene.room(id, creator: creator) }
                _ = try await scene.room("made-by-server", creator: nil)
                _ = try await scene.store.createRoom(
                    NewRoom(id: RoomID("channel"), kind: .channel), creator: .juliet, at: StoreScene.noon)
                for id in ["left", "busy", "asked", "channel"] {
                    try await scene.setMember(.juliet, .none, .none, in: RoomID(id), action: .left)
                }
                try await scene.setMember(.romeo, .none, .pending, in: RoomID("asked"), action: .requested)
                try await scene.send("m", by: .nurse, in: RoomID("busy"), at: StoreScene.noon.adding(seconds: 60))
                _ = try await scene.store.purge(now: StoreScene.noon.adding(seconds: week - 1), limits: Limits())
                try expect(try await scene.store.room(.id(RoomID("left"))) != nil, "not yet")
                let changed = try await scene.store.purge(
                    now: StoreScene.noon.adding(seconds: week + 1), limits: Limits())
                try expectEqual(changed, [RoomID("left")], "the deleted room is told")
                try expect(try await scene.store.room(.id(RoomID("left"))) == nil, "now it is gone")
                for id in ["full", "busy", "asked", "made-by-server", "channel"] {
                    try expect(try await scene.store.room(.id(RoomID(id))) != nil, "\(id) stays")
                }
                try expectEqual(
                    try await scene.store.audit(of: RoomID("left"), before: nil, limit: 1).map(\.action),
                    ["room_deleted"])
            },
            Rule("what a deleted room held is erased, and the rest untouched") { scene in
                let room = try await scene.room()
                let other = try await scene.room("mantua")
                let sent = try await scene.send("m", by: .juliet, in: room.id, mentions: [UserProfile.romeo.id])
                try await scene.send("stays", by: .juliet, in: other.id)
                _ = try await scene.apply(.delete, by: .juliet, in: room.id)
                let changed = try await scene.store.purge(now: StoreScene.noon, limits: Limits())
                try expectEqual(changed, [], "its deletion was an event")
                try expectEqual(
                    try await scene.store.messages(by: UserProfile.juliet.id, offset: 0, limit: 9).messages
                        .map(\.1.content.body), ["stays"])
                try expect(try await scene.store.message(sent.id, in: room.id) == nil, "it is gone")
            },
            Rule("statistics count what is there") { scene in
                _ = try await scene.room()
                let gone = try await scene.room("mantua")
                _ = try await scene.apply(.delete, by: .juliet, in: gone.id)
                try await scene.account(.juliet)
                let statistics = try await scene.store.statistics()
                try expectEqual(statistics.rooms, 1)
                try expectEqual(statistics.accounts, 1)
                try expect(statistics.bytes > 0, "bytes")
                try expect(statistics.schemaVersion > 0, "a schema")
            },
        ]
    }
}
