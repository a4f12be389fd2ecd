import NIOCore

/// Why a connection is ended: what goes into our close frame.
package struct WebSocketFailure: Error, Equatable {
    package let code: WebSocketCloseCode
    package let reason: String

    init(_ code: WebSocketCloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    static func protocolError(_ reason: String) -> WebSocketFailure { .init(.protocolError, reason) }
    static let tooBig = WebSocketFailure(.messageTooBig, "message too big")
    static let invalidUTF8 = WebSocketFailure(.invalidPayload, "text is not UTF-8")
}

/// The head of one client frame (RFC 6455 §5.2), checked as far as one frame alone can be.
struct WebSocketFrameHeader {
    let isFinal: Bool
    /// RSV1: the message is compressed (RFC 7692 §6).
    let isCompressed: Bool
    let opcode: WebSocketOpcode
    /// 0...Int.max; not yet held against any limit except that of control frames.
    let length: Int
    /// The masking key, first byte lowest.
    let maskKey: UInt32
}

/// Collects the 6...14 bytes of a client frame's head, which may arrive one at a time.
struct WebSocketFrameHeaderReader {
    private static let smallest = 6
    private static let longest = 14

    private var bytes = InlineArray<14, UInt8>(repeating: 0)
    private var count = 0

    /// Takes bytes from `input` until the head is complete.
    ///
    /// - Returns: The head, or `nil` when `input` is used up before its end. The first two bytes are judged at once.
    mutating func read(_ input: inout ByteBuffer) throws(WebSocketFailure) -> WebSocketFrameHeader? {
        guard fill(to: 2, from: &input) else { return nil }
        let (isFinal, isCompressed, opcode) = try Self.firstByte(bytes[0])
        let shortLength = try Self.secondByte(bytes[1], isFinal: isFinal, opcode: opcode)
        let extra = shortLength == 127 ? 8 : shortLength == 126 ? 2 : 0
        guard fill(to: Self.smallest + extra, from: &input) else { return nil }
        let length = try Self.length(short: shortLength, extended: bigEndian(at: 2, count: extra))
        var key: UInt32 = 0
        for offset in 0..<4 {
            key |= UInt32(bytes[2 + extra + offset]) << UInt32(8 * offset)
        }
        count = 0
        return WebSocketFrameHeader(
            isFinal: isFinal,
            isCompressed: isCompressed,
            opcode: opcode,
            length: length,
            maskKey: key
        )
    }

    /// Moves bytes over until `wanted` are held; `false` when there are too few.
    private mutating func fill(to wanted: Int, from input: inout ByteBuffer) -> Bool {
        let needed = min(wanted, Self.longest) - count
        guard needed > 0 else { return true }
        let available = min(needed, input.readableBytes)
        input.withUnsafeReadableBytes { source in
            for index in 0..<available { bytes[count + index] = source[index] }
        }
        input.moveReaderIndex(forwardBy: available)
        count += available
        return available == needed
    }

    private func bigEndian(at start: Int, count: Int) -> UInt64 {
        var value: UInt64 = 0
        for index in start..<(start + count) { value = value << 8 | UInt64(bytes[index]) }
        return value
    }

    private static func firstByte(
        _ byte: UInt8
    ) throws(WebSocketFailure) -> (isFinal: Bool, isCompressed: Bool, opcode: WebSocketOpcode) {
        guard byte & 0x30 == 0 else { throw .protocolError("reserved bits set") }
        guard let opcode = WebSocketOpcode(rawValue: byte & 0x0F) else { throw .protocolError("reserved opcode") }
        return (byte & 0x80 != 0, byte & 0x40 != 0, opcode)
    }

    private static func secondByte(
        _ byte: UInt8,
        isFinal: Bool,
        opcode: WebSocketOpcode
    ) throws(WebSocketFailure) -> UInt8 {
        guard byte & 0x80 != 0 else { throw .protocolError("frame is not masked") }
        let length = byte & 0x7F
        if opcode.isControl {
            guard isFinal else { throw .protocolError("fragmented control frame") }
            guard length <= 125 else { throw .protocolError("control frame too long") }
        }
        return length
    }

    /// Joins the short and the extended length and refuses encodings longer than needed.
    private static func length(short: UInt8, extended: UInt64) throws(WebSocketFailure) -> Int {
        switch short {
        case 126:
            guard extended > 125 else { throw .protocolError("length not minimal") }
        case 127:
            guard extended > 0xFFFF else { throw .protocolError("length not minimal") }
        default:
            return Int(short)
        }
        guard let length = Int(exactly: extended) else { throw .protocolError("length out of range") }
        return length
    }
}
