import ChatCore
import ChatModel
import Testing

@testable import GatewayPhoenix

/// phoenix-channels.md §5.2, §5.3: the relay's names for refusals, in the order of its table.
struct RelayOperationTests {
    private static let group = RoomID("g")
    private static let alice = UserID(canonical: "alice")
    private static let bob = UserID(canonical: "bob")

    /// Alice asks. `rank`: what the core lets her do beyond what members do.
    private func standing(
        _ access: RoomAccess, alice: MembershipStatus?, bob: MembershipStatus? = nil, moderates: Bool = false,
        decides: Bool = false
    ) -> RoomStanding {
        var memberships: [UserID: Membership] = [:]
        for (user, status) in [(Self.alice, alice), (Self.bob, bob)] {
            guard let status else { continue }
            memberships[user] = Membership(
                role: status == .pending ? .none : .member, status: status, joinedAt: Timestamp(milliseconds: 0),
                joinedSeq: 0)
        }
        return RoomStanding(
            access: access, memberships: memberships, mayModerate: moderates, mayDecideRequests: decides || moderates)
    }

    private static let kinds: [RoomAccess] = [.isPublic, .isPrivate, .strictPrivate, .inviteOnly]

    @Test(arguments: Self.kinds)
    func onlyMembersSend(access: RoomAccess) {
        let operation = RelayOperation.relay(Self.group, message: "x")
        func refusal(_ status: MembershipStatus?) -> String? {
            operation.refusal(self.standing(access, alice: status), actor: Self.alice)
        }
        #expect(refusal(nil) == "Not a member of this group")
        #expect(refusal(.pending) == "Pending membership: wait for acceptance")
        #expect(refusal(.active) == nil)
        // He is bound to the deliveries first; then the core refuses.
        #expect(refusal(.muted) == nil)
        #expect(operation.failure(ChatError(.muted)) == .refused("You are muted and cannot send messages"))
        #expect(operation.failure(ChatError(.noSuchRoom)) == .refused("Group not found"))
        #expect(operation.failure(ChatError(.notMember)) == .refused("Not a member of this group"))
        #expect(operation.failure(ChatError(.pending)) == .refused("Pending membership: wait for acceptance"))
        #expect(operation.failure(ChatError(.forbidden)) == .permissionDenied)
        #expect(operation.failure(ChatError(.emptyMessage)) == .refused("empty_message"))
    }

    @Test(arguments: Self.kinds)
    func whoIsNotInAGroupCannotLeaveIt(access: RoomAccess) {
        let operation = RelayOperation.leave(Self.group)
        #expect(operation.refusal(self.standing(access, alice: nil), actor: Self.alice) == "user_not_in_group")
        for status in [MembershipStatus.pending, .active, .muted] {
            #expect(operation.refusal(self.standing(access, alice: status), actor: Self.alice) == nil)
        }
        #expect(operation.failure(ChatError(.noSuchRoom)) == .refused("not_found"))
        #expect(operation.failure(ChatError(.notMember)) == .refused("user_not_in_group"))
        #expect(operation.failure(ChatError(.successorRequired)) == .refused("successor_required"))
    }

    // MARK: - Accepting

    private func acceptance(_ standing: RoomStanding) -> String? {
        RelayOperation.accept(Self.group, Self.bob).refusal(standing, actor: Self.alice)
    }

    @Test(arguments: [RoomAccess.isPrivate, .strictPrivate])
    func whoMayNotAcceptLearnsThatFirst(access: RoomAccess) {
        for bob in [MembershipStatus?.none, .pending, .active, .muted] {
            #expect(self.acceptance(self.standing(access, alice: nil, bob: bob)) == "user_not_in_group")
            #expect(self.acceptance(self.standing(access, alice: .pending, bob: bob)) == "not_admin")
            #expect(self.acceptance(self.standing(access, alice: .muted, bob: bob)) == "not_admin")
        }
        #expect(self.acceptance(self.standing(.strictPrivate, alice: .active, bob: .pending)) == "not_admin")
    }

    @Test(arguments: [RoomAccess.isPrivate, .strictPrivate])
    func onlyWhoWaitsIsAccepted(access: RoomAccess) {
        func refusal(_ bob: MembershipStatus?) -> String? {
            self.acceptance(self.standing(access, alice: .active, bob: bob, decides: true))
        }
        #expect(refusal(nil) == "user_not_in_group")
        #expect(refusal(.active) == "user_not_pending")
        #expect(refusal(.muted) == "user_not_pending")
        #expect(refusal(.pending) == nil)
    }

    @Test func inAPublicGroupNobodyWaits() {
        #expect(self.acceptance(self.standing(.isPublic, alice: .active, bob: .active)) == "user_not_pending")
        #expect(self.acceptance(self.standing(.isPublic, alice: .active)) == "user_not_in_group")
        #expect(self.acceptance(self.standing(.isPublic, alice: .muted, bob: .active)) == "not_admin")
    }

    // MARK: - Muting

    private static let silencing: [RelayOperation] = [.mute(group, bob), .unmute(group, bob)]

    @Test(arguments: [RoomAccess.isPublic, .isPrivate, .inviteOnly], Self.silencing)
    func mutesAreForStrictGroups(access: RoomAccess, operation: RelayOperation) {
        for alice in [MembershipStatus?.none, .pending, .active] {
            let standing = self.standing(access, alice: alice, bob: .active, moderates: alice == .active)
            #expect(operation.refusal(standing, actor: Self.alice) == "not_strict_private")
        }
    }

    @Test(arguments: Self.silencing)
    func whoMayNotMuteLearnsThatBeforeAnythingOfTheTarget(operation: RelayOperation) {
        for alice in [MembershipStatus?.none, .pending, .active, .muted] {
            for bob in [MembershipStatus?.none, .pending, .active, .muted] {
                let standing = self.standing(.strictPrivate, alice: alice, bob: bob)
                #expect(operation.refusal(standing, actor: Self.alice) == "not_admin")
            }
        }
    }

    @Test(
        arguments: [
            (nil, "user_not_in_group", "user_not_in_group"), (.pending, "cannot_mute", "not_muted"),
            (.active, nil, "not_muted"), (.muted, "cannot_mute", nil),
        ] as [(MembershipStatus?, String?, String?)])
    func theTargetsStatusDecides(bob: MembershipStatus?, muting: String?, unmuting: String?) {
        let standing = self.standing(.strictPrivate, alice: .active, bob: bob, moderates: true)
        #expect(RelayOperation.mute(Self.group, Self.bob).refusal(standing, actor: Self.alice) == muting)
        #expect(RelayOperation.unmute(Self.group, Self.bob).refusal(standing, actor: Self.alice) == unmuting)
    }

    // MARK: - What the core says

    private static let all: [RelayOperation] = [
        .relay(group, message: "x"), .create(group, .isPublic), .delete(group), .info(group), .join(group),
        .leave(group), .accept(group, bob), .mute(group, bob), .unmute(group, bob),
    ]

    @Test(arguments: Self.all)
    func tooMuchAndTroubleMayBeTriedAgain(operation: RelayOperation) {
        for code in [ChatError.Code.rateLimited, .slowMode] {
            let failure = operation.failure(ChatError(code, retryAfterMilliseconds: 4200))
            #expect(failure == .rateLimited(milliseconds: 4200))
        }
        for code in [ChatError.Code.unavailable, .conflict, .storageFull] {
            #expect(operation.failure(ChatError(code)) == .unavailable)
        }
        #expect(operation.failure(ChatError(.internal)) == .internalError)
    }

    @Test(
        arguments: [
            (.create(group, .isPublic), .roomExists, "already_exists"),
            (.create(group, .isPublic), .tooManyRooms, "too_many_rooms"),
            (.delete(group), .noSuchRoom, "not_found"), (.delete(group), .forbidden, "not_admin"),
            (.delete(group), .notMember, "not_admin"), (.info(group), .noSuchRoom, "not_found"),
            (.info(group), .notMember, "user_not_in_group"), (.info(group), .pending, "pending"),
            (.join(group), .noSuchRoom, "not_found"), (.join(group), .banned, "banned"),
            (.join(group), .kickedRecently, "kicked_recently"), (.join(group), .roomFull, "room_full"),
            (.accept(group, bob), .noSuchTarget, "user_not_in_group"),
            (.accept(group, bob), .notPending, "user_not_pending"),
            (.accept(group, bob), .forbidden, "not_admin"), (.accept(group, bob), .pending, "not_admin"),
            (.mute(group, bob), .notSelf, "cannot_mute"), (.mute(group, bob), .forbidden, "not_admin"),
            (.mute(group, bob), .notMember, "not_admin"), (.mute(group, bob), .noSuchTarget, "user_not_in_group"),
            (.unmute(group, bob), .notMuted, "not_muted"), (.unmute(group, bob), .notSelf, "not_admin"),
        ] as [(RelayOperation, ChatError.Code, String)])
    func theCoresRefusalsHaveTheRelaysNames(operation: RelayOperation, code: ChatError.Code, name: String) {
        #expect(operation.failure(ChatError(code)) == .refused(name))
    }

    @Test func anIDThatNoRoomCanHaveIsAWrongArgument() {
        let failure = RelayOperation.create(Self.group, .isPublic).failure(ChatError(.invalidArgument))
        #expect(failure == .arguments(#"invalid argument value for "group_id""#))
    }
}
