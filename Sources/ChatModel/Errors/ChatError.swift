/// Why the core refused a command: one closed vocabulary that each gateway spells in its protocol's own terms.
package struct ChatError: Error, Sendable, Equatable {
    package let code: Code
    /// For the log and the operator; never sent to a client.
    package var detail: String?
    /// When trying again may help, in milliseconds.
    package var retryAfterMilliseconds: Int64?
    /// When a mute, ban or cool-down ends.
    package var until: Timestamp?
    /// Why somebody was muted or banned, as the moderator gave it.
    package var reason: String?

    package init(
        _ code: Code, detail: String? = nil, retryAfterMilliseconds: Int64? = nil, until: Timestamp? = nil,
        reason: String? = nil
    ) {
        self.code = code
        self.detail = detail
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.until = until
        self.reason = reason
    }

    package enum Code: String, Sendable, Hashable, CaseIterable {
        // Who are you?
        case authInvalid = "auth_invalid"
        case authExpired = "auth_expired"
        case accountDisabled = "account_disabled"
        case guestUnavailable = "guest_unavailable"
        case guestsDisabled = "guests_disabled"
        case signUpClosed = "signup_closed"
        case usernameTaken = "username_taken"
        case noSuchUser = "no_such_user"
        case tooManyConnections = "too_many_connections"
        // May you?
        case forbidden
        case notMember = "not_member"
        case pending
        case muted
        case banned
        case inviteRequired = "invite_required"
        case kickedRecently = "kicked_recently"
        case notSelf = "not_self"
        // Does it exist?
        case noSuchRoom = "no_such_room"
        case noSuchMessage = "no_such_message"
        case noSuchTarget = "no_such_target"
        case roomExists = "room_exists"
        case aliasTaken = "alias_taken"
        case notMuted = "not_muted"
        case notBanned = "not_banned"
        case notPending = "not_pending"
        // Is it in range?
        case emptyMessage = "empty_message"
        case messageTooLong = "message_too_long"
        case invalidDuration = "invalid_duration"
        case reasonTooLong = "reason_too_long"
        case invalidArgument = "invalid_argument"
        case successorRequired = "successor_required"
        // Too much?
        case rateLimited = "rate_limited"
        case slowMode = "slow_mode"
        case roomFull = "room_full"
        case tooManyRooms = "too_many_rooms"
        case tooManyReactions = "too_many_reactions"
        // Our side.
        /// Two decided on the same state at once; the core tries again by itself before it tells anybody.
        case conflict
        case storageFull = "storage_full"
        case unavailable
        case `internal`
    }
}
