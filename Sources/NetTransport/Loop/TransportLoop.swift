package import NIOCore

/// What all connections of one event loop share: timer, counters, buffers, compressors. Used on its loop only.
package final class TransportLoop {
    /// Below this, deflating costs more than it saves.
    package static let defaultMinDeflateBytes = 1024

    package let eventLoop: any EventLoop
    package let ticker: LoopTicker
    package let counters: LoopCounters
    let keepAlive: KeepAlive.Settings
    let scratch = WebSocketScratch()
    /// For gathering several small frames into one write.
    let gather: UnsafeMutableRawBufferPointer
    /// `Date` headers have seconds: written once for each.
    var dateHeader = HTTPDateCache()
    /// Whether the server is stopping: connections that are still being set up end at once.
    private(set) var isDraining = false
    private(set) var drainRetryAfter = TimeAmount.zero
    /// Bytes waiting for peers, summed up by the connections during a timer pass.
    var queueBytesSeen = 0
    private var deflaters: [Int: Deflater] = [:]

    private static let gatherBytes = 65_536

    package init(eventLoop: any EventLoop, counters: LoopCounters, keepAlive: KeepAlive.Settings = .init()) {
        self.eventLoop = eventLoop
        self.counters = counters
        self.keepAlive = keepAlive
        ticker = LoopTicker(eventLoop: eventLoop)
        gather = .allocate(byteCount: Self.gatherBytes, alignment: 16)
        // Weak: the ticker's timer may outlive the loop's last user by one pass.
        ticker.passCompleted = { [weak self] in
            guard let self else { return }
            self.counters.setQueueBytes(queueBytesSeen)
            queueBytesSeen = 0
        }
    }

    deinit {
        gather.deallocate()
    }

    /// One compressed frame for every connection with ``WebSocketConnection/negotiatedDeflate``.
    ///
    /// - Returns: `nil` below `minBytes` and when compression does not make the payload smaller: send it as it is.
    package func compressedFrame(
        _ opcode: WebSocketOpcode,
        payload: ByteBuffer,
        minBytes: Int = TransportLoop.defaultMinDeflateBytes,
        windowBits: Int = 15
    ) -> ByteBuffer? {
        guard payload.readableBytes >= minBytes, let deflater = deflater(windowBits: windowBits),
            let compressed = deflater.compress(payload), compressed.readableBytes < payload.readableBytes
        else { return nil }
        return WebSocketFrameEncoder.frame(opcode, payload: compressed, compressed: true)
    }

    /// Asks all connections to end, those to come as well.
    func drain(retryAfter: TimeAmount) {
        isDraining = true
        drainRetryAfter = retryAfter
        ticker.forEach { ($0 as? any TransportMember)?.drain(retryAfter: retryAfter) }
    }

    /// Ends all connections now.
    func abort() {
        ticker.forEach { ($0 as? any TransportMember)?.abort() }
    }

    private func deflater(windowBits: Int) -> Deflater? {
        if let known = deflaters[windowBits] { return known }
        let made = Deflater(windowBits: windowBits)
        deflaters[windowBits] = made
        return made
    }
}
