import NIOCore
import NetTransport

/// Decides what one long-poll session does with its requests and its messages (phoenix-channels.md §1.10).
///
/// A pure value: time is a parameter, requests are numbers of the caller's. Nothing waits beyond the window, and what
/// waits to be fetched is bounded.
struct LongPollSessionMachine {
    struct Settings: Sendable {
        /// How long a request waits. A session that is not polled for one and a half of it is over.
        var window = TimeAmount.seconds(10)
        /// Bytes of messages that may wait to be fetched; more end the session.
        var mostPendingBytes = 1_048_576
        /// POSTs that may wait until their messages are taken; further ones are told to try again.
        var mostWaitingPosts = 8
    }

    /// One HTTP request, numbered by the caller.
    struct RequestID: Hashable, Sendable {
        let value: UInt64
    }

    /// The answer to a waiting GET.
    struct PollAnswer: Sendable, Equatable {
        let request: RequestID
        let status: LongPollStatus
        let messages: [ByteBuffer]

        fileprivate static func nothing(_ request: RequestID) -> PollAnswer {
            PollAnswer(request: request, status: .noContent, messages: [])
        }
    }

    private struct Waiting {
        let request: RequestID
        let deadline: NIODeadline
    }

    private let settings: Settings
    private(set) var isEnded = false
    private var lastPoll: NIODeadline
    /// The GET that waits; then nothing is pending but what came since the last ``flush()``.
    private var poll: Waiting?
    /// POSTs whose messages have not all been taken.
    private var posts: [Waiting] = []
    private var pending: [ByteBuffer] = []
    private(set) var pendingBytes = 0

    /// A session begins with the GET that is answered 410 with its token.
    init(now: NIODeadline, settings: Settings = Settings()) {
        self.settings = settings
        self.lastPoll = now
    }

    // MARK: - GET

    enum PollAction: Sendable, Equatable {
        /// It waits: ask ``flush()`` now for what there is already. An earlier GET that still waited is answered now.
        case wait(superseding: PollAnswer?)
        /// The session is over: begin a new one for this request.
        case startOver
    }

    mutating func pollReceived(_ request: RequestID, now: NIODeadline) -> PollAction {
        if self.isEnded { return .startOver }
        self.lastPoll = now
        let superseded = self.poll.map { PollAnswer.nothing($0.request) }
        self.poll = Waiting(request: request, deadline: now + self.settings.window)
        // Messages go with the newest request: the older one's client has most likely given it up.
        return .wait(superseding: superseded)
    }

    /// A GET's client has gone away; messages stay for the next.
    mutating func requestAborted(_ request: RequestID) {
        if self.poll?.request == request { self.poll = nil }
        self.posts.removeAll { $0.request == request }
    }

    // MARK: - Messages for the client

    enum QueueAction: Sendable, Equatable {
        case queued
        /// Ephemeral, and the client fetches too slowly for it.
        case dropped
        /// Too much waits: end the session (``sessionEnded()``).
        case overflow
        /// The session is over.
        case ignore
    }

    /// Queues what a ``MessageWriter`` made for a WebSocket; binary messages have no form here and are left out.
    ///
    /// Nothing is answered before ``flush()``, so that all that one turn brings goes out together.
    /// - Parameter isEphemeral: May be dropped once half of what is allowed waits.
    mutating func framesQueued(_ frames: ByteBuffer, isEphemeral: Bool = false) -> QueueAction {
        if self.isEnded { return .ignore }
        if isEphemeral, self.pendingBytes > self.settings.mostPendingBytes / 2 { return .dropped }
        for frame in FrameRun(frames) where frame.opcode == .text {
            self.pending.append(frame.payload)
            self.pendingBytes += frame.payload.readableBytes
        }
        return self.pendingBytes > self.settings.mostPendingBytes ? .overflow : .queued
    }

    /// The answer of the waiting GET, when there is one and something to tell.
    mutating func flush() -> PollAnswer? {
        guard let poll = self.poll, !self.pending.isEmpty else { return nil }
        let answer = PollAnswer(request: poll.request, status: .ok, messages: self.pending)
        self.poll = nil
        self.pending = []
        self.pendingBytes = 0
        return answer
    }

    // MARK: - POST

    enum PostAction: Sendable, Equatable {
        /// Decode its messages and hand them over in order; then tell ``postHandedOver(_:)``, at once or, when the lane
        /// is full, as soon as it has room again.
        case handOver
        case answer(LongPollStatus)
    }

    mutating func postReceived(_ request: RequestID, now: NIODeadline) -> PostAction {
        if self.isEnded { return .answer(.gone) }
        guard self.posts.count < self.settings.mostWaitingPosts else { return .answer(.timeout) }
        self.posts.append(Waiting(request: request, deadline: now + self.settings.window))
        return .handOver
    }

    /// All messages of a POST have been taken.
    ///
    /// - Returns: the answer; nil when it was given before.
    mutating func postHandedOver(_ request: RequestID) -> LongPollStatus? {
        guard let index = self.posts.firstIndex(where: { $0.request == request }) else { return nil }
        self.posts.remove(at: index)
        return .ok
    }

    // MARK: - Time and endings

    /// Requests that are answered now.
    struct DueAnswers: Sendable, Equatable {
        var poll: PollAnswer?
        /// POSTs; all are answered 408.
        var posts: [RequestID] = []
        /// Whether the session is over: take its channels out of everything.
        var isEnded = false
    }

    mutating func ticked(now: NIODeadline) -> DueAnswers {
        if self.isEnded { return DueAnswers() }
        if now - self.lastPoll >= self.patience { return self.sessionEnded() }
        var due = DueAnswers()
        if let poll = self.poll, now >= poll.deadline {
            self.poll = nil
            due.poll = .nothing(poll.request)
        }
        due.posts = self.posts.filter { now >= $0.deadline }.map(\.request)
        if !due.posts.isEmpty { self.posts.removeAll { now >= $0.deadline } }
        return due
    }

    /// The session is over: an undecodable message, a forced disconnect, a drain, too much that waits.
    ///
    /// A waiting GET is answered as if there had been nothing: the next one begins a new session.
    mutating func sessionEnded() -> DueAnswers {
        if self.isEnded { return DueAnswers() }
        self.isEnded = true
        let due = DueAnswers(
            poll: self.poll.map { .nothing($0.request) }, posts: self.posts.map(\.request), isEnded: true)
        self.poll = nil
        self.posts = []
        self.pending = []
        self.pendingBytes = 0
        return due
    }

    /// One and a half windows.
    private var patience: TimeAmount {
        let window = min(max(0, self.settings.window.nanoseconds), Int64.max / 4)
        return .nanoseconds(window + window / 2)
    }
}
