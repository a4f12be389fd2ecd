/// The three fields that a `phx_reply` repeats.
struct ReplyHead: Sendable, Equatable {
    /// The channel's; null where no channel answers.
    let joinRef: Ref
    /// The answered message's.
    let ref: Ref
    let topic: String?
}

enum ReplyStatus: String, Sendable {
    case ok
    case error
}

/// A message of the socket itself, which no channel's events are part of (phoenix-channels.md §2).
enum ControlMessage: Sendable, Equatable {
    /// An `ok` reply with an empty response.
    case ok(ReplyHead)
    /// An `error` reply with this `reason`.
    case refusal(ReplyHead, reason: String)
    /// The channel has ended as somebody wanted (§2.3).
    case close(joinRef: Ref, topic: String)
    /// The channel has ended by a fault (§2.4).
    case crash(joinRef: Ref, topic: String)
}

extension ControlMessage {
    /// The same answer as one to this join_ref, where it has none.
    func with(joinRef: Ref) -> ControlMessage {
        switch self {
        case .refusal(let head, let reason) where head.joinRef.isNull:
            .refusal(ReplyHead(joinRef: joinRef, ref: head.ref, topic: head.topic), reason: reason)
        case .ok, .refusal, .close, .crash: self
        }
    }
}

/// Reasons that Phoenix itself gives; clients compare them.
enum ReplyReason {
    static let unmatchedTopic = "unmatched topic"
    static let tooManyChannels = "too many channels joined"
    static let joinCrashed = "join crashed"
    static let channelCrash = "channel_crash"
}
