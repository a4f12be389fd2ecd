package import ChatModel

/// One thing to append to an event log. The store gives it its `seq`, or says why it cannot be.
package enum LogEntry: Sendable {
    case room(RoomDraft)
    case user(UserDraft)
}

/// A change of a room that has been allowed and checked, waiting to be stored.
package struct RoomDraft: Sendable {
    package let room: RoomID
    package let actor: UserProfile
    package let at: Timestamp
    /// The sender's idempotency key, unique per actor for ``Limits/idempotencySeconds``.
    package let clientID: ClientID?
    /// The ``RoomRecord/version`` on which the decision was made, where it depends on more than one member: the store
    /// refuses with ``StoreError/Code/conflict`` when the room has moved on. With or without it, every membership,
    /// settings and deletion change that is stored raises the version by one.
    package let expectedVersion: Int64?
    package let change: RoomDraftChange

    package init(
        room: RoomID, actor: UserProfile, at: Timestamp, clientID: ClientID? = nil, expectedVersion: Int64? = nil,
        change: RoomDraftChange
    ) {
        self.room = room
        self.actor = actor
        self.at = at
        self.clientID = clientID
        self.expectedVersion = expectedVersion
        self.change = change
    }
}

package enum RoomDraftChange: Sendable {
    case message(MessageID, MessageContent)
    /// Refused with ``StoreError/Code/notFound`` when the message is not in the room or is a tombstone.
    case edit(MessageID, MessageContent)
    /// Erases the content at once, in the message and in all its edits, and its reactions; the tombstone stays.
    /// Retracting a tombstone again is a success without events.
    case retract(MessageID, reason: String)
    /// Resolved inside the transaction, so that two quick clicks cannot make two rows. `toggle`: same emote again
    /// removes it; with `perUser` emotes of the user already there, the oldest is removed first (its event precedes).
    /// `add` of one that is there and `remove` of one that is not are successes without events.
    case react(MessageID, emote: String, ReactionMode, perUser: Int, perMessage: Int)
    /// Writes the membership row (a row with role and status `none` is kept: it holds a kick's cool-down).
    ///
    /// Refused with ``StoreError/Code/conflict`` when the stored row is not `replacing` (nil: there is none): so a join
    /// cannot overwrite a ban that was stored a moment before, and a thousand people joining at once do not conflict
    /// with each other. Moderation actions also write an ``AuditEntry`` in the same transaction.
    ///
    /// For `joined` and `accepted` the store sets ``Membership/joinedSeq`` to the event's own position, in the row and in
    /// the event that it gives back: only the transaction knows what came before.
    case membership(MembershipChange, replacing: Membership?)
    /// Refused with ``StoreError/Code/aliasTaken``. Writes an audit entry `room_updated`.
    case settings(RoomSettings)
    /// Marks the room deleted: its number and alias are never found again. Writes an audit entry `room_deleted`.
    case delete
}

/// A change of a user's own log.
package struct UserDraft: Sendable {
    package let user: UserID
    package let at: Timestamp
    package let change: UserDraftChange

    package init(user: UserID, at: Timestamp, change: UserDraftChange) {
        self.user = user
        self.at = at
        self.change = change
    }
}

package enum UserDraftChange: Sendable {
    /// Moves the mark forward, never back; clamped to the room's newest position. No event when it does not move.
    case readMark(RoomID, seq: Seq)
    case displayName(String)
}

/// What became of one ``LogEntry``.
package enum AppendOutcome: Sendable {
    /// Stored: the events that it made, in order (none when it changed nothing).
    case room([RoomEvent])
    /// The client id had been used: the event of its first use. Nothing was stored.
    case duplicate(RoomEvent)
    case user(UserEvent?)
}
