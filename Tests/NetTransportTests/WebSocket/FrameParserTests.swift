import NIOCore
import Testing

@testable import NetTransport

/// Client bytes that break the rules, and the close code they deserve.
private let malformedFrames: [(name: String, bytes: [UInt8], code: UInt16)] = [
    ("not masked", [0x81, 0x01, 0x61], 1002),
    ("RSV1 without compression", ClientFrame.bytes(1, [], reserved: 4), 1002),
    ("RSV2", ClientFrame.bytes(1, [], reserved: 2), 1002),
    ("RSV3", ClientFrame.bytes(1, [], reserved: 1), 1002),
    ("reserved data opcode", ClientFrame.bytes(3), 1002),
    ("reserved control opcode", ClientFrame.bytes(11), 1002),
    ("fragmented ping", ClientFrame.bytes(9, isFinal: false), 1002),
    ("long ping", [0x89, 0x80 | 126, 0x00, 0x7E, 0, 0, 0, 0], 1002),
    ("continuation of nothing", ClientFrame.bytes(0, [1]), 1002),
    ("message within a message", ClientFrame.text("a", isFinal: false) + ClientFrame.text("b"), 1002),
    ("16-bit length not needed", [0x82, 0x80 | 126, 0x00, 0x7D, 0, 0, 0, 0], 1002),
    ("64-bit length not needed", [0x82, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0], 1002),
    ("negative length", [0x82, 0x80 | 127, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 1002),
    ("length above the limit", [0x82, 0x80 | 127, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], 1009),
    ("absurd length", [0x82, 0x80 | 127, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], 1009),
    ("close of one byte", ClientFrame.bytes(8, [3]), 1002),
    ("close reason not UTF-8", ClientFrame.bytes(8, [0x03, 0xE8, 0xFF]), 1007),
    ("text not UTF-8", ClientFrame.bytes(1, [0x61, 0xFF]), 1007),
    ("text with half a character", ClientFrame.bytes(1, [0xE2, 0x82]), 1007),
    ("surrogate", ClientFrame.bytes(1, [0xED, 0xA0, 0x80]), 1007),
    ("overlong", ClientFrame.bytes(1, [0xC0, 0xAF]), 1007),
    ("above U+10FFFF", ClientFrame.bytes(1, [0xF4, 0x90, 0x80, 0x80]), 1007),
    ("empty fragment", ClientFrame.bytes(1, [], isFinal: false), 1008),
    (
        "empty first and second fragment",
        ClientFrame.text("a", isFinal: false) + ClientFrame.bytes(0, [], isFinal: false), 1008
    ),
]

@Suite("WebSocket frames from clients")
struct FrameParserTests {
    @Test("A message in one frame is unmasked", arguments: [0, 1, 7, 8, 9, 125, 126, 127, 128, 65_535, 65_536])
    func wholeMessage(size: Int) {
        let payload = (0..<size).map { UInt8($0 % 251) }
        #expect(parse(ClientFrame.bytes(2, payload)) == [.message(.binary, payload)])
    }

    @Test("Bytes may come one at a time")
    func oneByteAtATime() {
        let long = String(repeating: "grüße ", count: 40)
        let bytes =
            ClientFrame.text("häl", isFinal: false) + ClientFrame.bytes(9, [1, 2])
            + ClientFrame.bytes(0, Array("lo".utf8))
            + ClientFrame.text(long) + ClientFrame.bytes(10) + ClientFrame.close(4001, "bye")
        let expected: [Parsed] = [.ping([1, 2]), .text("hällo"), .text(long), .pong, .close(4001, "bye")]
        #expect(parse(bytes) == expected)
        #expect(parse(bytes, step: 1) == expected)
        #expect(parse(bytes, step: 3) == expected)
    }

    @Test("A character may be split between fragments")
    func characterAcrossFragments() {
        let bytes = ClientFrame.bytes(1, [0xC3], isFinal: false) + ClientFrame.bytes(0, [0xA4])
        #expect(parse(bytes) == [.text("ä")])
    }

    @Test("After a close frame nothing is read")
    func silenceAfterClose() {
        let bytes = ClientFrame.close(1000) + ClientFrame.text("late") + [0xFF, 0xFF]
        #expect(parse(bytes) == [.close(1000, "")])
        #expect(parse(bytes, step: 1) == [.close(1000, "")])
    }

    @Test("An empty close frame has no status")
    func emptyClose() {
        #expect(parse(ClientFrame.bytes(8)) == [.close(1005, "")])
    }

    @Test(
        "Close codes are checked",
        arguments: [
            (0, false), (999, false), (1000, true), (1003, true), (1004, false), (1005, false), (1006, false),
            (1007, true), (1014, true), (1015, false), (1016, false), (2000, false), (2999, false), (3000, true),
            (4999, true), (5000, false), (65_535, false),
        ] as [(UInt16, Bool)]
    )
    func closeCodes(code: UInt16, isValid: Bool) {
        #expect(parse(ClientFrame.close(code)) == [isValid ? .close(code, "") : .failure(1002)])
    }

    @Test("What breaks the rules fails the connection", arguments: malformedFrames.indices)
    func malformed(index: Int) {
        let (name, bytes, code) = malformedFrames[index]
        #expect(parse(bytes + ClientFrame.text("x")) == [.failure(code)], "\(name)")
        #expect(parse(bytes + ClientFrame.text("x"), step: 1) == [.failure(code)], "\(name), byte by byte")
    }

    @Test("Wrong UTF-8 is refused before the message is complete")
    func failsFast() {
        let whole = ClientFrame.bytes(1, [0x61, 0xFF, 0x61, 0x61])
        #expect(parse(Array(whole.dropLast(2)), step: 1) == [.failure(1007)])
    }

    @Test("The sum of all fragments is bounded, not each one")
    func fragmentSum() {
        let limits = WebSocketLimits(maxMessageBytes: 100)
        let part = [UInt8](repeating: 1, count: 60)
        let bytes = ClientFrame.bytes(2, part, isFinal: false) + ClientFrame.bytes(0, part)
        #expect(parse(bytes, limits: limits) == [.failure(1009)])
        #expect(parse(ClientFrame.bytes(2, part) + ClientFrame.bytes(2, part), limits: limits).count == 2)
    }

    @Test("A length above the limit is refused before any of the payload has come")
    func lengthAloneIsEnough() {
        let head = ClientFrame.bytes(2, [UInt8](repeating: 0, count: 101)).prefix(6)
        #expect(parse(Array(head), limits: WebSocketLimits(maxMessageBytes: 100)) == [.failure(1009)])
    }

    @Test("The number of fragments is bounded")
    func fragmentCount() {
        func message(fragments: Int) -> [UInt8] {
            ClientFrame.bytes(2, [0], isFinal: false)
                + (2..<fragments).flatMap { _ in ClientFrame.bytes(0, [0], isFinal: false) } + ClientFrame.bytes(0, [0])
        }
        #expect(parse(message(fragments: 32)) == [.message(.binary, [UInt8](repeating: 0, count: 32))])
        #expect(parse(message(fragments: 33)) == [.failure(1008)])
    }

    @Test("Random messages in random fragments and pieces come out as they went in", arguments: 0..<40)
    func roundTrip(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bytes: [UInt8] = []
        var expected: [Parsed] = []
        for _ in 0..<20 {
            let payload = randomPayload(&random)
            let isText = String(validating: payload, as: UTF8.self) != nil
            appendFragments(of: payload, opcode: isText ? 1 : 2, to: &bytes, events: &expected, using: &random)
            expected.append(.message(isText ? .text : .binary, payload))
        }
        let limits = WebSocketLimits(maxFragments: 1000)
        #expect(parse(bytes, step: Int.random(in: 1...5000, using: &random), limits: limits) == expected)
    }

    private func randomPayload(_ random: inout SeededGenerator) -> [UInt8] {
        let size = [0, 3, 125, 126, 700, 66_000 / 2].randomElement(using: &random) ?? 0
        if Bool.random(using: &random) {
            return (0..<size).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        return Array(String((0..<size).map { _ in ["a", "é", "€", "😀"].randomElement(using: &random) ?? "b" }).utf8)
            .prefixAtCharacter(size)
    }

    private func appendFragments(
        of payload: [UInt8],
        opcode: UInt8,
        to bytes: inout [UInt8],
        events: inout [Parsed],
        using random: inout SeededGenerator
    ) {
        var rest = payload[...]
        var next = opcode
        while rest.count > 1, Bool.random(using: &random) {
            let part = rest.prefix(Int.random(in: 1..<rest.count, using: &random))
            rest = rest.dropFirst(part.count)
            bytes += frame(next, Array(part), isFinal: false, &random)
            next = 0
            if Bool.random(using: &random) {
                bytes += frame(9, [7], isFinal: true, &random)
                events.append(.ping([7]))
            }
        }
        bytes += frame(next, Array(rest), isFinal: true, &random)
    }

    private func frame(_ opcode: UInt8, _ payload: [UInt8], isFinal: Bool, _ random: inout SeededGenerator) -> [UInt8] {
        let key = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
        return ClientFrame.bytes(opcode, payload, isFinal: isFinal, key: key)
    }

    @Test("Random bytes never do worse than fail", arguments: 0..<200)
    func garbage(seed: UInt64) {
        var random = SeededGenerator(seed: seed &+ 1000)
        let bytes = (0..<300).map { _ in UInt8.random(in: 0...255, using: &random) }
        let events = parse(bytes, step: 7, deflate: true)
        #expect(events.dropLast().allSatisfy { if case .failure = $0 { false } else { true } })
    }
}

extension Array where Element == UInt8 {
    /// At most `count` bytes, without cutting a UTF-8 character.
    fileprivate func prefixAtCharacter(_ count: Int) -> [UInt8] {
        var end = Swift.min(count, self.count)
        while end > 0, end < self.count, self[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(self[..<end])
    }
}
