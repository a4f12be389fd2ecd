import ChatModel
import HTTPTypes

extension ChatError.Code {
    /// The status and text of each refusal (json-chat.md §1.10). Exhaustive on purpose: a new code does not compile
    /// until it has its answer here.
    var answer: (status: HTTPResponse.Status, detail: String) {
        switch self {
        case .authInvalid, .authExpired: (.unauthorized, "Invalid token")
        case .accountDisabled: (.forbidden, "This account is disabled.")
        case .guestUnavailable: (.serviceUnavailable, "No guest name is free. Try again later.")
        case .guestsDisabled: (.forbidden, "Guests are not admitted. Log in first.")
        case .signUpClosed: (.forbidden, "Sign-up is closed.")
        case .usernameTaken: (.conflict, "Username already exists.")
        case .noSuchUser: (.notFound, "User not found")
        case .tooManyConnections: (.tooManyRequests, "Too many connections.")
        case .forbidden: (.forbidden, "You don't have permission to do this.")
        case .notMember: (.forbidden, "You must join the channel first")
        case .pending: (.forbidden, "Your request to join is waiting for approval.")
        case .muted: (.forbidden, "You are muted in this channel.")
        case .banned: (.forbidden, "You are banned from this channel.")
        case .inviteRequired: (.forbidden, "This channel is by invitation only.")
        case .kickedRecently: (.forbidden, "You were removed from this channel. Try again later.")
        case .notSelf: (.forbidden, "You can't do this to yourself.")
        case .noSuchRoom: (.notFound, "Channel doesn't exist")
        case .noSuchMessage: (.notFound, "Message not found")
        case .noSuchTarget: (.notFound, "No such user in this channel.")
        case .roomExists: (.conflict, "This channel exists already.")
        case .aliasTaken: (.conflict, "This alias is taken.")
        case .notMuted: (.conflict, "This user is not muted.")
        case .notBanned: (.conflict, "This user is not banned.")
        case .notPending: (.conflict, "This user has not asked to join.")
        case .emptyMessage: (.unprocessableContent, "The message is empty.")
        case .messageTooLong: (.unprocessableContent, "The message is too long.")
        case .invalidDuration: (.unprocessableContent, "Invalid duration.")
        case .reasonTooLong: (.unprocessableContent, "The reason is too long.")
        case .invalidArgument: (.unprocessableContent, "Invalid value.")
        case .successorRequired: (.conflict, "Name another owner first.")
        case .rateLimited: (.tooManyRequests, "Too many requests. Slow down.")
        case .slowMode: (.tooManyRequests, "This channel is in slow mode.")
        case .roomFull: (.conflict, "This channel is full.")
        case .tooManyRooms: (.conflict, "You are in too many channels.")
        case .tooManyReactions: (.conflict, "This message has too many reactions.")
        case .conflict: (.conflict, "Somebody else changed this at the same time. Try again.")
        case .storageFull: (.insufficientStorage, "The server has no space left.")
        case .unavailable: (.serviceUnavailable, "The server cannot do this now. Try again later.")
        case .internal: (.internalServerError, "Internal Server Error")
        }
    }
}

extension RESTError {
    init(_ error: ChatError) {
        let (status, detail) = error.code.answer
        self.init(status, detail)
        self.code = error.code.rawValue
        if status == .unauthorized { self.headers[.wwwAuthenticate] = "Bearer" }
        if let wait = error.retryAfterMilliseconds {
            // Whole seconds (RFC 9110 §10.2.3), rounded up: too early would be refused again.
            self.headers[.retryAfter] = String(max(1, wait / 1000 + (wait % 1000 > 0 ? 1 : 0)))
        }
    }

    /// A token that is no good. Who was deleted is told so; nobody else learns why.
    init(authenticating error: ChatError) {
        if error.code == .noSuchUser {
            self.init(unauthorized: "User not found")
        } else {
            self.init(error)
        }
    }
}

extension HTTPResponse.Status {
    static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
}
