import ChatCore
import ChatModel

extension StoreContract {
    /// Ten messages at the even positions 2…20, with membership events between them.
    private static func pagedRoom(_ scene: StoreScene) async throws -> (room: RoomID, ids: [Seq: MessageID]) {
        let room = try await scene.room()
        var ids: [Seq: MessageID] = [:]
        for _ in 0..<10 {
            let sent = try await scene.send("m", by: .juliet, in: room.id)
            ids[sent.seq] = sent.id
            try await scene.setMember(.romeo, .member, .active, in: room.id)
        }
        return (room.id, ids)
    }

    private static func brief(_ page: MessagePage) -> String {
        let seqs = page.messages.map { "\($0.seq)" }.joined(separator: " ")
        return "\(page.hasMoreBefore ? "<" : "")\(seqs)\(page.hasMoreAfter ? ">" : "")"
    }

    static var pageRules: [Rule] {
        [
            Rule("pages go both ways from an end, a position or a message") { scene in
                let (room, ids) = try await self.pagedRoom(scene)
                func page(_ anchor: HistoryWindow.Anchor, _ limit: Int) async throws -> String {
                    self.brief(try await scene.page(anchor, limit: limit, in: room))
                }
                try expectEqual(try await page(.end, 3), "<16 18 20")
                try expectEqual(try await page(.end, 50), "2 4 6 8 10 12 14 16 18 20")
                try expectEqual(try await page(.before(10), 3), "<4 6 8>")
                try expectEqual(try await page(.before(11), 3), "<6 8 10>")
                try expectEqual(try await page(.before(6), 3), "2 4>")
                try expectEqual(try await page(.before(2), 3), ">")
                try expectEqual(try await page(.after(10), 3), "<12 14 16>")
                try expectEqual(try await page(.after(16), 3), "<18 20")
                try expectEqual(try await page(.after(0), 2), "2 4>")
                try expectEqual(try await page(.after(20), 2), "<")
                try expectEqual(try await page(.around(10), 4), "<6 8 10 12>")
                try expectEqual(try await page(.around(10), 1), "<10>")
                try expectEqual(try await page(.around(11), 2), "<10 12>")
                for (anchor, same) in [
                    (HistoryWindow.Anchor.beforeMessage(try require(ids[10], "10")), HistoryWindow.Anchor.before(10)),
                    (.afterMessage(try require(ids[10], "10")), .after(10)),
                    (.aroundMessage(try require(ids[10], "10")), .around(10)),
                ] {
                    try expectEqual(try await page(anchor, 4), try await page(same, 4))
                }
            },
            Rule("positions beyond all bounds are just far away") { scene in
                let (room, _) = try await self.pagedRoom(scene)
                func page(_ anchor: HistoryWindow.Anchor) async throws -> String {
                    self.brief(try await scene.page(anchor, limit: 2, in: room))
                }
                try expectEqual(try await page(.before(.max)), "<18 20")
                try expectEqual(try await page(.before(.min)), ">")
                try expectEqual(try await page(.after(.min)), "2 4>")
                try expectEqual(try await page(.after(.max)), "<")
                try expectEqual(try await page(.around(.max)), "<20")
                try expectEqual(try await page(.around(.min)), "2>")
            },
            Rule("nothing before the first visible position is shown or hinted at") { scene in
                let (room, ids) = try await self.pagedRoom(scene)
                func page(_ anchor: HistoryWindow.Anchor, _ limit: Int, from: Seq = 9) async throws -> String {
                    self.brief(try await scene.page(anchor, limit: limit, in: room, visibleFrom: from))
                }
                try expectEqual(try await page(.end, 50), "10 12 14 16 18 20")
                try expectEqual(try await page(.before(14), 2), "10 12>")
                try expectEqual(try await page(.around(10), 4), "10 12>")
                try expectEqual(try await page(.after(0), 2), "10 12>")
                try expectEqual(try await page(.end, 5, from: 21), "")
                try await expectRefusal(.notFound) { try await page(.beforeMessage(try require(ids[8], "8")), 2) }
            },
            Rule("tombstones keep their place in a page, and reactions come with it") { scene in
                let (room, ids) = try await self.pagedRoom(scene)
                _ = try await scene.apply(.retract(try require(ids[18], "18"), reason: ""), by: .juliet, in: room)
                _ = try await scene.apply(
                    .react(try require(ids[20], "20"), emote: "👍", .add, perUser: 1, perMessage: 9), by: .romeo,
                    in: room)
                let page = try await scene.page(.end, limit: 3, in: room)
                try expectEqual(page.messages.map(\.isRetracted), [false, true, false])
                try expectEqual(page.messages.map(\.reactions.count), [0, 0, 1])
            },
            Rule("an anchor message that is not in the room, and a room that is not, are not found") { scene in
                let (room, _) = try await self.pagedRoom(scene)
                let other = try await scene.room("mantua")
                let elsewhere = try await scene.send("m", by: .juliet, in: other.id)
                for id in [elsewhere.id, StoreScene.messageID()] {
                    try await expectRefusal(.notFound) { try await scene.page(.aroundMessage(id), in: room) }
                }
                try await expectRefusal(.notFound) { try await scene.page(.end, in: RoomID("nowhere")) }
            },
            Rule("an empty room gives an empty page with its epoch") { scene in
                let room = try await scene.room(creator: nil)
                let page = try await scene.page(.end, in: room.id)
                try expectEqual(self.brief(page), "")
                try expectEqual(page.epoch, room.epoch)
                try expectEqual(page.number, room.number)
            },
        ]
    }
}
