import ChatCore
import ChatModel
import NIOCore

/// Decides what one `/ws` connection does with what happens to it (json-chat.md §1.3, §1.4, §1.9).
///
/// Holds no connection, session, clock or promise: each input is a fact in the past tense, each result what to do.
struct JSONConnectionStateMachine: ~Copyable {
    /// A frame as it was decoded; a fault keeps its place in the order too.
    typealias Entry = Result<InboundFrame, FrameError>

    private enum State {
        /// → authenticating, closed
        case awaitingHello(deadline: NIODeadline)
        /// → opening, closed
        case authenticating
        /// The session is there, and what the client missed is being fetched. → open, closed
        case opening
        /// → closed
        case open
        /// Closing has begun, or the connection is gone.
        case closed
    }

    private var state: State
    private var lane = CommandLane<Entry>()
    private var faults: FaultBudget

    init(now: NIODeadline, helloTimeout: TimeAmount) {
        self.state = .awaitingHello(deadline: now + helloTimeout)
        self.faults = FaultBudget(now: now)
    }

    var awaitsHello: Bool {
        switch self.state {
        case .awaitingHello: true
        case .authenticating, .opening, .open, .closed: false
        }
    }

    var isClosed: Bool {
        switch self.state {
        case .closed: true
        case .awaitingHello, .authenticating, .opening, .open: false
        }
    }

    // MARK: - The first frame

    enum HelloAction {
        case authenticate(Hello)
        case refuse(FrameError, CloseCode)
        case ignore
    }

    mutating func helloReceived(_ hello: Result<Hello, FrameError>) -> HelloAction {
        switch self.state {
        case .awaitingHello:
            switch hello {
            case .success(let hello):
                self.state = .authenticating
                return .authenticate(hello)
            case .failure(let error):
                self.state = .closed
                return .refuse(error, .badHello)
            }
        case .authenticating, .opening, .open:
            assertionFailure("later frames are for frameReceived")
            return .ignore
        case .closed:
            return .ignore
        }
    }

    enum LoginAction {
        case openSession
        case refuse(ChatError, CloseCode)
        /// The connection went away meanwhile.
        case ignore
    }

    mutating func loginCompleted(_ error: ChatError?) -> LoginAction {
        switch self.state {
        case .authenticating:
            guard let error else {
                self.state = .opening
                return .openSession
            }
            return self.refused(error)
        case .opening:
            guard let error else { return .ignore }
            return self.refused(error)
        case .awaitingHello, .open, .closed:
            return .ignore
        }
    }

    private mutating func refused(_ error: ChatError) -> LoginAction {
        self.state = .closed
        return .refuse(error, CloseCode(refusedHello: error.code))
    }

    /// The session is open and all that the client missed is at hand. True: answer the hello, then run what waits.
    mutating func sessionPrepared() -> Bool {
        switch self.state {
        case .opening:
            self.state = .open
            self.lane.open()
            return true
        case .awaitingHello, .authenticating, .open, .closed:
            return false
        }
    }

    // MARK: - Later frames

    enum FrameAction {
        case execute(InboundFrame)
        case answer(FrameError)
        /// It waits its turn.
        case wait
        case pauseReading
        case close(CloseCode)
        case ignore
    }

    /// - Parameter bytes: the frame's size.
    mutating func frameReceived(_ frame: Entry, bytes: Int, now: NIODeadline) -> FrameAction {
        switch self.state {
        case .authenticating, .opening, .open:
            if case .failure = frame, !self.faults.spend(now: now) {
                self.state = .closed
                return .close(.flood)
            }
            switch self.lane.admit(frame, Self.pace(of: frame), bytes: bytes) {
            case .run(.success(let frame)): return .execute(frame)
            case .run(.failure(let error)): return .answer(error)
            case .held(let pausesReading): return pausesReading ? .pauseReading : .wait
            }
        case .awaitingHello:
            assertionFailure("the first frame is for helloReceived")
            return .ignore
        case .closed:
            return .ignore
        }
    }

    private static func pace(of frame: Entry) -> CommandPace {
        switch frame {
        case .success(let frame): frame.pace
        case .failure: .immediate
        }
    }

    mutating func binaryReceived() -> CloseCode? {
        self.end(with: .binaryFrame)
    }

    // MARK: - Commands under way

    /// A command was answered by the core. True: tell the client.
    mutating func commandCompleted(_ pace: CommandPace) -> Bool {
        self.lane.completed(pace)
        return !self.isClosed
    }

    /// Whether frames wait for their turn.
    var hasWaiting: Bool { self.lane.hasWaiting }

    enum NextAction {
        case execute(InboundFrame)
        case answer(FrameError)
    }

    /// The next frame that waited and may run now.
    mutating func nextWaiting() -> NextAction? {
        guard !self.isClosed, let entry = self.lane.next() else { return nil }
        switch entry {
        case .success(let frame): return .execute(frame)
        case .failure(let error): return .answer(error)
        }
    }

    /// Whether reading had been paused and goes on now.
    mutating func readingMayResume() -> Bool {
        !self.isClosed && self.lane.resumesReading()
    }

    // MARK: - Time and endings

    enum TickAction: Equatable {
        case none
        case refuse(FrameError, CloseCode)
    }

    mutating func ticked(now: NIODeadline) -> TickAction {
        switch self.state {
        case .awaitingHello(let deadline) where now >= deadline:
            self.state = .closed
            return .refuse(FrameError(fault: .helloTimeout, ref: nil), .helloTimeout)
        case .awaitingHello, .authenticating, .opening, .open, .closed:
            return .none
        }
    }

    /// The core has ended the session.
    mutating func sessionEnded(_ code: CloseCode) -> CloseCode? {
        self.end(with: code)
    }

    /// The server stops.
    mutating func drainRequested() -> CloseCode? {
        self.end(with: .goingAway)
    }

    /// The connection is gone.
    mutating func connectionClosed() {
        self.state = .closed
    }

    /// The code to close with; nil when that has been done.
    private mutating func end(with code: CloseCode) -> CloseCode? {
        if self.isClosed { return nil }
        self.state = .closed
        return code
    }
}
