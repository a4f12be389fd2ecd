import ChatCore
import ChatModel

extension StoreContract {
    static var unreadRules: [Rule] {
        [
            Rule("a read mark moves forward only, and no further than the log") { scene in
                let room = try await scene.room()
                for _ in 0..<5 { try await scene.send("m", by: .juliet, in: room.id) }
                let first = try require(try await scene.mark(3, by: .romeo, in: room.id), "an event")
                try expectEqual(first.seq, 1)
                guard case .readMark(let number, let id, let seq, let unread) = first.change else {
                    throw missing("a read mark")
                }
                try expectEqual(number, room.number)
                try expectEqual(id, room.id)
                try expectEqual(seq, 3)
                try expectEqual(unread, UnreadCounts(messages: 3))
                try expect(try await scene.mark(2, by: .romeo, in: room.id) == nil, "not back")
                try expect(try await scene.mark(3, by: .romeo, in: room.id) == nil, "not in place")
                try expect(try await scene.mark(.min, by: .romeo, in: room.id) == nil, "not below")
                try expectEqual(try await scene.mark(.max, by: .romeo, in: room.id)?.seq, 2)
                let state = try await scene.store.readState(of: UserProfile.romeo.id, in: room.id)
                try expectEqual(state.seq, 6)
                try expectEqual(state.unread, UnreadCounts())
                try await expectRefusal(.roomNotFound) { try await scene.mark(1, by: .romeo, in: RoomID("nowhere")) }
            },
            Rule("a user's own log is numbered, replayed and stands where it was left") { scene in
                let room = try await scene.room()
                try await scene.account(.juliet)
                let fresh = try await scene.store.userPosition(UserProfile.juliet.id)
                try expectEqual(fresh.seq, 0)
                let again = try await scene.store.userPosition(UserProfile.juliet.id)
                try expectEqual(again.epoch, fresh.epoch)
                for _ in 0..<3 { try await scene.send("m", by: .romeo, in: room.id) }
                for seq in [2, 3] as [Seq] { _ = try await scene.mark(seq, by: .juliet, in: room.id) }
                let rename = UserDraft(
                    user: UserProfile.juliet.id, at: StoreScene.noon, change: .displayName("Julia C."))
                _ = try await scene.append(.user(rename))
                let position = try await scene.store.userPosition(UserProfile.juliet.id)
                try expectEqual(position.seq, 3)
                try expectEqual(position.epoch, fresh.epoch)
                let events = try await scene.store.userEvents(UserProfile.juliet.id, after: 1, limit: 10)
                try expectEqual(events.map(\.seq), [2, 3])
                guard case .readMark(_, room.id, 3, _)? = events.first?.change,
                    case .profile(let profile)? = events.last?.change
                else { throw missing("a mark and a profile") }
                try expectEqual(profile.displayName, "Julia C.")
                try expectEqual(
                    try await scene.store.account(UserProfile.juliet.id)?.profile.displayName, "Julia C.")
                let member = try await scene.store.members(of: room.id).first
                try expectEqual(member?.profile.displayName, "Julia C.", "the new name shows everywhere")
                try expectEqual(try await scene.store.userEvents(UserID(canonical: "x"), after: 0, limit: 9).count, 0)
            },
            Rule("unread are others' messages after the mark or one's coming, each count at most 100") { scene in
                let room = try await scene.room()
                try await scene.send("before", by: .juliet, in: room.id)
                try await scene.setMember(.romeo, .member, .active, in: room.id)
                func counts() async throws -> UnreadCounts {
                    let rooms = try await scene.store.rooms(of: UserProfile.romeo.id)
                    let state = try await scene.store.readState(of: UserProfile.romeo.id, in: room.id)
                    try expectEqual(rooms.first?.unread, state.unread, "both ways to ask")
                    return state.unread
                }
                try expectEqual(try await counts(), UnreadCounts())
                let mention = [UserProfile.romeo.id]
                let first = try await scene.send("@romeo", by: .juliet, in: room.id, mentions: mention)
                try await scene.send("my own @romeo", by: .romeo, in: room.id, mentions: mention)
                let gone = try await scene.send("@romeo", by: .juliet, in: room.id, mentions: mention)
                _ = try await scene.apply(.retract(gone.id, reason: ""), by: .juliet, in: room.id)
                _ = try await scene.apply(
                    .react(first.id, emote: "👍", .add, perUser: 1, perMessage: 9), by: .juliet, in: room.id)
                try expectEqual(try await counts(), UnreadCounts(messages: 1, mentions: 1))
                _ = await scene.append(
                    (0..<150).map { _ in
                        .room(
                            RoomDraft(
                                room: room.id, actor: .juliet, at: StoreScene.noon,
                                change: .message(
                                    StoreScene.messageID(), MessageContent(body: "m", mentions: mention))))
                    })
                try expectEqual(try await counts(), UnreadCounts(messages: 100, mentions: 100))
                _ = try await scene.mark(.max, by: .romeo, in: room.id)
                try expectEqual(try await counts(), UnreadCounts())
            },
            Rule("a visitor without a mark has nothing unread") { scene in
                let room = try await scene.room()
                try await scene.send("m", by: .juliet, in: room.id)
                let state = try await scene.store.readState(of: UserProfile.nurse.id, in: room.id)
                try expectEqual(state.seq, 0)
                try expectEqual(state.unread, UnreadCounts())
            },
        ]
    }
}
