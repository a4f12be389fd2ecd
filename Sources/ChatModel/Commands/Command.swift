/// Everything that a client can ask of the core, in no protocol's terms.
package enum Command: Sendable {
    // A connection and a room.
    case join(RoomReference, JoinOptions)
    case leave(RoomReference)
    case resume([RoomPosition])
    // Messages.
    case send(RoomReference, OutgoingMessage)
    case edit(RoomReference, MessageID, body: String, clientID: ClientID?)
    case retract(RoomReference, MessageID, reason: String)
    case react(RoomReference, MessageID, emote: String, ReactionMode)
    case typing(RoomReference, isTyping: Bool)
    /// Tells those who are in the room, at once and never again. `includesSelf`: also the listener that says it.
    case broadcast(RoomReference, event: String, Broadcast.Payload, includesSelf: Bool)
    case markRead(RoomReference, seq: Seq)
    // Members.
    case moderate(RoomReference, Target, Sanction)
    case accept(RoomReference, Target)
    case reject(RoomReference, Target)
    case setRole(RoomReference, Target, Role)
    // Rooms.
    case createRoom(NewRoom)
    case updateRoom(RoomReference, RoomSettingsPatch)
    case deleteRoom(RoomReference)
    /// The room of oneself and somebody else, made when there is none.
    case openDirect(Target)
    // Reading.
    case history(RoomReference, HistoryWindow)
    case reactions(RoomReference, MessageID, emote: String, after: UserID?, limit: Int)
    case search(RoomReference, MessageQuery)
    case rooms(RoomQuery)
    case members(RoomReference, after: UserID?, limit: Int)
    case audit(RoomReference, before: Int64?, limit: Int)
    case presence([String])
    // Oneself.
    case updateProfile(displayName: String)
}

/// How a client names a room.
package enum RoomReference: Sendable, Hashable {
    case number(RoomNumber)
    case id(RoomID)
}

/// How a client names somebody else.
package enum Target: Sendable, Hashable {
    /// As its owner typed it; must match exactly, case included.
    case username(String)
    case id(UserID)
}

package struct JoinOptions: Sendable {
    /// How many past messages to hand over before the live ones; 0…`Limits.historyPage`.
    package var history: Int
    /// Where the client left off, when it has been here before.
    package var position: RoomPosition?
    /// Whether a free name makes a room, where the operator allows that at all.
    package var mayCreate: Bool
    /// Whether the answer is to say who is present.
    package var wantsPresence: Bool

    package init(history: Int, position: RoomPosition? = nil, mayCreate: Bool = true, wantsPresence: Bool = true) {
        self.wantsPresence = wantsPresence
        self.history = history
        self.position = position
        self.mayCreate = mayCreate
    }
}

/// The last event of a room that a client has.
package struct RoomPosition: Sendable, Hashable {
    package let room: RoomReference
    package let epoch: Epoch
    package let seq: Seq

    package init(room: RoomReference, epoch: Epoch, seq: Seq) {
        self.room = room
        self.epoch = epoch
        self.seq = seq
    }
}

/// A message as a client hands it in; nothing of it is checked yet.
package struct OutgoingMessage: Sendable {
    package var body: String
    package var clientID: ClientID?
    package var replyTo: MessageID?
    /// Usernames that the client marked; those in the body are found by the core.
    package var mentions: [String]
    package var metadata: OpaqueJSON?

    package init(
        body: String, clientID: ClientID? = nil, replyTo: MessageID? = nil, mentions: [String] = [],
        metadata: OpaqueJSON? = nil
    ) {
        self.body = body
        self.clientID = clientID
        self.replyTo = replyTo
        self.mentions = mentions
        self.metadata = metadata
    }
}

package enum ReactionMode: String, Sendable, Hashable, CaseIterable {
    /// Same emote again takes it away; another one replaces it.
    case toggle
    case add, remove
}

/// What a moderator does to somebody.
package enum Sanction: Sendable, Hashable {
    case kick(reason: String)
    /// Seconds; 0 for ever.
    case mute(seconds: Int64, reason: String)
    case unmute
    /// Seconds; 0 for ever. `deleteMessagesSeconds`: how far back the target's messages are retracted, 0 for none.
    case ban(seconds: Int64, reason: String, deleteMessagesSeconds: Int64)
    case unban
}

package struct NewRoom: Sendable, Hashable {
    /// nil: generated.
    package var id: RoomID?
    /// nil: the next free one.
    package var number: RoomNumber?
    package var kind: RoomKind
    package var settings: RoomSettings

    package init(
        id: RoomID? = nil, number: RoomNumber? = nil, kind: RoomKind = .group, settings: RoomSettings = .init()
    ) {
        self.id = id
        self.number = number
        self.kind = kind
        self.settings = settings
    }
}

/// The settings to change; nil leaves one as it is.
package struct RoomSettingsPatch: Sendable, Hashable {
    /// `.some(nil)` takes the alias away.
    package var alias: String??
    package var title: String?
    package var topic: String?
    package var access: RoomAccess?
    package var historyVisibility: HistoryVisibility?
    package var retention: Retention?
    package var slowModeSeconds: Int32?
    package var membersInvite: Bool?

    package init() {}

    package var isEmpty: Bool { self == RoomSettingsPatch() }
}

/// Which messages of a room to read.
package struct HistoryWindow: Sendable, Hashable {
    package enum Anchor: Sendable, Hashable {
        /// The newest ones.
        case end
        case before(Seq), after(Seq), around(Seq)
        case beforeMessage(MessageID), afterMessage(MessageID), aroundMessage(MessageID)
    }

    package var anchor: Anchor
    /// 1…`Limits.historyPage`.
    package var limit: Int

    package init(anchor: Anchor, limit: Int) {
        self.anchor = anchor
        self.limit = limit
    }
}

/// Which messages of a room to find.
package struct MessageQuery: Sendable, Hashable {
    /// Words that a message must all have, without regard to case and order.
    package var text: String
    /// Only messages before a position: where an earlier answer said to go on.
    package var before: Seq?
    /// 1…100.
    package var limit: Int

    package init(text: String, before: Seq? = nil, limit: Int = 50) {
        self.text = text
        self.before = before
        self.limit = limit
    }
}

package struct RoomQuery: Sendable, Hashable {
    /// Part of an alias or title, without regard to case; empty for all.
    package var text: String
    /// Only rooms with a greater number.
    package var after: RoomNumber?
    package var limit: Int

    package init(text: String = "", after: RoomNumber? = nil, limit: Int = 50) {
        self.text = text
        self.after = after
        self.limit = limit
    }
}
