import ChatCore
import ChatModel

extension StoreContract {
    static var accountRules: [Rule] {
        [
            Rule("an account comes back as it was made, and only once") { scene in
                let account = Account(
                    profile: UserProfile(id: UserID(canonical: "juliet"), username: "Juliet", displayName: "Jü"),
                    role: .moderator, hostRoles: ["vip", "press corps"], passwordRecord: "scram$…",
                    createdAt: StoreScene.noon, lastSeenAt: StoreScene.noon.adding(seconds: 1), isDisabled: true,
                    generation: 4, tokensValidFrom: StoreScene.noon.adding(seconds: 2))
                try await scene.store.createAccount(account)
                try expectEqual(try await scene.store.account(account.id), account)
                try await expectRefusal(.exists) { try await scene.store.createAccount(account) }
                try expect(try await scene.store.account(UserID(canonical: "romeo")) == nil, "nobody else")
            },
            Rule("somebody who was in a room before has the account of his name") { scene in
                let room = try await scene.room()
                try await scene.send("early", by: .romeo, in: room.id)
                try expect(try await scene.store.account(UserProfile.romeo.id) == nil, "no account yet")
                try await scene.account(.romeo)
                try expectEqual(
                    try await scene.store.messages(by: UserProfile.romeo.id, offset: 0, limit: 9).total, 1)
            },
            Rule("an update changes what it names") { scene in
                try await scene.account(.juliet)
                var change = AccountChange()
                change.displayName = "J"
                change.role = .admin
                change.hostRoles = ["press corps", "vip"]
                change.passwordRecord = "new"
                change.isDisabled = true
                change.lastSeenAt = StoreScene.noon
                change.revokeTokens(at: StoreScene.noon.adding(seconds: 5))
                let updated = try await scene.store.updateAccount(UserProfile.juliet.id, change)
                let expected = Account(
                    profile: UserProfile(id: UserProfile.juliet.id, username: "juliet", displayName: "J"),
                    role: .admin, hostRoles: ["press corps", "vip"], passwordRecord: "new",
                    createdAt: StoreScene.noon, lastSeenAt: StoreScene.noon, isDisabled: true, generation: 2,
                    tokensValidFrom: StoreScene.noon.adding(seconds: 5))
                try expectEqual(updated, expected)
                try expectEqual(try await scene.store.updateAccount(UserProfile.juliet.id, .init()), expected)
                try expectEqual(try await scene.store.account(UserProfile.juliet.id), expected)
                var raise = AccountChange()
                raise.raisesGeneration = true
                raise.tokensValidFrom = StoreScene.noon
                let raised = try await scene.store.updateAccount(UserProfile.juliet.id, raise)
                try expectEqual(raised.generation, 3)
                try expectEqual(raised.tokensValidFrom, expected.tokensValidFrom, "it never goes back")
                var none = AccountChange()
                none.hostRoles = []
                try expectEqual(try await scene.store.updateAccount(UserProfile.juliet.id, none).hostRoles, [])
                try expectEqual(try await scene.store.account(UserProfile.juliet.id)?.hostRoles, [])
                try await expectRefusal(.notFound) {
                    try await scene.store.updateAccount(UserProfile.romeo.id, change)
                }
            },
            Rule("accounts are searched literally, without regard to case, and paged by name") { scene in
                for name in ["Zoe", "anna", "a_b", "a%b", "Axb", "Éva"] {
                    try await scene.account(StoreScene.profile(name))
                }
                try await scene.account(StoreScene.profile("Guest0001", isGuest: true))
                func find(_ text: String, registered: Bool = true, offset: Int = 0, limit: Int = 50) async throws
                    -> String
                {
                    var query = AccountQuery()
                    query.text = text
                    query.registeredOnly = registered
                    query.offset = offset
                    query.limit = limit
                    let found = try await scene.store.accounts(matching: query)
                    return "\(found.total): " + found.accounts.map(\.profile.username).joined(separator: " ")
                }
                try expectEqual(try await find("_"), "1: a_b")
                try expectEqual(try await find("%"), "1: a%b")
                try expectEqual(try await find("AXB"), "1: Axb")
                try expectEqual(try await find("éV"), "1: Éva")
                try expectEqual(try await find("' OR 1=1 --"), "0: ")
                try expectEqual(try await find(""), "6: a%b a_b anna Axb Zoe Éva")
                try expectEqual(try await find("", offset: 1, limit: 2), "6: a_b anna")
                try expectEqual(try await find("guest", registered: false), "1: Guest0001")
                try expectEqual(try await find("guest"), "0: ")
            },
            Rule("revoked tokens are refused until they would have expired") { scene in
                try await scene.store.revokeToken("t1", until: StoreScene.noon.adding(seconds: 10))
                try await scene.store.revokeToken("t2", until: StoreScene.noon.adding(seconds: 20))
                try await scene.store.revokeToken("t2", until: StoreScene.noon.adding(seconds: 5))
                func revoked(_ seconds: Int64) async throws -> [String] {
                    try await scene.store.revokedTokens(at: StoreScene.noon.adding(seconds: seconds)).sorted()
                }
                try expectEqual(try await revoked(0), ["t1", "t2"])
                try expectEqual(try await revoked(10), ["t2"])
                _ = try await scene.store.purge(now: StoreScene.noon.adding(seconds: 15), limits: Limits())
                try expectEqual(try await revoked(0), ["t2"])
            },
            Rule("a user's messages are listed over all rooms, newest first") { scene in
                let room = try await scene.room()
                let other = try await scene.room("mantua")
                for index in 0..<4 {
                    let at = StoreScene.noon.adding(seconds: Int64(index))
                    try await scene.send("\(index)", by: .romeo, in: index % 2 == 0 ? room.id : other.id, at: at)
                    try await scene.send("hers", by: .juliet, in: room.id, at: at)
                }
                let found = try await scene.store.messages(by: UserProfile.romeo.id, offset: 1, limit: 2)
                try expectEqual(found.total, 4)
                try expectEqual(found.messages.map(\.1.content.body), ["2", "1"])
                try expectEqual(found.messages.map(\.0), [room.number, other.number])
                try expectEqual(
                    try await scene.store.messages(by: UserID(canonical: "nobody"), offset: 0, limit: 2).total, 0)
            },
            Rule("a guest's messages, memberships, marks and reactions go to an account") { scene in
                let guest = StoreScene.profile("Guest0001", isGuest: true)
                let room = try await scene.room()
                try await scene.account(guest)
                try await scene.setMember(guest, .member, .active, in: room.id)
                let sent = try await scene.send("as guest", by: guest, in: room.id)
                let hers = try await scene.send("hers", by: .juliet, in: room.id)
                _ = try await scene.apply(
                    .react(hers.id, emote: "👍", .add, perUser: 1, perMessage: 9), by: guest, in: room.id)
                _ = try await scene.mark(3, by: guest, in: room.id)
                try await expectRefusal(.notFound) {
                    try await scene.store.moveMessages(from: guest.id, to: UserProfile.romeo.id)
                }
                try await scene.account(.romeo)
                let spoken = try await scene.room("mantua")
                try await scene.send("as guest", by: guest, in: spoken.id)
                _ = try await scene.room("padua")
                let changed = try await scene.store.moveMessages(from: guest.id, to: UserProfile.romeo.id)
                try expectEqual(changed.map(\.value).sorted(), ["mantua", "verona"], "the rooms that changed")
                try expectEqual(try await scene.message(sent.id, in: room.id).sender, .romeo)
                try expectEqual(
                    try await scene.allEvents(in: room.id).map(\.actor.id.value),
                    ["juliet", "romeo", "romeo", "juliet", "romeo"])
                try expectEqual(try await scene.store.members(of: room.id).map(\.profile), [.juliet, .romeo])
                try expectEqual(
                    try await scene.message(hers.id, in: room.id).reactions,
                    [ReactionSummary(emote: "👍", total: 1, usernames: ["romeo"])])
                try expectEqual(try await scene.store.readState(of: UserProfile.romeo.id, in: room.id).seq, 3)
                try expectEqual(
                    try await scene.store.messages(by: UserProfile.romeo.id, offset: 0, limit: 9).total, 2)
                try expect(try await scene.store.account(guest.id) == nil, "the guest is gone")
                let again = try await scene.store.moveMessages(from: guest.id, to: UserProfile.romeo.id)
                try expectEqual(again, [], "nothing is left to move")
                let counts = try await scene.store.rooms(matching: RoomQuery(), member: nil).map(\.members)
                try expectEqual(counts.sorted(), [1, 1, 2])
            },
            Rule("a guest who is banned as an account stays banned") { scene in
                let guest = StoreScene.profile("Guest0001", isGuest: true)
                let room = try await scene.room()
                try await scene.account(guest)
                try await scene.account(.romeo)
                try await scene.setMember(guest, .member, .active, in: room.id)
                let banned = try await scene.setMember(
                    .romeo, .none, .banned, in: room.id, action: .banned, by: .juliet)
                let changed = try await scene.store.moveMessages(from: guest.id, to: UserProfile.romeo.id)
                try expectEqual(changed, [room.id])
                try expectEqual(try await scene.membership(of: .romeo, in: room.id), banned)
                try expectEqual(try await scene.store.rooms(matching: RoomQuery(), member: nil).map(\.members), [1])
            },
            Rule("guests' names are taken while they are stored or rest") { scene in
                var limits = Limits()
                limits.guestIdleSeconds = 100
                try await scene.account(.juliet)
                for name in ["guest1", "guest2", "guest3", "guest4"] {
                    try await scene.account(StoreScene.profile(name, isGuest: true))
                }
                // Names that only look like it, and one that an account has taken.
                for name in ["guest", "guesthouse", "guest5b", "guest6"] {
                    try await scene.account(StoreScene.profile(name))
                }
                let room = try await scene.room()
                try await scene.send("m", by: StoreScene.profile("guest1", isGuest: true), in: room.id)
                _ = try await scene.store.deleteAccount(
                    UserID(canonical: "guest2"), messages: .remove, at: StoreScene.noon)
                _ = try await scene.store.moveMessages(
                    from: UserID(canonical: "guest3"), to: UserProfile.juliet.id)
                for name in ["guest5b", "guest6"] {
                    _ = try await scene.store.deleteAccount(
                        UserID(canonical: name), messages: .anonymise, at: StoreScene.noon)
                }
                func taken() async throws -> [String] {
                    try await scene.store.takenGuests().map(\.value).sorted()
                }
                try expectEqual(try await taken(), ["guest1", "guest2", "guest3", "guest4", "guest6"])
                _ = try await scene.store.purge(now: StoreScene.noon.adding(seconds: 200), limits: limits)
                try expectEqual(try await taken(), ["guest1", "guest2", "guest3", "guest6"], "a forgotten one is free")
            },
        ]
    }
}
