/// What a room is for.
package enum RoomKind: String, Sendable, Hashable, CaseIterable {
    case direct, group
    /// Few write: only moderators and up.
    case channel
}

/// How one gets in.
package enum RoomAccess: String, Sendable, Hashable, CaseIterable {
    /// Joining makes an active member.
    case isPublic = "public"
    /// Joining makes a pending member whom any active member accepts.
    case isPrivate = "private"
    /// Joining makes a pending member whom moderators and up accept.
    case strictPrivate = "strict_private"
    /// Nobody joins uninvited.
    case inviteOnly = "invite_only"
}

/// Which past events a member may read.
package enum HistoryVisibility: String, Sendable, Hashable, CaseIterable {
    case all
    case sinceJoin = "since_join"
    case sinceInvite = "since_invite"
    case none
}

/// How long events are kept.
package enum Retention: Sendable, Hashable {
    case forever
    /// 1–36,500 days.
    case days(Int32)
    /// The newest 1–10,000,000 messages.
    case count(Int32)
}

/// What an admin of a room may change.
package struct RoomSettings: Sendable, Hashable {
    /// Unique on the server after case folding, 1–64 characters; nil for none.
    package var alias: String?
    /// 0–80 characters.
    package var title: String
    /// 0–500 characters.
    package var topic: String
    package var access: RoomAccess
    package var historyVisibility: HistoryVisibility
    package var retention: Retention
    /// Least seconds between two messages of one plain member; 0 switches it off. 0–86,400.
    package var slowModeSeconds: Int32
    /// Whether plain members may invite.
    package var membersInvite: Bool

    package init(
        alias: String? = nil, title: String = "", topic: String = "", access: RoomAccess = .isPublic,
        historyVisibility: HistoryVisibility? = nil, retention: Retention = .forever, slowModeSeconds: Int32 = 0,
        membersInvite: Bool = true
    ) {
        self.alias = alias
        self.title = title
        self.topic = topic
        self.access = access
        self.historyVisibility = historyVisibility ?? (access == .isPublic ? .all : .sinceJoin)
        self.retention = retention
        self.slowModeSeconds = slowModeSeconds
        self.membersInvite = membersInvite
    }
}

/// A room as it is stored, without its members and events.
package struct RoomRecord: Sendable, Hashable {
    package let id: RoomID
    package let number: RoomNumber
    package let kind: RoomKind
    /// nil for rooms that the server made.
    package let creator: UserID?
    package let createdAt: Timestamp
    package var settings: RoomSettings
    package let epoch: Epoch
    /// The newest position in the event log; 0 when there is none.
    package var lastSeq: Seq
    /// Raised by every membership and settings change: two who decide on the same state cannot both win.
    package var version: Int64

    package init(
        id: RoomID, number: RoomNumber, kind: RoomKind, creator: UserID?, createdAt: Timestamp,
        settings: RoomSettings, epoch: Epoch, lastSeq: Seq = 0, version: Int64 = 0
    ) {
        self.id = id
        self.number = number
        self.kind = kind
        self.creator = creator
        self.createdAt = createdAt
        self.settings = settings
        self.epoch = epoch
        self.lastSeq = lastSeq
        self.version = version
    }
}
