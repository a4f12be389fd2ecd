import ChatModel
import NetTransport

/// Why we close a connection (json-chat.md §1.9).
enum CloseCode: UInt16, Sendable, CaseIterable {
    case goingAway = 1001
    case binaryFrame = 1003
    case badHello = 4400
    case authentication = 4401
    case banned = 4403
    case helloTimeout = 4408
    case replaced = 4409
    case flood = 4429
    case noCapacity = 4503

    var code: WebSocketCloseCode { WebSocketCloseCode(rawValue: self.rawValue) }

    var reason: String {
        switch self {
        case .goingAway: "restart"
        case .binaryFrame: "text frames only"
        case .badHello: "Invalid HELLO message"
        case .authentication: "Authentication failed"
        case .banned: "banned"
        case .helloTimeout: "hello timeout"
        case .replaced: "replaced"
        case .flood: "flood"
        case .noCapacity: "no capacity"
        }
    }

    /// The code for a client that could not be logged in. Exhaustive: a new error must say what it means at the door.
    init(refusedHello code: ChatError.Code) {
        switch code {
        case .authInvalid, .authExpired, .guestsDisabled, .noSuchUser: self = .authentication
        case .accountDisabled, .banned: self = .banned
        case .rateLimited: self = .flood
        case .guestUnavailable, .tooManyConnections, .conflict, .storageFull, .unavailable, .internal, .signUpClosed,
            .usernameTaken, .forbidden, .notMember, .pending, .muted, .inviteRequired, .kickedRecently, .notSelf,
            .noSuchRoom, .noSuchMessage, .noSuchTarget, .roomExists, .aliasTaken, .notMuted, .notBanned, .notPending,
            .emptyMessage, .messageTooLong, .invalidDuration, .reasonTooLong, .invalidArgument, .successorRequired,
            .slowMode, .roomFull, .tooManyRooms, .tooManyReactions:
            self = .noCapacity
        }
    }

    /// Whether a connection that ended with this code, ours or the client's, is not going to be resumed: its user
    /// leaves his rooms at once.
    static func isFinal(_ code: WebSocketCloseCode) -> Bool {
        if code == .normal { return true }
        switch CloseCode(rawValue: code.rawValue) {
        case .binaryFrame, .badHello, .authentication, .banned, .helloTimeout, .replaced, .flood, .noCapacity:
            return true
        // A page that is being reloaded also closes with 1001.
        case .goingAway, nil:
            return false
        }
    }
}
