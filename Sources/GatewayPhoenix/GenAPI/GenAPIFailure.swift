/// Why a request of PhoenixGenApi did not succeed, in the words that its clients know (phoenix-channels.md §5.1, §5.2).
enum GenAPIFailure: Error, Sendable, Equatable {
    case authenticationRequired
    /// The request itself cannot be read.
    case invalid(String)
    /// `version`: nil for the latest.
    case unsupported(type: String, version: String?)
    /// An argument is missing, one too many, or not what it must be.
    case arguments(String)
    case permissionDenied
    case rateLimited(milliseconds: Int64)
    /// The server could not do it just now.
    case unavailable
    case internalError
    /// What was asked for is not done; one of the relay's own names or texts.
    case refused(String)

    /// `error` of the pushed response.
    var error: String {
        switch self {
        case .authenticationRequired: "Authentication required"
        case .invalid(let text): "Invalid request: \(text)"
        case .unsupported(let type, let version): "unsupported function: \(type) version \(version ?? "latest")"
        case .arguments: "Request processing failed"
        case .permissionDenied: "Permission denied"
        case .rateLimited(let wait): "Rate limit exceeded. Please retry after \(max(0, wait) / 1000) seconds."
        case .unavailable: "Service temporarily unavailable"
        case .internalError: "Internal Server Error"
        case .refused(let text): text
        }
    }

    /// `can_retry` of the pushed response.
    var canRetry: Bool {
        switch self {
        case .rateLimited, .unavailable: true
        case .authenticationRequired, .invalid, .unsupported, .arguments, .permissionDenied, .internalError, .refused:
            false
        }
    }

    /// What the request's `phx_reply` says: nil is `ok` with the request type, for the request was executed; otherwise
    /// it is an error with this text.
    var replyError: String? {
        switch self {
        case .authenticationRequired: self.error
        case .invalid(let text), .arguments(let text): text
        case .unsupported, .permissionDenied, .rateLimited, .unavailable, .internalError, .refused: nil
        }
    }
}
