import NIOCore
import WireJSON

@testable import GatewayJSON

/// One WebSocket frame as it was found in a buffer.
struct WireFrame: Equatable {
    let isCompressed: Bool
    let payload: String
}

/// Takes a buffer of unmasked server frames apart; nil when it is no sequence of whole text frames.
func wireFrames(_ buffer: ByteBuffer) -> [WireFrame]? {
    var buffer = buffer
    var frames: [WireFrame] = []
    while buffer.readableBytes > 0 {
        guard let first = buffer.readInteger(as: UInt8.self), let second = buffer.readInteger(as: UInt8.self),
            first & 0xBF == 0x81, second & 0x80 == 0
        else { return nil }
        let length: Int? =
            switch second {
            case 126: buffer.readInteger(as: UInt16.self).map(Int.init)
            case 127: buffer.readInteger(as: UInt64.self).flatMap(Int.init(exactly:))
            default: Int(second)
            }
        guard let length, let payload = buffer.readSlice(length: length) else { return nil }
        frames.append(WireFrame(isCompressed: first & 0x40 != 0, payload: String(buffer: payload)))
    }
    return frames
}

/// The JSON texts of a buffer of uncompressed frames.
func texts(_ buffer: ByteBuffer) -> [String] {
    (wireFrames(buffer) ?? []).map(\.payload)
}

/// The values of a buffer of uncompressed frames.
func values(_ buffer: ByteBuffer) -> [JSONValue] {
    texts(buffer).compactMap {
        try? JSONReader.read(Array($0.utf8), limits: JSONLimits(maxBytes: 10_000_000, maxElements: 1_000_000))
    }
}
