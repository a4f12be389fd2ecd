/// What the core answers to a ``Command``.
package enum Reply: Sendable {
    case done
    case joined(JoinedRoom)
    case resumed([ResumedRoom])
    case sent(SentMessage)
    case history(MessagePage)
    case reactions(ReactionPage)
    /// Newest first; `next`: where to go on.
    case found([Message], room: RoomIdentity, epoch: Epoch, next: Seq?)
    case direct(RoomInfo, isNew: Bool)
    case room(RoomInfo)
    case rooms([RoomInfo], next: RoomNumber?)
    case members([MemberInfo], next: UserID?)
    case audit([AuditEntry], next: Int64?)
    case presence([PresenceInfo])
}

/// A room as one user sees it.
package struct RoomInfo: Sendable {
    package var record: RoomRecord
    /// The asking user's record, if the room has one.
    package var membership: Membership?
    package var members: Int
    package var online: Int
    package var readSeq: Seq
    package var unread: UnreadCounts

    package init(
        record: RoomRecord, membership: Membership?, members: Int, online: Int, readSeq: Seq = 0,
        unread: UnreadCounts = .init()
    ) {
        self.record = record
        self.membership = membership
        self.members = members
        self.online = online
        self.readSeq = readSeq
        self.unread = unread
    }
}

package struct JoinedRoom: Sendable {
    package let info: RoomInfo
    /// False when this connection, or another one of the user, was in the room already.
    package let isFirstConnection: Bool
    package let present: PresenceSnapshot
    /// Past messages, oldest first.
    package let history: [Message]
    /// What became of the position that the client named.
    package let resumption: Resumption?

    package init(
        info: RoomInfo, isFirstConnection: Bool, present: PresenceSnapshot, history: [Message],
        resumption: Resumption?
    ) {
        self.info = info
        self.isFirstConnection = isFirstConnection
        self.present = present
        self.history = history
        self.resumption = resumption
    }
}

/// One of the four answers to a client that names its last position.
package enum Resumption: Sendable {
    /// The events that it missed, in order.
    case replayed([RoomEvent])
    /// Too many to replay: page through `from`…`to`.
    case gap(from: Seq, to: Seq)
    /// The log is another one: begin anew.
    case reset(Epoch)
    case gone(ChatError)
}

package struct ResumedRoom: Sendable {
    package let reference: RoomReference
    /// nil when the room is gone.
    package let info: RoomInfo?
    package let result: Resumption

    package init(reference: RoomReference, info: RoomInfo?, result: Resumption) {
        self.reference = reference
        self.info = info
        self.result = result
    }
}

package struct SentMessage: Sendable {
    package let event: RoomEvent
    /// True when the client id had been used: `event` is what it first made.
    package let isDuplicate: Bool

    package init(event: RoomEvent, isDuplicate: Bool) {
        self.event = event
        self.isDuplicate = isDuplicate
    }
}

/// Messages in ascending order of `seq`.
package struct MessagePage: Sendable {
    package var room: RoomID
    package var number: RoomNumber
    package var epoch: Epoch
    package var messages: [Message]
    package var hasMoreBefore: Bool
    package var hasMoreAfter: Bool

    package init(
        room: RoomID, number: RoomNumber, epoch: Epoch, messages: [Message], hasMoreBefore: Bool, hasMoreAfter: Bool
    ) {
        self.room = room
        self.number = number
        self.epoch = epoch
        self.messages = messages
        self.hasMoreBefore = hasMoreBefore
        self.hasMoreAfter = hasMoreAfter
    }
}

package struct ReactionPage: Sendable {
    package let users: [UserProfile]
    package let next: UserID?

    package init(users: [UserProfile], next: UserID?) {
        self.users = users
        self.next = next
    }
}

package struct MemberInfo: Sendable {
    package let profile: UserProfile
    package let membership: Membership
    package let isOnline: Bool

    package init(profile: UserProfile, membership: Membership, isOnline: Bool) {
        self.profile = profile
        self.membership = membership
        self.isOnline = isOnline
    }
}

package struct PresenceInfo: Sendable {
    package let username: String
    package let isOnline: Bool
    package let lastSeenAt: Timestamp?

    package init(username: String, isOnline: Bool, lastSeenAt: Timestamp?) {
        self.username = username
        self.isOnline = isOnline
        self.lastSeenAt = lastSeenAt
    }
}

/// One line of the append-only audit log.
package struct AuditEntry: Sendable, Hashable {
    /// Ascending; 0 before it is stored.
    package var id: Int64
    package let at: Timestamp
    package let actor: String
    /// `kicked`, `muted`, `room_updated`, `account_disabled`, …
    package let action: String
    package let room: RoomID?
    package let target: String?
    package let reason: String
    package let durationSeconds: Int64?

    package init(
        id: Int64 = 0, at: Timestamp, actor: String, action: String, room: RoomID? = nil, target: String? = nil,
        reason: String = "", durationSeconds: Int64? = nil
    ) {
        self.id = id
        self.at = at
        self.actor = actor
        self.action = action
        self.room = room
        self.target = target
        self.reason = reason
        self.durationSeconds = durationSeconds
    }
}
