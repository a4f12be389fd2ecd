package import NIOCore

/// What one WebSocket connection may send to us and may leave unread. A route has one set for all its connections.
package struct WebSocketLimits: Sendable {
    /// Payload bytes of one message, summed over its fragments and after inflating. Default 64 KiB.
    package var maxMessageBytes: Int
    /// Frames of one message. Default 32.
    package var maxFragments: Int
    /// Whether a fragment that is not the last may be empty. Default `false`: such frames only cost work.
    package var allowsEmptyFragments: Bool
    /// Pings, pongs and closes accepted between two timer ticks (about a second). Default 100.
    package var maxControlFramesPerTick: Int
    /// Bytes that may wait for a peer that does not read. Default 1 MiB.
    package var maxQueuedBytes: Int
    /// Messages of fewer bytes are sent as they are even when compression is agreed on. Default 1 KiB.
    package var minDeflateBytes: Int
    /// How long a peer may send nothing at all: any byte counts, so pings and pongs do as well. Looked at once a
    /// second: hence up to two seconds more. Default `nil`: for ever.
    package var idleTimeout: TimeAmount?
    /// What an idle peer is closed with. Default 1002.
    package var idleCloseCode: WebSocketCloseCode
    /// Whether peers are pinged, and cut off when they do not answer (``KeepAlive``). Default `true`. With an
    /// ``idleTimeout`` to be `false`: the pongs would keep every peer from being idle.
    package var sendsPings: Bool

    package init(
        maxMessageBytes: Int = 65_536,
        maxFragments: Int = 32,
        allowsEmptyFragments: Bool = false,
        maxControlFramesPerTick: Int = 100,
        maxQueuedBytes: Int = 1_048_576,
        minDeflateBytes: Int = TransportLoop.defaultMinDeflateBytes,
        idleTimeout: TimeAmount? = nil,
        idleCloseCode: WebSocketCloseCode = .protocolError,
        sendsPings: Bool = true
    ) {
        self.maxMessageBytes = max(0, maxMessageBytes)
        self.maxFragments = max(1, maxFragments)
        self.allowsEmptyFragments = allowsEmptyFragments
        self.maxControlFramesPerTick = max(1, maxControlFramesPerTick)
        self.maxQueuedBytes = max(1, maxQueuedBytes)
        self.minDeflateBytes = max(1, minDeflateBytes)
        self.idleTimeout = idleTimeout
        self.idleCloseCode = idleCloseCode
        self.sendsPings = sendsPings
    }

    /// For conformance suites: 16 MiB messages, in as many fragments as the peer likes.
    package static let conformance = WebSocketLimits(
        maxMessageBytes: 16 * 1_048_576,
        maxFragments: 1_048_576,
        allowsEmptyFragments: true,
        maxControlFramesPerTick: 10_000,
        maxQueuedBytes: 64 * 1_048_576
    )

    /// How many compressed bytes a message within ``maxMessageBytes`` can need: deflate adds 5 bytes to each block that
    /// it stores as it is, and zlib's smallest setting makes blocks of 127 bytes.
    var maxCompressedBytes: Int {
        maxMessageBytes.addingClamped(maxMessageBytes / 16).addingClamped(64)
    }
}

extension Int {
    /// The sum, or `Int.max` where it would overflow. For sizes, which are never negative.
    func addingClamped(_ other: Int) -> Int {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
