/// A stored role in one room, ordered by rank.
package enum Role: String, Sendable, Hashable, CaseIterable, Comparable {
    case none, member, moderator, admin, owner

    /// 0 for none … 4 for owner.
    package var rank: Int {
        switch self {
        case .none: 0
        case .member: 1
        case .moderator: 2
        case .admin: 3
        case .owner: 4
        }
    }

    package static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
}

/// Where somebody stands with a room.
package enum MembershipStatus: String, Sendable, Hashable, CaseIterable {
    /// Not a member (any more); the record keeps a kick's cool-down.
    case none
    /// Asked to join; neither sends nor receives.
    case pending
    case active
    /// Receives only, until ``Membership/until``.
    case muted
    /// Kept out, until ``Membership/until``.
    case banned
}

/// What a room knows of one user.
package struct Membership: Sendable, Hashable {
    package var role: Role
    package var status: MembershipStatus
    package var joinedAt: Timestamp
    /// The position of the event with which the user came in; what `since_join` shows begins after it.
    package var joinedSeq: Seq
    /// When a mute, a ban or a kick's cool-down ends; nil on a mute or ban means never.
    package var until: Timestamp?
    /// Why, 0–255 characters.
    package var reason: String
    package var by: UserID?

    package init(
        role: Role, status: MembershipStatus, joinedAt: Timestamp, joinedSeq: Seq, until: Timestamp? = nil,
        reason: String = "", by: UserID? = nil
    ) {
        self.role = role
        self.status = status
        self.joinedAt = joinedAt
        self.joinedSeq = joinedSeq
        self.until = until
        self.reason = reason
        self.by = by
    }

    /// The status with a mute or ban that is over taken away.
    package func status(at now: Timestamp) -> MembershipStatus {
        guard let until = self.until, until <= now else { return self.status }
        switch self.status {
        case .muted: return self.role == .none ? .none : .active
        case .banned: return .none
        case .none, .pending, .active: return self.status
        }
    }
}

/// Why a membership changed: what happened, in the past tense.
package enum MembershipAction: String, Sendable, Hashable, CaseIterable {
    case joined, requested, accepted, rejected, left, kicked, muted, unmuted, banned, unbanned
    case roleChanged = "role_changed"

    /// Whether the audit log keeps it: everything that somebody did to somebody else.
    package var isModeration: Bool {
        switch self {
        case .kicked, .muted, .unmuted, .banned, .unbanned, .roleChanged, .accepted, .rejected: true
        case .joined, .requested, .left: false
        }
    }
}
