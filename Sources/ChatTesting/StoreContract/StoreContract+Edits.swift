import ChatCore
import ChatModel

extension StoreContract {
    static var editRules: [Rule] {
        [
            Rule("an edit changes the message in its place and is an event of its own") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("one", by: .juliet, in: room.id, clientID: "c-1")
                let later = StoreScene.noon.adding(seconds: 5)
                for body in ["two", "three"] {
                    _ = try await scene.apply(
                        .edit(sent.id, MessageContent(body: body)), by: .romeo, in: room.id, at: later)
                }
                try expectEqual(
                    try await scene.allEvents(in: room.id).map(\.brief),
                    ["1 joined juliet", "2 message three", "3 edited 2 two", "4 edited 3 three"])
                let message = try await scene.message(sent.id, in: room.id)
                try expectEqual(message.version, 3)
                try expectEqual(message.editedAt, later)
                try expectEqual(message.sender, .juliet, "the sender stays")
                try expectEqual(message.sentAt, sent.sentAt)
                try expectEqual(message.clientID, ClientID("c-1"))
            },
            Rule("a retraction erases content, edits, reactions and mentions, and leaves a tombstone") { scene in
                let room = try await scene.room()
                try await scene.setMember(.romeo, .member, .active, in: room.id)
                let sent = try await scene.send("secret", by: .juliet, in: room.id, mentions: [UserProfile.romeo.id])
                let edited = MessageContent(
                    body: "secret two", mentions: [UserProfile.romeo.id], metadata: OpaqueJSON(validated: "{}"))
                _ = try await scene.apply(.edit(sent.id, edited), by: .juliet, in: room.id)
                _ = try await scene.apply(
                    .react(sent.id, emote: "👍", .add, perUser: 1, perMessage: 20), by: .romeo, in: room.id)
                try expectEqual(
                    try await scene.store.readState(of: UserProfile.romeo.id, in: room.id).unread,
                    UnreadCounts(messages: 1, mentions: 1))
                let events = try await scene.apply(.retract(sent.id, reason: "spam"), by: .nurse, in: room.id)
                try expectEqual(events.map(\.brief), ["6 retracted spam"])
                let message = try await scene.message(sent.id, in: room.id)
                try expect(message.isRetracted, "it is a tombstone")
                try expectEqual(message.content, MessageContent(body: ""))
                try expectEqual(message.reactions, [])
                try expectEqual(message.seq, sent.seq)
                try expectEqual(
                    try await scene.allEvents(in: room.id).dropFirst(2).map(\.brief),
                    ["3 message ", "4 edited 2 ", "5 +👍", "6 retracted spam"])
                try expectEqual(
                    try await scene.store.readState(of: UserProfile.romeo.id, in: room.id).unread, UnreadCounts())
                try expectEqual(
                    try await scene.store.reactions(
                        to: sent.id, in: room.id, emote: "👍", after: nil, limit: 10
                    ).users, [])
            },
            Rule("a tombstone can be retracted again, which does nothing, and nothing else") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("gone", by: .juliet, in: room.id)
                _ = try await scene.apply(.retract(sent.id, reason: ""), by: .juliet, in: room.id)
                try expectEqual(
                    try await scene.apply(.retract(sent.id, reason: ""), by: .juliet, in: room.id).count, 0)
                try await expectRefusal(.notFound) {
                    try await scene.apply(.edit(sent.id, MessageContent(body: "x")), by: .juliet, in: room.id)
                }
                try await expectRefusal(.notFound) {
                    try await scene.apply(
                        .react(sent.id, emote: "👍", .add, perUser: 1, perMessage: 20), by: .juliet, in: room.id)
                }
                try expectEqual(try await scene.record(room.id).lastSeq, 3)
            },
            Rule("a message of another room is not found") { scene in
                let room = try await scene.room()
                let other = try await scene.room("mantua")
                let sent = try await scene.send("here", by: .juliet, in: room.id)
                for change: RoomDraftChange in [
                    .edit(sent.id, MessageContent(body: "x")), .retract(sent.id, reason: ""),
                    .react(sent.id, emote: "👍", .toggle, perUser: 1, perMessage: 20),
                ] {
                    try await expectRefusal(.notFound) { try await scene.apply(change, by: .juliet, in: other.id) }
                }
                try expect(try await scene.store.message(sent.id, in: other.id) == nil, "not in the other room")
                try expect(try await scene.store.message(StoreScene.messageID(), in: room.id) == nil, "unknown id")
            },
            Rule("an edit moves mentions along") { scene in
                let room = try await scene.room()
                for user in [UserProfile.romeo, .nurse] {
                    try await scene.setMember(user, .member, .active, in: room.id)
                }
                let sent = try await scene.send("hi", by: .juliet, in: room.id, mentions: [UserProfile.romeo.id])
                let content = MessageContent(body: "hi", mentions: [UserProfile.nurse.id])
                _ = try await scene.apply(.edit(sent.id, content), by: .juliet, in: room.id)
                func mentions(_ user: UserProfile) async throws -> Int {
                    try await scene.store.readState(of: user.id, in: room.id).unread.mentions
                }
                try expectEqual(try await mentions(.romeo), 0)
                try expectEqual(try await mentions(.nurse), 1)
                try expectEqual(try await scene.message(sent.id, in: room.id).content, content)
            },
            Rule("a sender's messages since a time are listed newest first, without tombstones") { scene in
                let room = try await scene.room()
                var ids: [MessageID] = []
                for second in 0..<6 {
                    let at = StoreScene.noon.adding(seconds: Int64(second))
                    ids.append(try await scene.send("j", by: .juliet, in: room.id, at: at).id)
                    try await scene.send("r", by: .romeo, in: room.id, at: at)
                }
                _ = try await scene.apply(.retract(ids[4], reason: ""), by: .juliet, in: room.id)
                let since = StoreScene.noon.adding(seconds: 2)
                try expectEqual(
                    try await scene.store.messageIDs(by: UserProfile.juliet.id, in: room.id, since: since),
                    [ids[5], ids[3], ids[2]])
                let everything = Timestamp(milliseconds: .min)
                try expectEqual(
                    try await scene.store.messageIDs(by: UserProfile.juliet.id, in: room.id, since: everything).count, 5
                )
            },
        ]
    }
}
