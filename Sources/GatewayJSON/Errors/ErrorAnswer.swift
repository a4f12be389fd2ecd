import ChatModel

/// The payload of an `error` frame (json-chat.md §1.9).
struct ErrorAnswer: Sendable, Equatable {
    /// For people; the texts of §1.9 exactly, because clients compare them.
    let detail: String
    /// For programs; never changes its meaning.
    let code: String
    /// The id of the client frame that is refused.
    let ref: String?
    var retryAfterMilliseconds: Int64?
    var until: Timestamp?
    var reason: String?

    init(detail: String, code: String, ref: String?) {
        self.detail = detail
        self.code = code
        self.ref = ref
    }

    init(_ error: FrameError) {
        self.init(detail: error.fault.detail, code: error.fault.code, ref: error.ref)
    }

    /// - Parameter type: what was refused: some texts depend on it.
    init(_ error: ChatError, answering type: FrameType, ref: String?) {
        self.init(detail: error.code.detail(answering: type), code: error.code.rawValue, ref: ref)
        self.retryAfterMilliseconds = error.retryAfterMilliseconds
        self.until = error.until
        self.reason = error.reason.flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension FrameFault {
    var detail: String {
        switch self {
        case .badHello: "Invalid HELLO message"
        case .malformed: "Invalid message format"
        case .serverOnly: "Server-only message type"
        case .noSuchRoom: "Channel does not exist."
        case .alreadyAuthenticated: "Already authenticated"
        case .helloTimeout: "No HELLO message in time"
        }
    }

    var code: String {
        switch self {
        case .badHello: "bad_hello"
        case .malformed: "bad_message"
        case .serverOnly: "server_only"
        case .noSuchRoom: ChatError.Code.noSuchRoom.rawValue
        case .alreadyAuthenticated: "already_authenticated"
        case .helloTimeout: "hello_timeout"
        }
    }
}

extension SessionEndText {
    static let revoked = SessionEndText(detail: "Your session was ended.", code: "session_revoked")
    static let replaced = SessionEndText(detail: "Replaced by a newer connection.", code: "session_replaced")
    static let unavailable = SessionEndText(
        detail: "Something failed here. Please come back and resume.", code: "unavailable")
}

/// What is said to a client before its connection is closed from our side.
struct SessionEndText: Sendable {
    let detail: String
    let code: String

    var answer: ErrorAnswer { ErrorAnswer(detail: self.detail, code: self.code, ref: nil) }
}
