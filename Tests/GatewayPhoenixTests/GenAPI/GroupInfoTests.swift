import ChatModel
import NIOCore
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §5.3: who is in a group, as what.
struct GroupInfoTests {
    private func member(
        _ name: String, _ role: Role, _ status: MembershipStatus, until: Int64? = nil
    ) -> MemberInfo {
        let membership = Membership(
            role: role, status: status, joinedAt: Timestamp(milliseconds: 0), joinedSeq: 0,
            until: until.map { Timestamp(milliseconds: $0) })
        return MemberInfo(
            profile: UserProfile(id: UserID(canonical: name), username: name), membership: membership, isOnline: false)
    }

    private func info(_ members: [MemberInfo], at now: Int64 = 1000) -> String {
        var writer = JSONWriter()
        writer.groupInfo(RoomID("g"), .strictPrivate, members, at: Timestamp(milliseconds: now))
        return writer.takeBuffer().text
    }

    @Test func aGroupIsItsTypeAndItsMembers() {
        #expect(self.info([]) == #"{"group_id":"g","group_type":"strict_private","members":{}}"#)
        #expect(
            self.info([self.member("a\"b", .owner, .active), self.member("c", .none, .pending)])
                == #"{"group_id":"g","group_type":"strict_private","members":{"#
                + #""a\"b":{"roles":["admin","owner"],"status":"active","joined_at":"1970-01-01T00:00:00.000Z"},"#
                + #""c":{"roles":["member"],"status":"pending","joined_at":"1970-01-01T00:00:00.000Z"}}}"#)
    }

    @Test(
        arguments: [
            (.owner, #"["admin","owner"]"#), (.admin, #"["admin"]"#), (.moderator, #"["moderator"]"#),
            (.member, #"["member"]"#),
        ] as [(Role, String)])
    func rolesAreThoseOfTheRelayWhereItHasThem(role: Role, roles: String) {
        #expect(self.info([self.member("a", role, .active)]).contains(#"{"roles":\#(roles),"status":"active""#))
    }

    @Test func aMuteThatIsOverIsNone() {
        let member = self.member("a", .member, .muted, until: 500)
        #expect(self.info([member], at: 499).contains(#""status":"muted""#))
        #expect(self.info([member], at: 500).contains(#""status":"active""#))
    }

    @Test func whoIsNotInTheGroupIsNotTold() {
        let outside = [
            self.member("left", .none, .none), self.member("banned", .none, .banned),
            self.member("left-muted", .none, .muted),
        ]
        #expect(self.info(outside) == #"{"group_id":"g","group_type":"strict_private","members":{}}"#)
    }
}
