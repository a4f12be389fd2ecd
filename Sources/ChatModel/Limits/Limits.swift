/// How much of something one may do: a bucket of `burst` that fills at `perSecond`. A rate of 0 switches the limit off.
package struct Rate: Sendable, Hashable {
    package var burst: Double
    package var perSecond: Double

    package init(burst: Double, perSecond: Double) {
        self.burst = burst
        self.perSecond = perSecond
    }

    package static let unlimited = Rate(burst: 0, perSecond: 0)

    package var isUnlimited: Bool { self.perSecond <= 0 }
}

/// Every bound that the core enforces, with its default.
package struct Limits: Sendable {
    /// Code points of a message after trimming; 1…4000.
    package var messageCodePoints = 4000
    /// UTF-8 bytes of a message.
    package var messageBytes = 16 * 1024
    /// UTF-8 bytes of a message's free metadata.
    package var metadataBytes = 4 * 1024
    /// What one connection broadcasts without it being kept: it goes to all at once.
    package var broadcastRate = Rate(burst: 30, perSecond: 10)
    /// UTF-8 bytes of what is broadcast in a room without being kept.
    package var broadcastBytes = 16 * 1024
    /// UTF-8 bytes of what a client says of its presence.
    package var presenceMetaBytes = 1024
    /// UTF-8 bytes of a signal's payload.
    package var signalBytes = 8 * 1024
    /// Signals of one API key.
    package var signalRate = Rate(burst: 200, perSecond: 100)
    /// Messages that one search reads at most; the answer says where to go on.
    package var searchScan = 10_000
    /// Members whom one message may mention.
    package var mentionsPerMessage = 50
    /// Characters of a mute, ban or kick reason.
    package var reasonCodePoints = 255
    /// Longest mute or ban, in seconds: ten years.
    package var longestSanctionSeconds: Int64 = 10 * 365 * 86_400
    /// How long a kicked user stays out, in seconds.
    package var kickCooldownSeconds: Int64 = 60
    /// Messages of one connection.
    package var messageRate = Rate(burst: 10, perSecond: 1)
    /// Joins of one connection, 20 a minute.
    package var joinRate = Rate(burst: 20, perSecond: 20.0 / 60)
    /// Everything else of one connection: history pages, lists, marks, moderation.
    package var requestRate = Rate(burst: 60, perSecond: 20)
    /// Least seconds between two typing notices of one user in one room; 0 switches it off.
    package var typingIntervalSeconds: Double = 4
    /// Distinct emotes on one message, and emotes of one user on one message.
    package var reactionsPerMessage = 20
    package var reactionsPerUser = 1
    /// Whether a muted member may react.
    package var mutedMayReact = false
    /// Messages of one history page.
    package var historyPage = 200
    /// Events that a returning client is sent one by one, and their greatest age in seconds.
    package var replayEvents = 500
    package var replaySeconds: Int64 = 86_400
    /// How long a client id stands for the message that it first sent, in seconds.
    package var idempotencySeconds: Int64 = 86_400
    /// Connections of one user on this node; 0 for no bound. The oldest goes when one more comes.
    package var connectionsPerUser = 16
    /// Connections and guests from one network address; 0 for no bound.
    package var connectionsPerAddress = 100
    package var guestsPerAddress = 20
    /// Members of one room.
    package var membersPerRoom = 50_000
    /// Up to how many present users a room shows each of them.
    package var presenceDetail = 500
    /// Least seconds between two counts of the users in a room that shows no more than that.
    package var presenceCountSeconds: Double = 1
    package var roomsPerUser = 1000
    package var roomsCreatedPerDay = 50
    /// Rooms that joining a free number creates, an hour and user; 0 for no bound.
    package var autoCreatedPerHour = 10
    /// How long a guest is remembered after it was last seen, in seconds.
    package var guestIdleSeconds: Int64 = 86_400
    /// How long a lost connection that can resume counts as present, in seconds.
    package var resumeGraceSeconds: Int64 = 15

    package init() {}
}

/// What the operator allows.
package struct Policy: Sendable {
    package enum SignUp: String, Sendable, CaseIterable { case open, invite, closed }

    package var signUp: SignUp = .open
    /// Sign-ups an hour from one address; 0 for no bound.
    package var signUpsPerHour = 20
    package var guestsEnabled = true
    /// Whether guests may write and react in public rooms.
    package var guestsWrite = true
    /// Whether joining a free room id or number creates the room.
    package var autoCreateRooms = true
    package var guestsCreateRooms = false

    package init() {}
}
