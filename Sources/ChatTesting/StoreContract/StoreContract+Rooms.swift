import ChatCore
import ChatModel

extension StoreContract {
    static var roomRules: [Rule] {
        [
            Rule("a room is made with its creator as owner and found by id and number") { scene in
                let settings = RoomSettings(
                    alias: "Piazza", title: "Verona", topic: "fair", access: .strictPrivate,
                    historyVisibility: .sinceInvite, retention: .days(30), slowModeSeconds: 5, membersInvite: false)
                let new = NewRoom(
                    id: RoomID("verona"), number: RoomNumber(7), kind: .channel, settings: settings)
                let made = try await scene.store.createRoom(new, creator: .juliet, at: StoreScene.noon)
                try expectEqual(made.settings, settings)
                try expectEqual(made.kind, .channel)
                try expectEqual(made.creator, UserProfile.juliet.id)
                try expectEqual(made.lastSeq, 1)
                try expectEqual(try await scene.store.room(.id(RoomID("verona"))), made)
                try expectEqual(try await scene.store.room(.number(made.number)), made)
                let member = try await scene.membership(of: .juliet, in: made.id)
                try expectEqual(
                    member, Membership(role: .owner, status: .active, joinedAt: StoreScene.noon, joinedSeq: 1))
                let event = try await scene.allEvents(in: made.id)
                try expectEqual(event.map(\.brief), ["1 joined juliet"])
            },
            Rule("generated ids and numbers are free, legal and different") { scene in
                let first = try await scene.store.createRoom(NewRoom(), creator: nil, at: StoreScene.noon)
                let second = try await scene.store.createRoom(NewRoom(), creator: .romeo, at: StoreScene.noon)
                try expect(first.id != second.id, "two ids")
                try expect(first.number < second.number, "numbers rise")
                try expect(first.epoch != second.epoch, "two epochs")
                try expect(
                    first.id.value.utf8.allSatisfy { (97...122).contains($0) || (50...55).contains($0) },
                    "the id is lower-case base32")
                try expectEqual(first.lastSeq, 0)
                try expectEqual(try await scene.store.members(of: first.id).count, 0)
                let next = try require(RoomNumber(Int64(second.number.value) + 1), "a next number")
                _ = try await scene.store.createRoom(NewRoom(number: next), creator: nil, at: StoreScene.noon)
                let third = try await scene.store.createRoom(NewRoom(), creator: nil, at: StoreScene.noon)
                try expect(third.number > next, "a taken number is stepped over")
            },
            Rule("a taken id, number or alias is refused, also that of a deleted room") { scene in
                let settings = RoomSettings(alias: "Straße")
                let room = try await scene.room(settings: settings)
                func refused(_ code: StoreError.Code, _ new: NewRoom) async throws {
                    try await expectRefusal(code) {
                        try await scene.store.createRoom(new, creator: .romeo, at: StoreScene.noon)
                    }
                }
                try await refused(.roomExists, NewRoom(id: room.id))
                try await refused(.roomExists, NewRoom(number: room.number))
                try await refused(.aliasTaken, NewRoom(settings: RoomSettings(alias: "sTRAßE")))
                _ = try await scene.apply(.delete, by: .juliet, in: room.id)
                try await refused(.roomExists, NewRoom(id: room.id))
                try await refused(.roomExists, NewRoom(number: room.number))
                try await refused(.aliasTaken, NewRoom(settings: RoomSettings(alias: "straße")))
            },
            Rule("a freed alias rests for others and comes back to its own room") { scene in
                let room = try await scene.room(settings: RoomSettings(alias: "Café"))
                _ = try await scene.apply(.settings(RoomSettings(alias: "bar")), by: .juliet, in: room.id)
                func claim(_ alias: String, _ room: RoomID, at: Timestamp) async throws {
                    _ = try await scene.apply(
                        .settings(RoomSettings(alias: alias)), by: .juliet, in: room, at: at)
                }
                let other = try await scene.room("mantua")
                // Composed and decomposed are one name.
                try await expectRefusal(.aliasTaken) {
                    try await claim("CAFE\u{301}", other.id, at: StoreScene.noon.adding(seconds: 29 * 86_400))
                }
                try await claim("cafe\u{301}", room.id, at: StoreScene.noon)
                try await claim("bar", room.id, at: StoreScene.noon)
                try await claim("café", other.id, at: StoreScene.noon.adding(seconds: 31 * 86_400))
                try expectEqual(try await scene.record(other.id).settings.alias, "café")
            },
            Rule("settings are changed, numbered, audited and raise the version") { scene in
                let room = try await scene.room()
                let settings = RoomSettings(alias: "b", title: "B", topic: "t", retention: .count(9))
                let events = try await scene.apply(
                    .settings(settings), by: .juliet, in: room.id, expectedVersion: room.version)
                try expectEqual(events.map(\.brief), ["2 settings B"])
                let record = try await scene.record(room.id)
                try expectEqual(record.settings, settings)
                try expectEqual(record.version, room.version + 1)
                guard case .settings(let stored)? = try await scene.allEvents(in: room.id).last?.change else {
                    throw missing("a settings event")
                }
                try expectEqual(stored, settings)
                try expectEqual(
                    try await scene.store.audit(of: room.id, before: nil, limit: 9).map(\.action), ["room_updated"])
                let other = try await scene.room("mantua")
                try await expectRefusal(.aliasTaken) {
                    try await scene.apply(.settings(RoomSettings(alias: "B")), by: .juliet, in: other.id)
                }
                try expectEqual(try await scene.record(other.id).lastSeq, 1, "the refusal took no position")
            },
            Rule("a deleted room is gone for every use") { scene in
                let room = try await scene.room()
                let sent = try await scene.send("m", by: .juliet, in: room.id)
                try expectEqual(
                    try await scene.apply(.delete, by: .juliet, in: room.id).map(\.brief), ["3 deleted"])
                try expect(try await scene.store.room(.id(room.id)) == nil, "no room by id")
                try expect(try await scene.store.room(.number(room.number)) == nil, "no room by number")
                try expect(try await scene.store.message(sent.id, in: room.id) == nil, "no message")
                try expectEqual(try await scene.store.rooms(of: UserProfile.juliet.id).count, 0)
                try expectEqual(try await scene.store.rooms(matching: RoomQuery(), member: nil).count, 0)
                try await expectRefusal(.roomNotFound) { try await scene.send("late", by: .juliet, in: room.id) }
                try await expectRefusal(.notFound) { try await scene.page(.end, in: room.id) }
                try await expectRefusal(.roomNotFound) { try await scene.apply(.delete, by: .juliet, in: room.id) }
                let audit = try await scene.store.audit(of: room.id, before: nil, limit: 9)
                try expectEqual(audit.map(\.action), ["room_deleted"])
            },
            Rule("room lists show public rooms and one's own, by text and page") { scene in
                func make(_ id: String, _ title: String, _ access: RoomAccess, _ creator: UserProfile) async throws {
                    _ = try await scene.room(id, creator: creator, settings: RoomSettings(title: title, access: access))
                }
                try await make("a", "Été 100%", .isPublic, .juliet)
                try await make("b", "winter_", .isPublic, .juliet)
                try await make("c", "Winter closed", .inviteOnly, .romeo)
                func list(_ text: String, _ member: UserProfile?) async throws -> String {
                    try await scene.store.rooms(matching: RoomQuery(text: text), member: member?.id)
                        .map { "\($0.record.id) \($0.members)" }.joined(separator: ", ")
                }
                try expectEqual(try await list("", nil), "a 1, b 1")
                try expectEqual(try await list("", .romeo), "a 1, b 1, c 1")
                try expectEqual(try await list("WINTER", .romeo), "b 1, c 1")
                try expectEqual(try await list("éTÉ", nil), "a 1")
                try expectEqual(try await list("%", nil), "a 1")
                try expectEqual(try await list("_", nil), "b 1")
                try await scene.setMember(.nurse, .none, .banned, in: RoomID("c"))
                try expectEqual(try await list("closed", .nurse), "")
                let first = try await scene.store.rooms(
                    matching: RoomQuery(limit: 1), member: .some(UserProfile.romeo.id))
                let rest = try await scene.store.rooms(
                    matching: RoomQuery(after: first.last?.record.number, limit: 9), member: UserProfile.romeo.id)
                try expectEqual((first + rest).map(\.record.id.value), ["a", "b", "c"])
            },
        ]
    }
}
