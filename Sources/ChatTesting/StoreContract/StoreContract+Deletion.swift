import ChatCore
import ChatModel

extension StoreContract {
    /// A room in which Romeo said, edited, mentioned and reacted; returns his message.
    private static func busyRoom(_ scene: StoreScene) async throws -> (room: RoomID, his: Message, hers: Message) {
        let room = try await scene.room()
        try await scene.account(.juliet)
        try await scene.account(.romeo)
        try await scene.setMember(.romeo, .member, .active, in: room.id)
        let his = try await scene.send("his", by: .romeo, in: room.id)
        _ = try await scene.apply(.edit(his.id, MessageContent(body: "his two")), by: .romeo, in: room.id)
        let hers = try await scene.send("hers @romeo", by: .juliet, in: room.id, mentions: [UserProfile.romeo.id])
        _ = try await scene.apply(
            .react(hers.id, emote: "👍", .add, perUser: 1, perMessage: 9), by: .romeo, in: room.id)
        _ = try await scene.mark(3, by: .romeo, in: room.id)
        return (room.id, his, hers)
    }

    /// Makes one room for each kind of thing that somebody can leave behind, a deleted one and one without him.
    private static func leaveTraces(of user: UserProfile, prefix: String, _ scene: StoreScene) async throws {
        var rooms: [String: RoomID] = [:]
        for name in ["joined", "left", "mentioned", "reacted", "spoken", "gone", "untouched"] {
            rooms[name] = try await scene.room("\(prefix)-\(name)").id
        }
        func room(_ name: String) throws -> RoomID { try require(rooms[name], "a room \(name)") }
        try await scene.setMember(user, .member, .active, in: room("joined"))
        for body in ["one", "two"] { try await scene.send(body, by: user, in: room("joined")) }
        try await scene.setMember(user, .none, .none, in: room("left"), action: .left)
        try await scene.send("@", by: .juliet, in: room("mentioned"), mentions: [user.id])
        let hers = try await scene.send("hers", by: .juliet, in: room("reacted"))
        _ = try await scene.apply(
            .react(hers.id, emote: "👍", .add, perUser: 1, perMessage: 9), by: user, in: room("reacted"))
        try await scene.send("passing by", by: user, in: room("spoken"))
        try await scene.setMember(user, .member, .active, in: room("gone"))
        _ = try await scene.apply(.delete, by: .juliet, in: room("gone"))
        try await scene.send("other", by: .juliet, in: room("untouched"))
    }

    static var deletionRules: [Rule] {
        [
            Rule("a deleted account leaves rooms, marks and reactions; its name rests") { scene in
                let (room, _, hers) = try await self.busyRoom(scene)
                let before = try await scene.record(room)
                var changed: [[RoomID]] = []
                for choice in ErasureChoice.allCases {
                    changed.append(
                        try await scene.store.deleteAccount(
                            UserProfile.romeo.id, messages: choice, at: StoreScene.noon))
                }
                try expectEqual(changed, [[room], [], []], "the rooms that changed")
                try expect(try await scene.store.account(UserProfile.romeo.id) == nil, "no account")
                try expectEqual(try await scene.store.members(of: room).map(\.profile), [.juliet])
                try expect(try await scene.record(room).version > before.version, "the version is raised")
                try expectEqual(try await scene.message(hers.id, in: room).reactions, [])
                try expectEqual(try await scene.store.rooms(of: UserProfile.romeo.id).count, 0)
                try expectEqual(try await scene.store.readState(of: UserProfile.romeo.id, in: room).seq, 0)
                try expectEqual(try await scene.store.rooms(matching: RoomQuery(), member: nil).map(\.members), [1])
                try await expectRefusal(.exists) { try await scene.account(.romeo) }
                try await expectRefusal(.notFound) {
                    try await scene.store.updateAccount(UserProfile.romeo.id, AccountChange())
                }
                _ = try await scene.store.deleteAccount(
                    UserID(canonical: "nobody"), messages: .keep, at: StoreScene.noon)
            },
            Rule("kept messages stay as they are") { scene in
                let (room, his, _) = try await self.busyRoom(scene)
                _ = try await scene.store.deleteAccount(UserProfile.romeo.id, messages: .keep, at: StoreScene.noon)
                let kept = try await scene.message(his.id, in: room)
                try expectEqual(kept.content.body, "his two")
                try expectEqual(kept.sender.username, "romeo")
            },
            Rule("anonymised messages stay under a name that tells nothing, in every event") { scene in
                let (room, his, hers) = try await self.busyRoom(scene)
                _ = try await scene.store.deleteAccount(UserProfile.romeo.id, messages: .anonymise, at: StoreScene.noon)
                let kept = try await scene.message(his.id, in: room)
                try expectEqual(kept.content.body, "his two")
                let events = try await scene.allEvents(in: room)
                let names = events.flatMap { event -> [String] in
                    var names = [event.actor.id.value, event.actor.username, event.actor.displayName]
                    if case .membership(let change) = event.change { names.append(change.user.username) }
                    return names
                }
                try expect(!names.contains("romeo"), "nobody is called romeo: \(names)")
                let mentioned = try await scene.message(hers.id, in: room).content.mentions
                try expect(!mentioned.contains(UserProfile.romeo.id), "nor mentioned")
                try await expectRefusal(.exists) { try await scene.account(.romeo) }
            },
            Rule("removed messages are tombstones, their edits too, and positions stay dense") { scene in
                let (room, his, hers) = try await self.busyRoom(scene)
                let many = (0..<450).map { self.entry("m\($0)", nil, by: .romeo, in: room) }
                for result in await scene.append(many) { _ = try result.get() }
                let before = try await scene.record(room).lastSeq
                _ = try await scene.store.deleteAccount(UserProfile.romeo.id, messages: .remove, at: StoreScene.noon)
                try expect(try await scene.message(his.id, in: room).isRetracted, "his are gone")
                try expectEqual(try await scene.message(hers.id, in: room).content.body, "hers @romeo")
                let events = try await scene.allEvents(in: room)
                try expectEqual(events.map(\.seq), Array(1...before))
                for event in events {
                    switch event.change {
                    case .message(let message):
                        try expect(message.isRetracted != (message.id == hers.id), "\(event.brief)")
                    case .edited(let edit): try expectEqual(edit.content.body, "")
                    default: break
                    }
                }
            },
            Rule("a deletion tells every room whose members or messages it changed, once") { scene in
                for choice in ErasureChoice.allCases {
                    let user = StoreScene.profile("\(choice)er")
                    try await scene.account(user)
                    try await self.leaveTraces(of: user, prefix: "\(choice)", scene)
                    let changed = try await scene.store.deleteAccount(user.id, messages: choice, at: StoreScene.noon)
                    // Kept messages and mentions bear the name that they had.
                    let expected =
                        choice == .keep
                        ? ["joined", "left", "reacted"] : ["joined", "left", "mentioned", "reacted", "spoken"]
                    try expectEqual(changed.map(\.value).sorted(), expected.map { "\(choice)-\($0)" })
                }
            },
        ]
    }
}
