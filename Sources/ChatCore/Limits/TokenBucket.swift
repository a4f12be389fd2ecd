package import ChatModel

/// How much one may do: a bucket that fills at a steady rate up to its burst. Time is a parameter.
package struct TokenBucket: Sendable {
    private let rate: Rate
    private var tokens: Double
    private var filledAt: Timestamp

    package init(_ rate: Rate, now: Timestamp) {
        self.rate = rate
        self.tokens = max(rate.burst, 1)
        self.filledAt = now
    }

    /// Takes one token. nil: granted; otherwise the milliseconds until one will be there.
    package mutating func take(now: Timestamp) -> Int64? {
        guard !self.rate.isUnlimited else { return nil }
        let capacity = max(self.rate.burst, 1)
        // A clock that is set back must not take tokens away, nor one set forward give more than the burst.
        let elapsed = max(0, Double(now.milliseconds) - Double(self.filledAt.milliseconds)) / 1000
        self.tokens = min(capacity, self.tokens + elapsed * self.rate.perSecond)
        self.filledAt = now
        guard self.tokens < 1 else {
            self.tokens -= 1
            return nil
        }
        return max(1, Int64(((1 - self.tokens) / self.rate.perSecond * 1000).rounded(.up)))
    }

    package mutating func refund() { self.tokens = min(max(self.rate.burst, 1), self.tokens + 1) }

    /// Whether the bucket is full again: nothing is lost by forgetting it.
    package func isFull(now: Timestamp) -> Bool {
        let elapsed = max(0, Double(now.milliseconds) - Double(self.filledAt.milliseconds)) / 1000
        return self.tokens + elapsed * self.rate.perSecond >= max(self.rate.burst, 1)
    }
}

/// What one connection may do how often.
struct SessionRates: Sendable {
    var messages: TokenBucket
    var joins: TokenBucket
    var requests: TokenBucket
    var broadcasts: TokenBucket

    init(limits: Limits, now: Timestamp) {
        self.messages = TokenBucket(limits.messageRate, now: now)
        self.joins = TokenBucket(limits.joinRate, now: now)
        self.requests = TokenBucket(limits.requestRate, now: now)
        self.broadcasts = TokenBucket(limits.broadcastRate, now: now)
    }

    /// Counts a command. Throws ``ChatError/Code/rateLimited`` with the time to wait.
    mutating func count(_ command: Command, now: Timestamp) throws(ChatError) {
        let wait: Int64?
        switch command {
        case .send, .edit, .react, .retract: wait = self.messages.take(now: now)
        case .join, .createRoom, .openDirect: wait = self.joins.take(now: now)
        // A resume comes once, with the hello.
        case .resume: wait = nil
        // Typing has a pace of its own as well, per user and room.
        case .broadcast: wait = self.broadcasts.take(now: now)
        case .typing, .search, .leave, .markRead, .moderate, .accept, .reject, .setRole, .updateRoom, .deleteRoom,
            .history, .reactions, .rooms, .members, .audit, .presence, .updateProfile:
            wait = self.requests.take(now: now)
        }
        if let wait { throw ChatError(.rateLimited, retryAfterMilliseconds: wait) }
    }

    /// Counts a join of something that is no room.
    mutating func countJoin(now: Timestamp) throws(ChatError) {
        if let wait = self.joins.take(now: now) { throw ChatError(.rateLimited, retryAfterMilliseconds: wait) }
    }

    /// Counts something that is no command.
    mutating func countRequest(now: Timestamp) throws(ChatError) {
        if let wait = self.requests.take(now: now) { throw ChatError(.rateLimited, retryAfterMilliseconds: wait) }
    }
}
