/// One entry of a room's event log.
///
/// A class because one value goes to many readers: handing it on costs one reference count, not a copy of its strings.
package final class RoomEvent: Sendable {
    package let room: RoomID
    package let number: RoomNumber
    package let epoch: Epoch
    package let seq: Seq
    /// Decimal microseconds since 1970, strictly increasing within the room.
    package let archiveID: Int64
    package let at: Timestamp
    /// Who did it.
    package let actor: UserProfile
    package let change: Change

    package init(
        room: RoomID, number: RoomNumber, epoch: Epoch, seq: Seq, archiveID: Int64, at: Timestamp,
        actor: UserProfile, change: Change
    ) {
        self.room = room
        self.number = number
        self.epoch = epoch
        self.seq = seq
        self.archiveID = archiveID
        self.at = at
        self.actor = actor
        self.change = change
    }

    /// What happened.
    package enum Change: Sendable {
        case message(Message)
        case edited(EditedMessage)
        case retracted(MessageID, reason: String)
        case reactionAdded(MessageID, emote: String)
        case reactionRemoved(MessageID, emote: String)
        case membership(MembershipChange)
        case settings(RoomSettings)
        case deleted
    }
}

/// The new text of a message.
package struct EditedMessage: Sendable, Hashable {
    package let id: MessageID
    package let content: MessageContent
    /// 2 for the first edit.
    package let version: Int32

    package init(id: MessageID, content: MessageContent, version: Int32) {
        self.id = id
        self.content = content
        self.version = version
    }
}

/// A membership before and after.
package struct MembershipChange: Sendable, Hashable {
    package let user: UserProfile
    package let action: MembershipAction
    /// The record as it is from now on.
    package let membership: Membership
    /// Seconds of a mute or ban as given; 0 for 'for ever', nil where it says nothing.
    package let durationSeconds: Int64?

    package init(
        user: UserProfile, action: MembershipAction, membership: Membership, durationSeconds: Int64? = nil
    ) {
        self.user = user
        self.action = action
        self.membership = membership
        self.durationSeconds = durationSeconds
    }
}
