package import NIOCore

/// One upgraded connection: the only handler in its channel's pipeline, used on its event loop only.
///
/// Frames are queued by ``send(_:ephemeral:)`` and leave with ``flush()``, as one system call when the socket takes
/// them. The channel's own write path serves as the fallback: for what the socket would not take, and where there is no
/// plain socket. Order is kept because neither path is used while the other has bytes under way.
package final class WebSocketConnection: LoopTicking {
    enum Phase {
        case open
        /// Our close frame is queued or sent, the peer's is awaited.
        case closeSent
        /// The peer broke the rules: our close frame goes out, then only the end of the socket is awaited.
        case failing
        /// Nothing is awaited any more: the socket is closed when the queue is empty.
        case finishing
        case dead
    }

    package let loop: TransportLoop
    package var tickerSlot = -1

    var phase = Phase.open
    var queue: OutboundQueue
    /// The socket for direct sends, or -1. Not to be used once ``phase`` is `dead`: the number may be another's then.
    var descriptor: CInt = -1
    /// Greater than 0 within ``flush()``: the handler must not hear of the connection's end then.
    var sendDepth = 0
    var context: ChannelHandlerContext?
    var handler: (any WebSocketHandler)?
    /// Set with the first close frame, whoever sent it.
    var closing: (code: WebSocketCloseCode, reason: String)?
    var isHardCloseScheduled = false

    private var parser: WebSocketFrameParser
    /// `nil` where peers are not pinged.
    private var keepAlive: KeepAlive?
    /// `nil` where peers may be silent.
    private var idle: IdleWatch?
    private let idleCloseCode: WebSocketCloseCode
    var closeDeadline: NIODeadline?
    /// What has been read but not been looked at because the handler paused.
    private var unread: ByteBuffer?
    private var isReadingPaused = false
    private var isParsing = false
    private let sendsDirectly: Bool
    private let deflateWindowBits: UInt8
    private let minDeflateBytes: Int
    private let maxControlFrames: Int
    private var controlFrames = 0

    /// - Parameters:
    ///   - deflate: What was negotiated; `nil` for no compression.
    ///   - sendsDirectly: Whether bytes may go straight to the socket; `false` when a handler below transforms them.
    init(
        loop: TransportLoop,
        limits: WebSocketLimits,
        deflate: DeflateAgreement?,
        sendsDirectly: Bool,
        handler: any WebSocketHandler
    ) {
        self.loop = loop
        self.handler = handler
        self.sendsDirectly = sendsDirectly
        parser = WebSocketFrameParser(limits: limits, isDeflateAllowed: deflate != nil)
        queue = OutboundQueue(bound: limits.maxQueuedBytes)
        let now = NIODeadline.now()
        keepAlive = limits.sendsPings ? KeepAlive(settings: loop.keepAlive, now: now) : nil
        idle = limits.idleTimeout.map { IdleWatch(timeout: $0, now: now) }
        idleCloseCode = limits.idleCloseCode
        deflateWindowBits = UInt8(clamping: deflate?.serverWindowBits ?? 0)
        minDeflateBytes = limits.minDeflateBytes
        maxControlFrames = limits.maxControlFramesPerTick
    }

    package var eventLoop: any EventLoop { loop.eventLoop }

    /// The peer's address, or the proxy's. `nil` once the socket is closed.
    package var remoteAddress: SocketAddress? { context?.remoteAddress }

    /// Whether closing has begun, by either side: what is sent now is discarded.
    package var isClosing: Bool { phase != .open }

    /// Whether the peer takes the compressed frames that ``TransportLoop/compressedFrame(_:payload:minBytes:windowBits:)``
    /// makes for everybody.
    package var negotiatedDeflate: Bool { deflateWindowBits == 15 }

    /// Bytes that the kernel has not taken yet.
    package var queuedBytes: Int { queue.byteCount }

    /// How many there may be: the route's ``WebSocketLimits/maxQueuedBytes``.
    package var maxQueuedBytes: Int { queue.bound }

    // MARK: Sending

    /// Queues a whole frame. The bytes are shared, not copied; nothing leaves before ``flush()``.
    ///
    /// When more than the route's bound is waiting, the peer is too slow and the connection is closed with 1013.
    ///
    /// - Parameter ephemeral: The frame (typing, presence) may be dropped when more than half the bound is waiting.
    package func send(_ frame: ByteBuffer, ephemeral: Bool = false) {
        guard phase == .open else { return }
        if queue.enqueue(frame, isEphemeral: ephemeral) == .overflow { closeAsTooSlow() }
    }

    /// Frames and queues a text message, compressed when that was negotiated and pays.
    ///
    /// - Parameter payload: Valid UTF-8.
    package func sendText(_ payload: ByteBuffer) {
        sendMessage(.text, payload)
    }

    /// Frames and queues a message, compressed when that was negotiated and pays.
    package func sendMessage(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        guard phase == .open else { return }
        let frame = compressedFrame(opcode, payload) ?? WebSocketFrameEncoder.frame(opcode, payload: payload)
        send(frame)
    }

    private func compressedFrame(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) -> ByteBuffer? {
        guard deflateWindowBits > 0 else { return nil }
        return loop.compressedFrame(
            opcode,
            payload: payload,
            minBytes: minDeflateBytes,
            windowBits: Int(deflateWindowBits)
        )
    }

    // MARK: Reading

    /// Stops taking messages: those already read wait, and the peer is slowed down by TCP.
    package func pauseReading() {
        guard phase == .open, !isReadingPaused else { return }
        isReadingPaused = true
        setAutoRead(false)
    }

    /// Takes messages again. One call is enough after any number of pauses.
    package func resumeReading() {
        guard isReadingPaused else { return }
        isReadingPaused = false
        setAutoRead(true)
        guard unread != nil, !isParsing else { return }
        // Later: the caller may be in the middle of something else.
        eventLoop.assumeIsolated().execute { [self] in
            guard !isReadingPaused, let input = unread else { return }
            unread = nil
            parse(input)
            readingPaused()
        }
    }

    private func setAutoRead(_ value: Bool) {
        // Fails only on a closed channel, which does not read anyway.
        try? context?.channel.syncOptions?.setOption(.autoRead, value: value)
    }

    private func parse(_ bytes: ByteBuffer) {
        if unread != nil {
            unread?.writeImmutableBuffer(bytes)
            return
        }
        var input = bytes
        isParsing = true
        while phase != .dead, !isReadingPaused, let event = parser.next(&input, scratch: loop.scratch) {
            handle(event)
        }
        isParsing = false
        if input.readableBytes > 0, phase != .dead { unread = input }
    }

    private func handle(_ event: WebSocketEvent) {
        switch event {
        case .message(let opcode, let payload):
            if phase == .open { handler?.messageReceived(opcode, payload) }
        case .ping(let payload):
            guard countControlFrame() else { return }
            send(WebSocketFrameEncoder.frame(.pong, payload: payload))
        case .pong:
            guard countControlFrame() else { return }
            keepAlive?.pongReceived()
        case .close(let code, let reason):
            peerClosed(code, reason: reason)
        case .failure(let failure):
            fail(failure)
        }
    }

    private func countControlFrame() -> Bool {
        controlFrames += 1
        guard controlFrames > maxControlFrames else { return true }
        fail(WebSocketFailure(.policyViolation, "too many control frames"))
        return false
    }

    /// The end of a burst of reads.
    private func readingPaused() {
        if phase == .open { handler?.readCompleted() }
        flush()
    }

    // MARK: Time

    package func tick(_ now: NIODeadline) {
        guard phase != .dead else { return }
        controlFrames = 0
        loop.queueBytesSeen += queue.byteCount
        queue.trim()
        guard phase == .open else {
            if let closeDeadline, now >= closeDeadline { context?.close(promise: nil) }
            return
        }
        if idle?.tick(now, isListening: !isReadingPaused) == true {
            close(code: idleCloseCode)
            return
        }
        keepAlive(now)
        if phase == .open { handler?.timerTick(now) }
    }

    private func keepAlive(_ now: NIODeadline) {
        switch keepAlive?.tick(loop.keepAlive, now: now) {
        case nil, .some(.none):
            break
        case .sendPing:
            send(Self.pingFrame)
            flush()
        case .drop:
            closing = closing ?? (.abnormal, "ping timeout")
            context?.close(promise: nil)
        }
    }

    private static let pingFrame = WebSocketFrameEncoder.frame(.ping, payload: ByteBuffer())

    // MARK: The end

    /// The socket is gone.
    private func becomeDead() {
        guard phase != .dead || handler != nil else { return }
        phase = .dead
        descriptor = -1
        queue.removeAll()
        unread = nil
        guard let handler else { return }
        self.handler = nil
        loop.ticker.remove(self)
        loop.counters.webSocketClosed()
        let (code, reason) = closing ?? (.abnormal, "")
        guard sendDepth > 0 || isParsing else {
            handler.connectionClosed(code: code, reason: reason)
            return
        }
        eventLoop.assumeIsolated().execute {
            handler.connectionClosed(code: code, reason: reason)
        }
    }
}

extension WebSocketConnection: ChannelInboundHandler {
    package typealias InboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if sendsDirectly { descriptor = DirectSender.descriptor(of: context.channel) ?? -1 }
        loop.ticker.add(self)
        loop.counters.webSocketOpened()
        handler?.connectionOpened(self)
        flush()
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        becomeDead()
        self.context = nil
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        loop.counters.received(bytes.readableBytes)
        idle?.bytesReceived()
        parse(bytes)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        readingPaused()
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // A peer that sends nothing more cannot close properly: there are no half-open WebSockets.
        if let event = event as? ChannelEvent, event == .inputClosed { context.close(promise: nil) }
    }

    package func channelInactive(context: ChannelHandlerContext) {
        becomeDead()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}

extension WebSocketConnection: TransportMember {
    func drain(retryAfter: TimeAmount) {
        if phase == .open { handler?.shouldDrain(retryAfter: retryAfter) }
    }

    func abort() {
        context?.close(promise: nil)
    }
}
