import ChatCore
import ChatModel
import Testing

struct PermissionTests {
    private let policy = Policy()
    private let limits = Limits()

    private func refusal(_ act: RoomAct, _ actor: Actor, _ state: RoomState, now: Timestamp = noon) -> ChatError.Code? {
        state.refusal(of: act, to: actor, policy: self.policy, limits: self.limits, now: now)?.code
    }

    // MARK: Coming in

    @Test func aPublicRoomLetsEverybodyIn() {
        #expect(self.refusal(.enter, actor("zoe"), roomState()) == nil)
        #expect(self.refusal(.enter, actor("Guest0001", isGuest: true), roomState()) == nil)
    }

    @Test func aBannedUserStaysOutUntilTheBanIsOver() {
        let state = roomState(members: [member("bob", .none, .banned, until: noon.adding(seconds: 60))])
        #expect(self.refusal(.enter, actor("bob"), state) == .banned)
        #expect(self.refusal(.enter, actor("bob"), state, now: noon.adding(seconds: 60)) == nil)
    }

    @Test func aKickedUserStaysOutForTheCoolDown() {
        let state = roomState(members: [member("bob", .none, MembershipStatus.none, until: noon.adding(seconds: 60))])
        #expect(self.refusal(.enter, actor("bob"), state) == .kickedRecently)
        #expect(self.refusal(.enter, actor("bob"), state, now: noon.adding(seconds: 61)) == nil)
    }

    @Test func aGuestCannotAskToJoinAndNobodyJoinsUninvited() {
        #expect(
            self.refusal(.enter, actor("Guest0001", isGuest: true), roomState(access: .isPrivate)) == .inviteRequired)
        #expect(self.refusal(.enter, actor("zoe"), roomState(access: .inviteOnly)) == .inviteRequired)
        #expect(self.refusal(.enter, actor("zoe"), roomState(access: .strictPrivate)) == nil)
    }

    @Test func aPendingMemberNeitherSendsNorReads() {
        let state = roomState(access: .isPrivate, members: [member("zoe", .none, .pending)])
        for act in [RoomAct.enter, .read, .send, .react, .type] {
            #expect(self.refusal(act, actor("zoe"), state) == .pending)
        }
    }

    // MARK: Speaking

    @Test func aStrangerMustJoinFirst() {
        #expect(self.refusal(.send, actor("zoe"), roomState()) == .notMember)
        var state = roomState()
        _ = state.presence.arrive(profile("zoe"), PresenceMeta(id: PresenceID(1), since: noon))
        #expect(self.refusal(.send, actor("zoe"), state) == nil)
    }

    @Test func aMutedMemberReadsButDoesNotSpeakUntilTheMuteIsOver() {
        let state = roomState(members: [member("bob", .member, .muted, until: noon.adding(seconds: 2))])
        #expect(self.refusal(.send, actor("bob"), state) == .muted)
        #expect(self.refusal(.type, actor("bob"), state) == .muted)
        #expect(self.refusal(.react, actor("bob"), state) == .muted)
        #expect(self.refusal(.read, actor("bob"), state) == nil)
        #expect(self.refusal(.send, actor("bob"), state, now: noon.adding(seconds: 2)) == nil)
    }

    @Test func inAnAnnouncementRoomOnlyModeratorsWrite() {
        let state = roomState(kind: .channel, members: [member("mo", .moderator), member("bob", .member)])
        #expect(self.refusal(.send, actor("bob"), state) == .forbidden)
        #expect(self.refusal(.react, actor("bob"), state) == nil)
        #expect(self.refusal(.send, actor("mo"), state) == nil)
    }

    @Test func oneEditsOnlyOnesOwn() {
        let state = roomState(members: [member("ann", .owner), member("bob", .member)])
        #expect(self.refusal(.edit(author: UserID(canonical: "bob")), actor("ann"), state) == .forbidden)
        #expect(self.refusal(.edit(author: UserID(canonical: "bob")), actor("bob"), state) == nil)
    }

    // MARK: Visibility

    @Test func sinceJoinShowsWhatCameAfterOneJoined() {
        let state = roomState(access: .isPrivate, members: [member("bob", .member, joinedSeq: 40)])
        #expect(state.visibleFrom(actor("bob"), now: noon) == 41)
        #expect(state.visibleFrom(actor("zoe"), now: noon) == nil)
        #expect(state.visibleFrom(actor("root", server: .admin), now: noon) == 1)
    }

    // MARK: Properties

    private static let roles: [Role] = [.none, .member, .moderator, .admin, .owner]

    private func randomState(_ random: inout SeededGenerator) -> (RoomState, [String]) {
        let names = (0..<6).map { "user\($0)" }
        let members = names.compactMap { name -> StoredMember? in
            guard Int.random(in: 0..<5, using: &random) > 0, let role = Self.roles.randomElement(using: &random),
                let status = MembershipStatus.allCases.randomElement(using: &random)
            else { return nil }
            let isIn = status == .active || status == .muted
            return member(name, isIn ? role : .none, status, joinedSeq: Seq.random(in: 0...100, using: &random))
        }
        var state = roomState(
            access: RoomAccess.allCases.randomElement(using: &random) ?? .isPublic,
            kind: [.group, .channel].randomElement(using: &random) ?? .group,
            history: HistoryVisibility.allCases.randomElement(using: &random), members: members)
        for name in names where Bool.random(using: &random) {
            if state.membership(of: UserID(canonical: name))?.status != .banned {
                _ = state.presence.arrive(profile(name), PresenceMeta(id: PresenceID(1), since: noon))
            }
        }
        return (state, names)
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func nobodyActsOnAnEqualOrHigherRoleNorOnHimself(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (state, names) = self.randomState(&random)
        for name in names {
            for target in names {
                let id = UserID(canonical: target)
                let own = state.membership(of: UserID(canonical: name)).flatMap { $0.isMember ? $0.role : nil } ?? .none
                let other = state.membership(of: id)?.role ?? .none
                for act in [RoomAct.moderate(id), .setRole(id, .member), .setRole(id, .admin)] {
                    guard self.refusal(act, actor(name), state) == nil else { continue }
                    #expect(name != target, "seed \(seed)")
                    #expect(own > other, "seed \(seed)")
                    #expect(own >= .moderator, "seed \(seed)")
                    if case .setRole(_, let role, _) = act { #expect(role < own, "seed \(seed)") }
                }
            }
        }
    }

    @Test(arguments: 0..<400 as Range<UInt64>)
    func nothingIsVisibleToTheBannedThePendingAndTheAbsent(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (state, names) = self.randomState(&random)
        for name in names {
            let membership = state.membership(of: UserID(canonical: name))
            let isPresent = state.presence.contains(UserID(canonical: name))
            let from = state.visibleFrom(actor(name), now: noon)
            switch membership?.status {
            case .banned, .pending:
                #expect(from == nil, "seed \(seed)")
            case .some(.none), nil:
                if !isPresent || state.record.settings.access != .isPublic { #expect(from == nil, "seed \(seed)") }
            case .active, .muted:
                guard membership?.isMember == true else { continue }
                switch state.record.settings.historyVisibility {
                case .none: #expect(from == nil)
                case .all: if membership?.isMember == true { #expect(from == 1) }
                case .sinceJoin, .sinceInvite:
                    if membership?.isMember == true { #expect(from == membership.map { $0.joinedSeq + 1 }) }
                }
            }
            // What may not be read at all shows nothing.
            if self.refusal(.read, actor(name), state) != nil { #expect(from == nil, "seed \(seed)") }
            // Whoever may send may read.
            if self.refusal(.send, actor(name), state) == nil {
                #expect(self.refusal(.read, actor(name), state) == nil, "seed \(seed)")
            }
        }
    }

    @Test func aMutedFormerMemberIsAsFarOutsideAsAnybody() {
        let state = roomState(access: .inviteOnly, members: [member("bob", .none, .muted)])
        #expect(self.refusal(.enter, actor("bob"), state) == .inviteRequired)
        #expect(self.refusal(.read, actor("bob"), state) == .notMember)
        #expect(state.visibleFrom(actor("bob"), now: noon) == nil)
    }

    @Test func aServersAdministratorStandsAboveEveryOwner() {
        let state = roomState(members: [member("ann", .owner), member("root", .none, .banned)])
        let root = UserID(canonical: "root")
        #expect(self.refusal(.moderate(root, .admin), actor("ann"), state) == .forbidden)
        #expect(self.refusal(.setRole(root, .member, .admin), actor("ann"), state) == .forbidden)
        #expect(self.refusal(.enter, actor("root", server: .admin), state) == nil)
    }

    @Test func aBanIsStrongerThanPresence() {
        var state = roomState(members: [member("bob", .none, .banned)])
        _ = state.presence.arrive(profile("bob"), PresenceMeta(id: PresenceID(1), since: noon))
        #expect(self.refusal(.send, actor("bob"), state) == .notMember)
        #expect(self.refusal(.read, actor("bob"), state) == .notMember)
    }

    @Test func whoeverWasInByOpennessIsOutWhenTheRoomCloses() {
        var state = roomState(members: [member("ann", .owner)])
        _ = state.presence.arrive(profile("ann"), PresenceMeta(id: PresenceID(1), since: noon))
        _ = state.presence.arrive(profile("Guest0001", isGuest: true), PresenceMeta(id: PresenceID(2), since: noon))
        let closed = event(101, .settings(RoomSettings(access: .inviteOnly)))
        state.apply(closed)
        #expect(state.putOut(by: closed) == [UserID(canonical: "guest0001")])
    }

    @Test func aDeletedRoomDoesNotExistForAnybody() {
        var state = roomState(members: [member("ann", .owner)])
        state.apply(event(101, .deleted))
        #expect(self.refusal(.read, actor("ann"), state) == .noSuchRoom)
        #expect(self.refusal(.enter, actor("root", server: .admin), state) == .noSuchRoom)
    }
}
