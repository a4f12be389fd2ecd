import ChatCore
import ChatModel
import Testing

struct RoomStateTests {
    @Test func theLongestServingOfTheHighestRoleSucceeds() {
        let state = roomState(members: [
            member("ann", .owner), member("bob", .member, joinedAt: noon.adding(seconds: -9)),
            member("cat", .moderator, joinedAt: noon.adding(seconds: 5)), member("dan", .moderator, joinedAt: noon),
        ])
        #expect(state.successor(of: UserID(canonical: "ann"))?.profile.username == "dan")
    }

    @Test func namesMustMatchExactlyCaseIncluded() {
        let state = roomState(members: [member("bob", .member), member("Ann", .member)])
        #expect(state.user(named: .username("BOB")) == nil)
        #expect(state.user(named: .username("Ann"))?.id == UserID(canonical: "ann"))
        #expect(state.user(named: .username("nobody")) == nil)
    }

    @Test func anEventThatIsNotNewerChangesNothing() {
        var state = roomState(lastSeq: 10)
        state.apply(event(10, .deleted))
        #expect(!state.isDeleted)
        #expect(state.record.lastSeq == 10)
    }

    @Test func membersAreCountedAsTheyComeAndGo() {
        var state = roomState(lastSeq: 0)
        let joined = Membership(role: .member, status: .active, joinedAt: noon, joinedSeq: 0)
        state.apply(event(1, .membership(MembershipChange(user: profile("bob"), action: .joined, membership: joined))))
        #expect(state.memberCount == 1)
        var gone = joined
        gone.role = .none
        gone.status = .none
        state.apply(event(2, .membership(MembershipChange(user: profile("bob"), action: .left, membership: gone))))
        #expect(state.memberCount == 0)
        #expect(state.record.version == 2)
    }

    @Test func typingNoticesKeepTheirPaceAndSlowModeItsInterval() {
        var pace = RoomPace()
        let bob = UserID(canonical: "bob")
        let isDue = pace.type(bob, isTyping: true, intervalSeconds: 4, now: noon)
        #expect(isDue)
        let isTooSoon = !pace.type(bob, isTyping: true, intervalSeconds: 4, now: noon.adding(seconds: 3))
        #expect(isTooSoon)
        let isDueAgain = pace.type(bob, isTyping: true, intervalSeconds: 4, now: noon.adding(seconds: 4))
        #expect(isDueAgain)
        let stopped = pace.type(bob, isTyping: false, intervalSeconds: 4, now: noon.adding(seconds: 4))
        #expect(stopped)
        let again = pace.type(bob, isTyping: true, intervalSeconds: 4, now: noon.adding(seconds: 5))
        #expect(!again)
        let stoppedTwice = pace.type(bob, isTyping: false, intervalSeconds: 4, now: noon.adding(seconds: 5))
        #expect(!stoppedTwice)
        let key = ClientID("k1")
        #expect(pace.speak(bob, clientID: key, slowModeSeconds: 10, now: noon) == nil)
        #expect(pace.speak(bob, clientID: key, slowModeSeconds: 10, now: noon.adding(seconds: 1)) == nil)
        #expect(pace.speak(bob, slowModeSeconds: 10, now: noon.adding(seconds: 4)) == 6000)
        #expect(pace.speak(bob, slowModeSeconds: 0, now: noon.adding(seconds: 4)) == nil)
    }
}
