import NIOCore
import Testing

@testable import NetTransport

@Suite("permessage-deflate")
struct DeflateTests {
    private func compressed(_ bytes: [UInt8], windowBits: Int = 15) throws -> [UInt8] {
        let deflater = try #require(Deflater(windowBits: windowBits))
        return try Array(#require(deflater.compress(ByteBuffer(bytes: bytes))).readableBytesView)
    }

    @Test("What is deflated is inflated again", arguments: [0, 1, 100, 5000, 65_536], [9, 12, 15])
    func roundTrip(size: Int, windowBits: Int) throws {
        var random = SeededGenerator(seed: UInt64(size))
        let payload = (0..<size).map { _ in UInt8.random(in: 97...104, using: &random) }
        let bytes = ClientFrame.bytes(1, try compressed(payload, windowBits: windowBits), reserved: 4)
        #expect(parse(bytes, deflate: true) == [.message(.text, payload)])
        #expect(parse(bytes, step: 1000, deflate: true) == [.message(.text, payload)])
    }

    @Test("A compressed message may be fragmented anywhere, and the next one stands alone")
    func fragments() throws {
        let payload = Array(String(repeating: "round and round ", count: 50).utf8)
        let whole = try compressed(payload)
        let bytes =
            ClientFrame.bytes(1, Array(whole[..<5]), isFinal: false, reserved: 4) + ClientFrame.bytes(9)
            + ClientFrame.bytes(0, Array(whole[5...])) + ClientFrame.bytes(1, whole, reserved: 4)
            + ClientFrame.text("plain")
        let expected: [Parsed] = [.ping([]), .message(.text, payload), .message(.text, payload), .text("plain")]
        #expect(parse(bytes, deflate: true) == expected)
        #expect(parse(bytes, step: 1, deflate: true) == expected)
    }

    @Test("The examples of RFC 7692 §7.2.3 are understood")
    func examples() {
        let messages: [[UInt8]] = [
            [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00],  // one block
            [0x00, 0x05, 0x00, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0x00],  // no compression
            [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00],  // BFINAL set
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00],  // two blocks
        ]
        for message in messages {
            #expect(parse(ClientFrame.bytes(1, message, reserved: 4), deflate: true) == [.text("Hello")])
        }
    }

    @Test("A bomb is refused while it is inflated")
    func bomb() throws {
        let bomb = try compressed([UInt8](repeating: 0, count: 10_000_000))
        #expect(bomb.count < 65_536)
        #expect(parse(ClientFrame.bytes(2, bomb, reserved: 4), deflate: true) == [.failure(1009)])
    }

    @Test("The limit is exact", arguments: [(999, true), (1000, true), (1001, false)])
    func limit(size: Int, isAllowed: Bool) throws {
        let payload = [UInt8](repeating: 65, count: size)
        let bytes = ClientFrame.bytes(2, try compressed(payload), reserved: 4)
        let events = parse(bytes, limits: WebSocketLimits(maxMessageBytes: 1000), deflate: true)
        #expect(events == [isAllowed ? .message(.binary, payload) : .failure(1009)])
    }

    @Test("What cannot be compressed still fits the limit, in blocks as small as zlib makes them")
    func incompressible() throws {
        var random = SeededGenerator(seed: 1)
        let payload = (0..<65_536).map { _ in UInt8.random(in: 0...255, using: &random) }
        let bytes = ClientFrame.bytes(2, try compressed(payload), reserved: 4)
        #expect(parse(bytes, deflate: true) == [.message(.binary, payload)])

        let stored = stride(from: 0, to: payload.count, by: 127).flatMap { start in
            let block = payload[start..<min(start + 127, payload.count)]
            return [0, UInt8(block.count), 0, ~UInt8(block.count), 0xFF] + Array(block)
        }
        let storedBytes = ClientFrame.bytes(2, stored + [0], reserved: 4)
        #expect(parse(storedBytes, deflate: true) == [.message(.binary, payload)])
    }

    @Test("Junk and wrong text are refused")
    func junk() throws {
        #expect(parse(ClientFrame.bytes(2, [0xFF, 0xFF, 0xFF], reserved: 4), deflate: true) == [.failure(1007)])
        let notText = try compressed([0x61, 0xFF])
        #expect(parse(ClientFrame.bytes(1, notText, reserved: 4), deflate: true) == [.failure(1007)])
    }

    @Test("Only the first frame of a message, and no control frame, may have RSV1")
    func reservedBit() {
        let continued = ClientFrame.bytes(1, [1], isFinal: false) + ClientFrame.bytes(0, [1], reserved: 4)
        #expect(parse(continued, deflate: true) == [.failure(1002)])
        #expect(parse(ClientFrame.bytes(9, [], reserved: 4), deflate: true) == [.failure(1002)])
    }

    @Test("Random junk never does worse than fail", arguments: 0..<100)
    func garbage(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let junk = (0..<200).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(parse(ClientFrame.bytes(2, junk, reserved: 4), deflate: true).count == 1)
    }

    @Test(
        "Offers are answered or declined",
        arguments: [
            ("permessage-deflate", 15), ("permessage-deflate; client_max_window_bits", 15),
            ("permessage-deflate; client_max_window_bits=8", 15), ("PerMessage-Deflate;server_no_context_takeover", 15),
            ("permessage-deflate; server_max_window_bits=10", 10),
            ("permessage-deflate; server_max_window_bits=\"11\"", 11),
            ("x-webkit-deflate-frame, permessage-deflate", 15),
            ("permessage-deflate; server_max_window_bits=8, permessage-deflate", 15),
            ("permessage-deflate; server_max_window_bits=8", nil), ("permessage-deflate; server_max_window_bits", nil),
            ("permessage-deflate; server_max_window_bits=16", nil),
            ("permessage-deflate; server_max_window_bits=010", nil),
            ("permessage-deflate; client_no_context_takeover=1", nil), ("permessage-deflate; unknown", nil),
            ("permessage-deflate; client_max_window_bits; client_max_window_bits", nil),
            ("permessage-deflate;", nil), ("permessage", nil), ("", nil), (",,;=", nil), ("\u{FFFD}", nil),
        ] as [(String, Int?)]
    )
    func negotiation(offer: String, windowBits: Int?) {
        #expect(DeflateNegotiation.accept([offer])?.serverWindowBits == windowBits)
    }

    @Test("The answer names what we keep to")
    func answer() {
        let plain = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        #expect(DeflateNegotiation.accept(["permessage-deflate"])?.header == plain)
        let small = DeflateNegotiation.accept(["foo", "permessage-deflate; server_max_window_bits=9"])
        #expect(small?.header == plain + "; server_max_window_bits=9")
        #expect(small?.takesSharedFrames == false)
    }
}
