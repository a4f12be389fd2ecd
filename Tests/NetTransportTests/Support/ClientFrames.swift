import NIOCore

@testable import NetTransport

/// Frames as a client sends them: masked.
enum ClientFrame {
    static func bytes(
        _ opcode: UInt8,
        _ payload: [UInt8] = [],
        isFinal: Bool = true,
        reserved: UInt8 = 0,
        key: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]
    ) -> [UInt8] {
        var frame: [UInt8] = [(isFinal ? 0x80 : 0) | reserved << 4 | opcode]
        switch payload.count {
        case ..<126:
            frame.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            frame += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            frame.append(0x80 | 127)
            for shift in stride(from: 56, through: 0, by: -8) { frame.append(UInt8(payload.count >> shift & 0xFF)) }
        }
        frame += key
        for (index, byte) in payload.enumerated() { frame.append(byte ^ key[index % 4]) }
        return frame
    }

    static func text(_ text: String, isFinal: Bool = true) -> [UInt8] {
        bytes(1, Array(text.utf8), isFinal: isFinal)
    }

    static func close(_ code: UInt16, _ reason: String = "") -> [UInt8] {
        bytes(8, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
    }
}

/// A frame as the server sends it: not masked.
struct ServerFrame: Equatable {
    var opcode: UInt8
    var isFinal = true
    var isCompressed = false
    var payload: [UInt8]

    init(opcode: UInt8, isCompressed: Bool = false, payload: [UInt8]) {
        self.opcode = opcode
        self.isCompressed = isCompressed
        self.payload = payload
    }

    /// Reads one frame off the front; `nil` while it is not complete or when it is masked.
    init?(readingFrom buffer: inout ByteBuffer) {
        var copy = buffer
        guard let first = copy.readInteger(as: UInt8.self), let second = copy.readInteger(as: UInt8.self) else {
            return nil
        }
        var length = Int(second)
        if second == 126 {
            guard let long = copy.readInteger(as: UInt16.self) else { return nil }
            length = Int(long)
        } else if second == 127 {
            guard let long = copy.readInteger(as: UInt64.self) else { return nil }
            length = Int(long)
        } else if second > 127 {
            return nil
        }
        guard let payload = copy.readBytes(length: length) else { return nil }
        opcode = first & 0x0F
        isFinal = first & 0x80 != 0
        isCompressed = first & 0x40 != 0
        self.payload = payload
        buffer = copy
    }

    var text: String { String(decoding: payload, as: UTF8.self) }

    /// Of a close frame.
    var closeCode: UInt16? { payload.count >= 2 ? UInt16(payload[0]) << 8 | UInt16(payload[1]) : nil }
    var closeReason: String { String(decoding: payload.dropFirst(2), as: UTF8.self) }
}

/// What a parser made of some bytes, in a form that can be compared.
enum Parsed: Equatable, CustomStringConvertible {
    case message(WebSocketOpcode, [UInt8])
    case ping([UInt8])
    case pong
    case close(UInt16, String)
    case failure(UInt16)

    init(_ event: WebSocketEvent) {
        switch event {
        case .message(let opcode, let payload): self = .message(opcode, Array(payload.readableBytesView))
        case .ping(let payload): self = .ping(Array(payload.readableBytesView))
        case .pong: self = .pong
        case .close(let code, let reason): self = .close(code.rawValue, reason)
        case .failure(let failure): self = .failure(failure.code.rawValue)
        }
    }

    static func text(_ text: String) -> Parsed { .message(.text, Array(text.utf8)) }

    var description: String {
        switch self {
        case .message(let opcode, let bytes): "message(\(opcode), \(bytes.count) bytes)"
        case .ping(let bytes): "ping(\(bytes.count) bytes)"
        case .pong: "pong"
        case .close(let code, let reason): "close(\(code), \(reason))"
        case .failure(let code): "failure(\(code))"
        }
    }
}

/// Runs a fresh parser over `bytes`, given to it in pieces of `step`.
func parse(
    _ bytes: [UInt8],
    step: Int = .max,
    limits: WebSocketLimits = WebSocketLimits(),
    deflate: Bool = false
) -> [Parsed] {
    var parser = WebSocketFrameParser(limits: limits, isDeflateAllowed: deflate)
    let scratch = WebSocketScratch()
    var events: [Parsed] = []
    var rest = bytes[...]
    while !rest.isEmpty {
        var input = ByteBuffer(bytes: rest.prefix(step))
        rest = rest.dropFirst(step)
        while let event = parser.next(&input, scratch: scratch) { events.append(Parsed(event)) }
    }
    return events
}

/// Random numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
