/// One listener of this node in one room (or on the public list of users); never used again while the process lives.
package struct PresenceID: Hashable, Sendable {
    package let value: UInt64
    package init(_ value: UInt64) { self.value = value }
}

/// What a client says of its own presence beside being there.
package final class PresenceNote: Sendable {
    /// Under which key clients that choose keys are listed; nil for the user's id.
    package let key: String?
    /// nil when it only keeps the trace of an earlier presence.
    package let meta: OpaqueJSON?
    /// The presence that this one takes the place of.
    package let previous: PresenceID?

    package init(key: String? = nil, meta: OpaqueJSON?, previous: PresenceID? = nil) {
        self.key = key
        self.meta = meta
        self.previous = previous
    }
}

/// One connection's presence.
package struct PresenceMeta: Sendable {
    package let id: PresenceID
    package let since: Timestamp
    package let note: PresenceNote?

    package init(id: PresenceID, since: Timestamp, note: PresenceNote? = nil) {
        self.id = id
        self.since = since
        self.note = note
    }
}

/// A user who is present, with all his connections, oldest first.
package struct PresenceEntry: Sendable {
    package let profile: UserProfile
    package let metas: [PresenceMeta]

    package init(profile: UserProfile, metas: [PresenceMeta]) {
        self.profile = profile
        self.metas = metas
    }
}

/// How presence has changed. Users are told apart in detail up to ``Limits/presenceDetail``; beyond it only counted.
package enum PresenceChange: Sendable {
    case arrived(PresenceArrival)
    case departed(PresenceDeparture)
    case updated(UserProfile, from: PresenceMeta, to: PresenceMeta)
    /// There are too many now to show each; these were shown until now.
    case hidden([PresenceEntry], count: Int)
    /// There are few enough again.
    case shown([PresenceEntry], present: PresenceSnapshot)
    /// Only the number has changed.
    case count(Int)
}

/// A connection has come.
package struct PresenceArrival: Sendable {
    package let profile: UserProfile
    package let role: Role
    package let meta: PresenceMeta
    /// Who is there now, when this is the user's first connection.
    package let present: PresenceSnapshot?

    package init(profile: UserProfile, role: Role = .none, meta: PresenceMeta, present: PresenceSnapshot? = nil) {
        self.profile = profile
        self.role = role
        self.meta = meta
        self.present = present
    }
}

/// A connection has gone, or several of one user at once.
package struct PresenceDeparture: Sendable {
    package let profile: UserProfile
    package let metas: [PresenceMeta]
    /// Who is left, when that was the user's last connection.
    package let present: PresenceSnapshot?

    package init(profile: UserProfile, metas: [PresenceMeta], present: PresenceSnapshot? = nil) {
        self.profile = profile
        self.metas = metas
        self.present = present
    }
}

/// Who is in a room now.
package struct PresenceSnapshot: Sendable {
    /// In order of arrival; cut at the limit up to which a room shows its presence in detail.
    package let users: [UserProfile]
    /// All of them, also those that `users` leaves out.
    package let count: Int

    package init(users: [UserProfile], count: Int) {
        self.users = users
        self.count = count
    }
}
