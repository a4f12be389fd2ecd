import ChatCore
import ChatModel

extension StoreContract {
    static var directRules: [Rule] {
        [
            Rule("a direct room is made with both as plain members and found again from either side") { scene in
                let opened = try await scene.openDirect(.romeo, .juliet)
                try expect(opened.isNew, "it is new")
                try expectEqual(opened.record.kind, .direct)
                try expectEqual(opened.record.settings.access, .inviteOnly)
                try expectEqual(opened.record.settings.historyVisibility, .all)
                try expectEqual(opened.record.creator, nil)
                try expectEqual(opened.events.map(\.brief), ["1 joined romeo", "2 joined juliet"])
                try expectEqual(opened.events.map(\.actor), [.romeo, .romeo], "who opened it")
                let room = opened.record.id
                try expectEqual(try await scene.allEvents(in: room).map(\.brief), opened.events.map(\.brief))
                try expectEqual(try await scene.record(room), opened.record)
                try expectEqual(opened.record.lastSeq, 2)
                let members = try await scene.store.members(of: room)
                try expectEqual(members.map(\.profile), [.juliet, .romeo])
                try expectEqual(members.map(\.membership.role), [.member, .member])
                try expectEqual(members.map(\.membership.status), [.active, .active])
                try expectEqual(members.map(\.membership.joinedSeq), [2, 1])
                for (opener, other) in [(UserProfile.romeo, UserProfile.juliet), (.juliet, .romeo)] {
                    let again = try await scene.openDirect(opener, other)
                    try expect(!again.isNew, "it is there")
                    try expectEqual(again.record, opened.record)
                    try expectEqual(again.events.map(\.brief), [])
                }
                let other = try await scene.openDirect(.juliet, .nurse)
                try expect(other.record.id != room, "another pair, another room")
                try expect(other.record.number != opened.record.number, "with another number")
            },
            Rule("a direct room is looked up from either side, and only as long as it is there") { scene in
                func found(_ one: UserProfile, _ other: UserProfile) async throws -> RoomRecord? {
                    try await scene.store.directRoom(of: one.id, and: other.id)
                }
                for profile in [UserProfile.juliet, .romeo] { try await scene.account(profile) }
                try expectEqual(try await found(.romeo, .juliet), nil, "nobody has opened it")
                try expectEqual(try await found(.romeo, .nurse), nil, "of somebody unknown")
                let room = try await scene.openDirect(.romeo, .juliet).record
                try expectEqual(try await found(.romeo, .juliet), room)
                try expectEqual(try await found(.juliet, .romeo), room)
                try expectEqual(try await found(.romeo, .romeo), nil, "of one alone")
                try await scene.send("but soft", by: .romeo, in: room.id)
                try expectEqual(try await found(.juliet, .romeo)?.lastSeq, 3, "as it stands")
                try await scene.setMember(.juliet, .none, .none, in: room.id, action: .left)
                try expectEqual(try await found(.juliet, .romeo)?.id, room.id, "also when one has left")
                _ = try await scene.apply(.delete, by: .romeo, in: room.id)
                try expectEqual(try await found(.juliet, .romeo), nil, "it is deleted")
            },
            Rule("a direct room is found by its number, counted, and takes messages") { scene in
                let room = try await scene.openDirect(.romeo, .juliet).record
                let sent = try await scene.send("but soft", by: .romeo, in: room.id)
                try expectEqual(sent.seq, 3)
                try expectEqual(try await scene.store.room(.number(room.number))?.lastSeq, 3)
                try expectEqual(try await scene.openDirect(.juliet, .romeo).record.lastSeq, 3, "the newest position")
                let rooms = try await scene.store.rooms(of: UserProfile.juliet.id)
                try expectEqual(rooms.map(\.record.id), [room.id])
                try expectEqual(rooms.map(\.unread), [UnreadCounts(messages: 1)])
                let listed = try await scene.store.rooms(matching: RoomQuery(), member: UserProfile.romeo.id)
                try expectEqual(listed.map(\.members), [2])
                try expectEqual(try await scene.store.rooms(matching: RoomQuery(), member: nil).count, 0)
            },
            Rule("of many who open the same direct room at once, all get the same one") { scene in
                let opened = try await withThrowingTaskGroup(of: DirectRoom.self) { group in
                    for index in 0..<20 {
                        group.addTask {
                            index % 2 == 0
                                ? try await scene.openDirect(.romeo, .juliet)
                                : try await scene.openDirect(.juliet, .romeo)
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                try expectEqual(Set(opened.map(\.record.id)).count, 1)
                try expectEqual(opened.count { $0.isNew }, 1)
                try expectEqual(opened.flatMap(\.events).map(\.seq), [1, 2])
            },
            Rule("who left a direct room is back when it is opened again, by an event of the opener's") { scene in
                let room = try await scene.openDirect(.romeo, .juliet).record
                try await scene.setMember(.juliet, .none, .none, in: room.id, action: .left)
                let version = try await scene.record(room.id).version
                let again = try await scene.openDirect(.romeo, .juliet)
                try expect(!again.isNew, "the same room")
                try expectEqual(again.record.id, room.id)
                try expectEqual(again.record.version, version + 1)
                try expectEqual(again.events.map(\.brief), ["4 joined juliet"])
                try expectEqual(again.events.map(\.actor), [.romeo])
                let member = try await scene.membership(of: .juliet, in: room.id)
                try expectEqual(
                    member,
                    Membership(
                        role: .member, status: .active, joinedAt: StoreScene.noon, joinedSeq: 4,
                        by: UserProfile.romeo.id))
                try expectEqual(try await scene.allEvents(in: room.id).last?.archiveID, again.events.last?.archiveID)
                try await scene.setMember(.romeo, .none, .none, in: room.id, action: .left)
                let own = try await scene.openDirect(.romeo, .juliet)
                try expectEqual(own.events.map(\.brief), ["6 joined romeo"])
                try expectEqual(try await scene.membership(of: .romeo, in: room.id)?.by, nil)
            },
            Rule("opening a direct room ends no mute or ban that is in force") { scene in
                let room = try await scene.openDirect(.romeo, .juliet).record
                let later = StoreScene.noon.adding(seconds: 60)
                func set(_ role: Role, _ status: MembershipStatus, _ action: MembershipAction) async throws {
                    let stored = try await scene.membership(of: .juliet, in: room.id)
                    let membership = Membership(
                        role: role, status: status, joinedAt: StoreScene.noon, joinedSeq: 2, until: later,
                        reason: "rude", by: UserProfile.nurse.id)
                    let change = MembershipChange(user: .juliet, action: action, membership: membership)
                    _ = try await scene.apply(.membership(change, replacing: stored), by: .nurse, in: room.id)
                }
                try await set(.member, .muted, .muted)
                try expectEqual(try await scene.openDirect(.romeo, .juliet).events.count, 0, "a muted member is one")
                try await set(.none, .muted, .left)
                try expectEqual(try await scene.openDirect(.romeo, .juliet).events.map(\.brief), ["5 joined juliet"])
                let muted = try await scene.membership(of: .juliet, in: room.id)
                try expectEqual(
                    muted,
                    Membership(
                        role: .member, status: .muted, joinedAt: StoreScene.noon, joinedSeq: 5, until: later,
                        reason: "rude", by: UserProfile.nurse.id))
                try await set(.none, .banned, .banned)
                try expectEqual(try await scene.openDirect(.romeo, .juliet).events.count, 0, "a ban holds")
                try expectEqual(
                    try await scene.openDirect(.romeo, .juliet, at: later).events.map(\.brief), ["7 joined juliet"])
                try expectEqual(try await scene.membership(of: .juliet, in: room.id)?.status, .active)
            },
            Rule("a direct room with oneself has one member") { scene in
                let opened = try await scene.openDirect(.juliet, .juliet)
                try expectEqual(opened.events.map(\.brief), ["1 joined juliet"])
                try expectEqual(try await scene.openDirect(.juliet, .juliet).record, opened.record)
                let pair = try await scene.openDirect(.juliet, .romeo)
                try expect(pair.isNew && pair.record.id != opened.record.id, "the pair has its own")
            },
            Rule("a deleted direct room is not found again: the pair gets another") { scene in
                let first = try await scene.openDirect(.romeo, .juliet)
                _ = try await scene.apply(.delete, by: .nurse, in: first.record.id)
                let second = try await scene.openDirect(.romeo, .juliet)
                try expect(second.isNew && second.record.id != first.record.id, "a new one")
                try expectEqual(try await scene.openDirect(.juliet, .romeo).record, second.record)
                _ = try await scene.store.purge(now: StoreScene.noon, limits: Limits())
                try expectEqual(try await scene.openDirect(.juliet, .romeo).record, second.record)
            },
            Rule("when one account is deleted the other keeps the direct room; nobody opens one with the deleted") {
                scene in
                for profile in [UserProfile.juliet, .romeo, .nurse] { try await scene.account(profile) }
                let rooms = [
                    try await scene.openDirect(.juliet, .romeo).record,
                    try await scene.openDirect(.juliet, .nurse).record,
                ]
                for (room, (profile, choice)) in zip(
                    rooms, [(UserProfile.romeo, ErasureChoice.keep), (.nurse, .anonymise)])
                {
                    try await scene.send("farewell", by: profile, in: room.id)
                    let changed = try await scene.store.deleteAccount(
                        profile.id, messages: choice, at: StoreScene.noon)
                    try expectEqual(changed, [room.id])
                    try expectEqual(try await scene.store.members(of: room.id).map(\.profile), [.juliet])
                    try expectEqual(try await scene.page(.end, in: room.id).messages.count, 1)
                    try await expectRefusal(.notFound) { try await scene.openDirect(.juliet, profile) }
                    try await expectRefusal(.notFound) { try await scene.openDirect(profile, .juliet) }
                }
                try expectEqual(
                    try await scene.store.rooms(of: UserProfile.juliet.id).map(\.record.id), rooms.map(\.id))
            },
            Rule("a direct room ends with its second account, and not because both have left") { scene in
                let week = StoreScene.noon.adding(seconds: 8 * 86_400)
                for profile in [UserProfile.juliet, .romeo] { try await scene.account(profile) }
                let room = try await scene.openDirect(.juliet, .romeo).record.id
                for profile in [UserProfile.juliet, .romeo] {
                    try await scene.setMember(profile, .none, .none, in: room, action: .left)
                }
                try expectEqual(try await scene.store.purge(now: week, limits: Limits()), [])
                _ = try await scene.store.deleteAccount(UserProfile.juliet.id, messages: .keep, at: StoreScene.noon)
                try expectEqual(try await scene.store.purge(now: week, limits: Limits()), [])
                _ = try await scene.store.deleteAccount(UserProfile.romeo.id, messages: .keep, at: StoreScene.noon)
                try expectEqual(try await scene.store.purge(now: week, limits: Limits()), [room])
                try expect(try await scene.store.room(.id(room)) == nil, "it is gone")
            },
            Rule(
                "two who have the same store open get one direct room",
                opening: { open in
                    let here = StoreScene(try await open())
                    let there = StoreScene(try await open())
                    let opened = try await here.openDirect(.romeo, .juliet)
                    let again = try await there.openDirect(.juliet, .romeo)
                    try expect(!again.isNew, "it is there")
                    try expectEqual(again.record, opened.record)
                    await here.store.close()
                    await there.store.close()
                }),
        ]
    }
}

extension StoreScene {
    fileprivate func openDirect(
        _ opener: UserProfile, _ other: UserProfile, at: Timestamp = noon
    ) async throws -> DirectRoom { try await self.store.openDirect(opener, other, at: at) }
}
