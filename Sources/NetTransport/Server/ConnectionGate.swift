import Logging
import NIOCore
import Synchronization

/// Counts the sockets of a listener, stops accepting while there are too many, and tells when the last has gone.
///
/// Clients above the limit wait in the listen queue: nothing is spent on them.
final class ConnectionGate: Sendable {
    private struct State {
        var open = 0
        /// Set while a read of the listener is held back.
        var resume: (@Sendable () -> Void)?
        var whenEmpty: [EventLoopPromise<Void>] = []
        var nextWarning = NIODeadline.uptimeNanoseconds(0)
    }

    private static let warningInterval = TimeAmount.seconds(10)

    private let limit: Int
    private let counters: LoopCounters
    private let state = Mutex(State())
    private let logger: Logger

    init(limit: Int, counters: LoopCounters, logger: Logger) {
        self.limit = max(1, limit)
        self.counters = counters
        self.logger = logger
    }

    func opened(_ channel: any Channel) {
        state.withLock { $0.open += 1 }
        counters.socketOpened()
        channel.closeFuture.whenComplete { [self] _ in closed() }
    }

    private func closed() {
        counters.socketClosed()
        let (resume, promises) = state.withLock { state in
            state.open -= 1
            let resume = state.open < limit ? state.resume : nil
            if resume != nil { state.resume = nil }
            let promises = state.open == 0 ? state.whenEmpty : []
            if state.open == 0 { state.whenEmpty = [] }
            return (resume, promises)
        }
        resume?()
        for promise in promises { promise.succeed() }
    }

    /// Whether one more read of the listener may go on; if not, `resume` is called once there is room.
    func mayAccept(orLater resume: @escaping @Sendable () -> Void) -> Bool {
        let (isFull, isWarningDue) = state.withLock { state in
            guard state.open >= limit else { return (false, false) }
            state.resume = resume
            let now = NIODeadline.now()
            guard now >= state.nextWarning else { return (true, false) }
            state.nextWarning = now + Self.warningInterval
            return (true, true)
        }
        if isWarningDue {
            logger.warning("Connection limit reached, accepting later", metadata: ["limit": "\(limit)"])
        }
        return !isFull
    }

    /// Succeeds when no socket is open, or after `timeout`.
    func whenEmpty(on eventLoop: any EventLoop, orAfter timeout: TimeAmount) -> EventLoopFuture<Void> {
        let promise = eventLoop.makePromise(of: Void.self)
        let isEmpty = state.withLock { state in
            if state.open > 0 { state.whenEmpty.append(promise) }
            return state.open == 0
        }
        if isEmpty {
            promise.succeed()
        } else {
            // Succeeding twice is harmless.
            let timer = eventLoop.scheduleTask(in: timeout) { promise.succeed() }
            promise.futureResult.whenComplete { _ in timer.cancel() }
        }
        return promise.futureResult
    }
}

/// Holds back reads of the listening channel while the gate is closed.
final class ConnectionGateHandler: ChannelDuplexHandler {
    typealias InboundIn = any Channel
    typealias InboundOut = any Channel
    typealias OutboundIn = Never
    typealias OutboundOut = Never

    private let gate: ConnectionGate

    init(gate: ConnectionGate) {
        self.gate = gate
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        gate.opened(unwrapInboundIn(data))
        context.fireChannelRead(data)
    }

    func read(context: ChannelHandlerContext) {
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let mayAccept = gate.mayAccept(orLater: { eventLoop.execute { bound.value.read() } })
        if mayAccept { context.read() }
    }
}
