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
