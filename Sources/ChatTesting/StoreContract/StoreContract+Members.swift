import ChatCore
import ChatModel

extension StoreContract {
    static var memberRules: [Rule] {
        [
            Rule("a membership comes back as it was written, former members' too") { scene in
                let room = try await scene.room()
                let until = StoreScene.noon.adding(seconds: 60)
                let membership = Membership(
                    role: .moderator, status: .muted, joinedAt: StoreScene.noon, joinedSeq: 1, until: until,
                    reason: "loud", by: UserProfile.juliet.id)
                let change = MembershipChange(
                    user: .romeo, action: .muted, membership: membership, durationSeconds: 60)
                _ = try await scene.apply(.membership(change, replacing: nil), by: .juliet, in: room.id)
                try expectEqual(try await scene.membership(of: .romeo, in: room.id), membership)
                guard case .membership(let stored)? = try await scene.allEvents(in: room.id).last?.change else {
                    throw missing("a membership event")
                }
                try expectEqual(stored, change)
                let gone = try await scene.setMember(.romeo, .none, .none, in: room.id, action: .left)
                try expectEqual(try await scene.membership(of: .romeo, in: room.id), gone)
                try expectEqual(try await scene.store.members(of: room.id).map(\.profile), [.juliet, .romeo])
                let entry = try require(
                    try await scene.store.audit(of: room.id, before: nil, limit: 9).first, "an audit entry")
                try expectEqual(
                    entry,
                    AuditEntry(
                        id: entry.id, at: StoreScene.noon, actor: "juliet", action: "muted", room: room.id,
                        target: "romeo", reason: "loud", durationSeconds: 60))
            },
            Rule("each membership change raises the version; a stale one is a conflict and leaves nothing") { scene in
                let room = try await scene.room()
                try await scene.setMember(.romeo, .member, .active, in: room.id)
                let record = try await scene.record(room.id)
                try expectEqual(record.version, room.version + 1)
                let membership = Membership(role: .admin, status: .active, joinedAt: StoreScene.noon, joinedSeq: 0)
                let change = RoomDraftChange.membership(
                    MembershipChange(user: .nurse, action: .roleChanged, membership: membership), replacing: nil)
                try await expectRefusal(.conflict) {
                    try await scene.apply(change, by: .juliet, in: room.id, expectedVersion: room.version)
                }
                for stale: RoomDraftChange in [.settings(RoomSettings(title: "x")), .delete] {
                    try await expectRefusal(.conflict) {
                        try await scene.apply(stale, by: .juliet, in: room.id, expectedVersion: room.version)
                    }
                }
                try expectEqual(try await scene.record(room.id), record)
                _ = try await scene.apply(change, by: .juliet, in: room.id, expectedVersion: record.version)
                try expectEqual(try await scene.record(room.id).version, record.version + 1)
            },
            Rule("two in one batch who decide on the same version cannot both win") { scene in
                let room = try await scene.room()
                func draft(_ user: UserProfile) -> LogEntry {
                    let membership = Membership(role: .owner, status: .active, joinedAt: StoreScene.noon, joinedSeq: 0)
                    let change = MembershipChange(user: user, action: .roleChanged, membership: membership)
                    return .room(
                        RoomDraft(
                            room: room.id, actor: .juliet, at: StoreScene.noon, expectedVersion: room.version,
                            change: .membership(change, replacing: nil)))
                }
                let results = await scene.append([draft(.romeo), draft(.nurse)])
                guard case .success = results[0], case .failure(let error) = results[1] else {
                    throw missing("one winner")
                }
                try expectEqual(error.code, .conflict)
            },
            Rule("a change over another membership than the stored one is a conflict") { scene in
                let room = try await scene.room()
                let banned = try await scene.setMember(
                    .romeo, .none, .banned, in: room.id, action: .banned, by: .juliet)
                let joining = Membership(role: .member, status: .active, joinedAt: StoreScene.noon, joinedSeq: 3)
                let change = MembershipChange(user: .romeo, action: .joined, membership: joining)
                for stale in [nil, joining] {
                    try await expectRefusal(.conflict) {
                        try await scene.apply(.membership(change, replacing: stale), by: .romeo, in: room.id)
                    }
                }
                try expectEqual(try await scene.membership(of: .romeo, in: room.id), banned)
                _ = try await scene.apply(.membership(change, replacing: banned), by: .romeo, in: room.id)
                try expectEqual(try await scene.membership(of: .romeo, in: room.id), joining)
            },
            Rule("coming and going is not moderation; what one does to another is") { scene in
                let room = try await scene.room()
                for action in MembershipAction.allCases {
                    try await scene.setMember(.romeo, .member, .active, in: room.id, action: action, by: .juliet)
                }
                let audited = try await scene.store.audit(of: room.id, before: nil, limit: 100)
                try expectEqual(
                    audited.reversed().map(\.action), MembershipAction.allCases.filter(\.isModeration).map(\.rawValue))
                let page = try await scene.store.audit(of: room.id, before: audited[2].id, limit: 2)
                try expectEqual(page, Array(audited[3...4]))
                try await scene.store.appendAudit(
                    AuditEntry(at: StoreScene.noon, actor: "operator", action: "account_disabled", target: "romeo"))
                try expectEqual(
                    try await scene.store.audit(of: nil, before: nil, limit: 1).map(\.action), ["account_disabled"])
                try expectEqual(try await scene.store.audit(of: room.id, before: nil, limit: 1), [audited[0]])
            },
            Rule("a user's rooms are those where he is active, muted or pending, by number") { scene in
                for (id, status) in [
                    ("a", MembershipStatus.active), ("b", .muted), ("c", .pending), ("d", .banned), ("e", .none),
                ] {
                    let room = try await scene.room(id)
                    try await scene.setMember(.romeo, .member, status, in: room.id)
                }
                let rooms = try await scene.store.rooms(of: UserProfile.romeo.id)
                try expectEqual(rooms.map(\.record.id.value), ["a", "b", "c"])
                try expectEqual(rooms.map(\.membership.status), [.active, .muted, .pending])
                try expectEqual(try await scene.store.rooms(of: UserID(canonical: "nobody")).count, 0)
                let counts = try await scene.store.rooms(matching: RoomQuery(), member: nil).map(\.members)
                try expectEqual(counts, [2, 2, 1, 1, 1], "active and muted members")
            },
            Rule("a former member who is muted is no member, whatever becomes of the mute") { scene in
                let room = try await scene.room(settings: RoomSettings(access: .inviteOnly))
                func counts() async throws -> [Int] {
                    try await scene.store.rooms(matching: RoomQuery(), member: UserProfile.juliet.id).map(\.members)
                }
                try await scene.setMember(.romeo, .member, .active, in: room.id)
                try await scene.setMember(.romeo, .member, .muted, in: room.id, action: .muted, by: .juliet)
                try expectEqual(try await counts(), [2])
                let former = try await scene.setMember(.romeo, .none, .muted, in: room.id, action: .left)
                try expectEqual(try await counts(), [1])
                try expectEqual(try await scene.store.rooms(of: UserProfile.romeo.id).count, 0)
                try expectEqual(
                    try await scene.store.rooms(matching: RoomQuery(), member: UserProfile.romeo.id).count, 0)
                try await scene.send("m", by: .juliet, in: room.id)
                try expectEqual(
                    try await scene.store.readState(of: UserProfile.romeo.id, in: room.id).unread, UnreadCounts())
                try expectEqual(try await scene.membership(of: .romeo, in: room.id), former, "the mute is kept")
                try await scene.setMember(.romeo, .none, .none, in: room.id, action: .unmuted, by: .juliet)
                try expectEqual(try await counts(), [1])
                try await scene.setMember(.romeo, .none, .muted, in: room.id, action: .muted, by: .juliet)
                try await scene.account(.romeo)
                let changed = try await scene.store.deleteAccount(
                    UserProfile.romeo.id, messages: .keep, at: StoreScene.noon)
                try expectEqual(changed, [room.id])
                try expectEqual(try await counts(), [1])
            },
            Rule("whoever joins or is accepted has come in at that event's position, and not before") { scene in
                let room = try await scene.room()
                func draft(_ change: RoomDraftChange) -> LogEntry {
                    .room(RoomDraft(room: room.id, actor: .juliet, at: StoreScene.noon, change: change))
                }
                func message() -> LogEntry {
                    draft(.message(StoreScene.messageID(), MessageContent(body: "m")))
                }
                func member(_ user: UserProfile, _ action: MembershipAction) -> LogEntry {
                    let membership = Membership(
                        role: .member, status: .active, joinedAt: StoreScene.noon, joinedSeq: 77)
                    let change = MembershipChange(user: user, action: action, membership: membership)
                    return draft(.membership(change, replacing: nil))
                }
                let guest = StoreScene.profile("Guest0001", isGuest: true)
                let results = await scene.append([
                    message(), member(.romeo, .joined), message(), member(.nurse, .accepted),
                    member(guest, .roleChanged), message(),
                ])
                var joined: [Seq] = []
                for result in results {
                    guard case .room(let events) = try result.get() else { throw missing("a room's outcome") }
                    if case .membership(let change)? = events.first?.change {
                        joined.append(change.membership.joinedSeq)
                    }
                }
                try expectEqual(joined, [3, 5, 77], "in the events given back")
                let stored = try await scene.allEvents(in: room.id).compactMap { event -> Seq? in
                    if case .membership(let change) = event.change { change.membership.joinedSeq } else { nil }
                }
                try expectEqual(stored, [1, 3, 5, 77], "in the log")
                for (user, seq) in [(UserProfile.romeo, 3 as Seq), (.nurse, 5), (guest, 77)] {
                    try expectEqual(try await scene.membership(of: user, in: room.id)?.joinedSeq, seq, "in the record")
                }
                let unread = try await scene.store.readState(of: UserProfile.romeo.id, in: room.id).unread
                try expectEqual(unread, UnreadCounts(messages: 2), "what came before is not news")
            },
        ]
    }
}
