import ChatModel
import WireJSON

extension JSONWriter {
    /// What an error reply says next to its `reason`.
    mutating func details(of error: ChatError) {
        self.member("message", error.code.text(error.detail))
        if let wait = error.retryAfterMilliseconds { self.member("retry_after_ms", wait) }
        if let until = error.until, until != .distantFuture { self.member("until", until) }
        if let reason = error.reason, !reason.isEmpty { self.member("because", reason) }
    }
}

extension ChatError.Code {
    /// A sentence for people. Exhaustive on purpose: a new code does not compile until it has its words here.
    ///
    /// - Parameter detail: Shown only where it says what is wrong with what the client sent.
    fileprivate func text(_ detail: String?) -> String {
        switch self {
        case .authInvalid, .authExpired: "Authentication failed"
        case .accountDisabled: "This account is disabled"
        case .guestUnavailable: "No guest name is free; try again later"
        case .guestsDisabled: "Guests are not admitted; log in first"
        case .signUpClosed: "Sign-up is closed"
        case .usernameTaken: "This name is taken"
        case .noSuchUser: "There is no such user"
        case .tooManyConnections: "Too many connections"
        case .forbidden: "You may not do this"
        case .notMember: "You are not in this room"
        case .pending: "Your request to join waits to be accepted"
        case .muted: "You are muted in this room"
        case .banned: "You are banned from this room"
        case .inviteRequired: "This room is by invitation only"
        case .kickedRecently: "You were removed from this room; try again later"
        case .notSelf: "You cannot do this to yourself"
        case .noSuchRoom: "There is no such room"
        case .noSuchMessage: "There is no such message"
        case .noSuchTarget: "There is no such user in this room"
        case .roomExists: "There is such a room already"
        case .aliasTaken: "This alias is taken"
        case .notMuted: "This user is not muted"
        case .notBanned: "This user is not banned"
        case .notPending: "This user has not asked to join"
        case .emptyMessage: "The message is empty"
        case .messageTooLong: detail.map { "Too long: \($0)" } ?? "The message is too long"
        case .invalidDuration: "Invalid duration"
        case .reasonTooLong: "The reason is too long"
        case .invalidArgument: detail.map { "Invalid argument: \($0)" } ?? "Invalid argument"
        case .successorRequired: "Name another owner first"
        case .rateLimited: "Too many requests; slow down"
        case .slowMode: "This room is in slow mode"
        case .roomFull: "This room is full"
        case .tooManyRooms: "You are in too many rooms"
        case .tooManyReactions: "This message has too many reactions"
        case .conflict, .storageFull, .unavailable, .internal: "The server could not do this; try again"
        }
    }
}
