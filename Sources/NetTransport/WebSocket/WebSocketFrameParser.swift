package import NIOCore

/// What a client's bytes amount to.
package enum WebSocketEvent {
    /// A whole message. Text is valid UTF-8, and compressed messages are inflated. The buffer may share the scratch
    /// space's storage: it stays valid as long as it is held, but holding it costs the next message an allocation.
    case message(WebSocketOpcode, ByteBuffer)
    case ping(ByteBuffer)
    case pong
    /// The peer's close frame. `noStatus` when it was empty.
    case close(WebSocketCloseCode, reason: String)
    /// The rules are broken or a limit is passed: answer with this close frame and read no more.
    case failure(WebSocketFailure)
}

/// Buffers that all parsers of one event loop share, so that an idle connection holds none.
package final class WebSocketScratch {
    /// Payload of the frame at hand.
    fileprivate var arena = ByteBuffer()
    /// Made when the first compressed message arrives (about 40 KiB).
    fileprivate lazy var inflater = Inflater()

    package init() {}

    /// Gives memory back after a large message.
    fileprivate func emptyArena() {
        if arena.storageCapacity > 65_536 { arena = ByteBuffer() } else { arena.clear() }
    }
}

/// Reads the frames of one client (RFC 6455 §5, RFC 7692 §7.2.2): bytes in, events out, no socket.
///
/// Every length is held against its limit before a byte of the payload is kept, and only bytes that have arrived are
/// kept. After ``WebSocketEvent/close(_:reason:)`` or ``WebSocketEvent/failure(_:)`` all further input is discarded.
package struct WebSocketFrameParser {
    private enum Phase {
        case header
        case payload
        case ended
    }

    /// A data message that has begun.
    private struct Message {
        var opcode: WebSocketOpcode
        var isCompressed: Bool
        var fragments = 0
        var utf8 = UTF8Validator()
        var payload = ByteBuffer()
    }

    private let maxMessageBytes: Int
    private let maxCompressedBytes: Int
    private let maxFragments: Int
    private let allowsEmptyFragments: Bool
    private let isDeflateAllowed: Bool

    private var phase = Phase.header
    private var header = WebSocketFrameHeaderReader()
    private var opcode = WebSocketOpcode.continuation
    private var isFinal = false
    private var remaining = 0
    private var mask = WebSocketMask(littleEndianKey: 0)
    private var message: Message?
    private var control: ByteBuffer?

    /// - Parameter isDeflateAllowed: Whether permessage-deflate was negotiated.
    package init(limits: WebSocketLimits, isDeflateAllowed: Bool) {
        maxMessageBytes = limits.maxMessageBytes
        maxCompressedBytes = limits.maxCompressedBytes
        maxFragments = limits.maxFragments
        allowsEmptyFragments = limits.allowsEmptyFragments
        self.isDeflateAllowed = isDeflateAllowed
    }

    /// Reads on until something is complete.
    ///
    /// - Returns: The next event, or `nil` when `input` is used up. Call again with the rest of `input` after an event.
    package mutating func next(_ input: inout ByteBuffer, scratch: WebSocketScratch) -> WebSocketEvent? {
        do {
            while true {
                switch phase {
                case .header:
                    guard let head = try header.read(&input) else { return nil }
                    try begin(head)
                case .payload:
                    if let event = try readPayload(&input, scratch: scratch) { return event }
                    if phase == .payload { return nil }
                case .ended:
                    input.moveReaderIndex(to: input.writerIndex)
                    return nil
                }
            }
        } catch {
            end()
            return .failure(error)
        }
    }

    /// Whether the parser holds part of a message, which costs memory.
    package var holdsPartialMessage: Bool { message != nil }

    private mutating func end() {
        phase = .ended
        message = nil
        control = nil
    }

    // MARK: Heads

    /// Holds a frame's head against the message under way and the limits.
    private mutating func begin(_ head: WebSocketFrameHeader) throws(WebSocketFailure) {
        switch head.opcode {
        case .close, .ping, .pong:
            guard !head.isCompressed else { throw .protocolError("compressed control frame") }
        case .text, .binary:
            guard message == nil else { throw .protocolError("new message before the last one ended") }
            guard !head.isCompressed || isDeflateAllowed else { throw .protocolError("reserved bits set") }
            try beginFragment(head, of: Message(opcode: head.opcode, isCompressed: head.isCompressed))
        case .continuation:
            guard let message else { throw .protocolError("continuation without a message") }
            guard !head.isCompressed else { throw .protocolError("reserved bits set") }
            // Dropped before it is changed, so that the payload is not copied.
            self.message = nil
            try beginFragment(head, of: message)
        }
        opcode = head.opcode
        isFinal = head.isFinal
        remaining = head.length
        mask = WebSocketMask(littleEndianKey: head.maskKey)
        phase = .payload
    }

    private mutating func beginFragment(
        _ head: WebSocketFrameHeader,
        of begun: consuming Message
    ) throws(WebSocketFailure) {
        var begun = begun
        begun.fragments += 1
        guard begun.fragments <= maxFragments else {
            throw WebSocketFailure(.policyViolation, "too many fragments")
        }
        guard head.isFinal || head.length > 0 || allowsEmptyFragments else {
            throw WebSocketFailure(.policyViolation, "empty fragment")
        }
        let limit = begun.isCompressed ? maxCompressedBytes : maxMessageBytes
        guard head.length <= limit - begun.payload.readableBytes else { throw .tooBig }
        message = begun
    }

    // MARK: Payload

    private mutating func readPayload(
        _ input: inout ByteBuffer,
        scratch: WebSocketScratch
    ) throws(WebSocketFailure) -> WebSocketEvent? {
        let count = min(remaining, input.readableBytes)
        if opcode.isControl {
            return try readControl(count, from: &input, scratch: scratch)
        }
        if isFinal, count == remaining, let message, message.fragments == 1, message.payload.readableBytes == 0 {
            return try readWholeMessage(count, of: message, from: &input, scratch: scratch)
        }
        return try readPartOfMessage(count, from: &input, scratch: scratch)
    }

    /// The common case: one frame, all of it in `input`. Nothing is allocated.
    private mutating func readWholeMessage(
        _ count: Int,
        of begun: Message,
        from input: inout ByteBuffer,
        scratch: WebSocketScratch
    ) throws(WebSocketFailure) -> WebSocketEvent {
        message = nil
        remaining = 0
        phase = .header
        scratch.emptyArena()
        mask.unmask(count, from: &input, to: &scratch.arena)
        if begun.isCompressed {
            return try inflated(scratch.arena, opcode: begun.opcode, scratch: scratch)
        }
        if begun.opcode == .text {
            var utf8 = UTF8Validator()
            guard scratch.arena.withUnsafeReadableBytes({ utf8.consume($0) }), utf8.isAtBoundary else {
                throw .invalidUTF8
            }
        }
        return .message(begun.opcode, scratch.arena)
    }

    private mutating func readPartOfMessage(
        _ count: Int,
        from input: inout ByteBuffer,
        scratch: WebSocketScratch
    ) throws(WebSocketFailure) -> WebSocketEvent? {
        guard var begun = message else { throw .protocolError("continuation without a message") }
        message = nil
        let start = begun.payload.writerIndex
        mask.unmask(count, from: &input, to: &begun.payload)
        remaining -= count
        if begun.opcode == .text, !begun.isCompressed {
            let added = begun.payload.viewBytes(at: start, length: count)
            guard added?.withUnsafeBytes({ begun.utf8.consume($0) }) != false else { throw .invalidUTF8 }
        }
        guard remaining == 0 else {
            message = begun
            return nil
        }
        phase = .header
        guard isFinal else {
            message = begun
            return nil
        }
        if begun.isCompressed {
            return try inflated(begun.payload, opcode: begun.opcode, scratch: scratch)
        }
        guard begun.utf8.isAtBoundary else { throw .invalidUTF8 }
        return .message(begun.opcode, begun.payload)
    }

    private func inflated(
        _ payload: ByteBuffer,
        opcode: WebSocketOpcode,
        scratch: WebSocketScratch
    ) throws(WebSocketFailure) -> WebSocketEvent {
        guard let inflater = scratch.inflater else { throw WebSocketFailure(.internalError, "out of memory") }
        let message = try inflater.inflate(payload, limit: maxMessageBytes)
        if opcode == .text {
            var utf8 = UTF8Validator()
            guard message.withUnsafeReadableBytes({ utf8.consume($0) }), utf8.isAtBoundary else { throw .invalidUTF8 }
        }
        return .message(opcode, message)
    }

    // MARK: Control frames

    private mutating func readControl(
        _ count: Int,
        from input: inout ByteBuffer,
        scratch: WebSocketScratch
    ) throws(WebSocketFailure) -> WebSocketEvent? {
        var payload = control ?? ByteBuffer()
        control = nil
        mask.unmask(count, from: &input, to: &payload)
        remaining -= count
        guard remaining == 0 else {
            control = payload
            return nil
        }
        phase = .header
        switch opcode {
        case .ping:
            return .ping(payload)
        case .close:
            let event = try Self.closeEvent(payload)
            end()
            return event
        default:
            return .pong
        }
    }

    /// Reads a close frame's payload: nothing, or a code and a reason in UTF-8 (RFC 6455 §5.5.1).
    private static func closeEvent(_ payload: ByteBuffer) throws(WebSocketFailure) -> WebSocketEvent {
        var payload = payload
        guard payload.readableBytes > 0 else { return .close(.noStatus, reason: "") }
        guard let number = payload.readInteger(as: UInt16.self) else {
            throw .protocolError("close frame of one byte")
        }
        let code = WebSocketCloseCode(rawValue: number)
        guard code.isAllowedOnWire else { throw .protocolError("invalid close code") }
        var utf8 = UTF8Validator()
        guard payload.withUnsafeReadableBytes({ utf8.consume($0) }), utf8.isAtBoundary else { throw .invalidUTF8 }
        return .close(code, reason: String(buffer: payload))
    }
}
