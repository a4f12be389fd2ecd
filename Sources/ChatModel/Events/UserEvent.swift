/// One entry of a user's own event log: what his devices share.
package struct UserEvent: Sendable {
    package let user: UserID
    package let epoch: Epoch
    package let seq: Seq
    package let at: Timestamp
    package let change: Change

    package init(user: UserID, epoch: Epoch, seq: Seq, at: Timestamp, change: Change) {
        self.user = user
        self.epoch = epoch
        self.seq = seq
        self.at = at
        self.change = change
    }

    package enum Change: Sendable {
        /// The user has read the room up to `seq`.
        case readMark(RoomNumber, RoomID, seq: Seq, unread: UnreadCounts)
        case profile(UserProfile)
    }
}

/// How much of a room a user has not read, each counted to 100 at most.
package struct UnreadCounts: Sendable, Hashable {
    package var messages: Int
    package var mentions: Int

    package init(messages: Int = 0, mentions: Int = 0) {
        self.messages = messages
        self.mentions = mentions
    }
}

/// What is never stored or replayed: it may be dropped, and is always fetched as state.
package enum EphemeralEvent: Sendable {
    case typing(UserProfile, isTyping: Bool)
    /// The user's first connection came into the room; `present` is the list after it.
    case arrived(UserProfile, role: Role, present: PresenceSnapshot)
    /// The user's last connection left the room.
    case departed(UserProfile, present: PresenceSnapshot)
    /// Only the count changed: a big room's presence.
    case occupancy(Int)
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
