import NIOCore
import Testing
import WireJSON

@Suite("Properties that hold for any value and any bytes")
struct JSONPropertyTests {
    /// More than any generated value needs.
    private static let wide = JSONLimits(maxDepth: 64, maxKeys: 1_000, maxBytes: 1 << 24, maxElements: 1 << 20)

    private static func encoded(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value)
        return Array(writer.buffer.readableBytesView)
    }

    @Test("a value that is written and read is the same value, and writes the same bytes again")
    func roundTrip() throws {
        for seed in UInt64(1)...2_500 {
            var random = RandomJSON(seed: seed)
            let value = random.value()
            let bytes = Self.encoded(value)
            let readBack = try JSONReader.read(bytes, limits: Self.wide)
            try #require(readBack == value, "seed \(seed)")
            // Equality of strings overlooks canonical equivalence and that of numbers the sign of zero; bytes do not.
            try #require(Self.encoded(readBack) == bytes, "seed \(seed)")
        }
    }

    @Test("damaged bytes are read or refused within the document, never worse")
    func mutations() throws {
        for seed in UInt64(1)...25_000 {
            var random = SeededGenerator(seed: seed)
            var bytes = Self.document(using: &random)
            ByteMutator.mutate(&bytes, using: &random)
            let value: JSONValue
            do {
                value = try JSONReader.read(bytes, limits: Self.wide)
            } catch {
                try #require((0...bytes.count).contains(error.offset), "seed \(seed): \(error)")
                continue
            }
            let again = try JSONReader.read(Self.encoded(value), limits: Self.wide)
            try #require(again == value, "seed \(seed)")
        }
    }

    @Test("what passes for UTF-8 is what the standard library takes for it")
    func wellFormedUTF8() throws {
        let bytes: [UInt8] = [
            0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for seed in UInt64(1)...20_000 {
            var random = SeededGenerator(seed: seed)
            let content = (0..<1 + random.below(5)).map { _ in random.pick(bytes) }
            let expected = String(validating: content, as: UTF8.self).map { JSONValue.string($0) }
            let quoted = [UInt8(ascii: "\"")] + content + [UInt8(ascii: "\"")]
            try #require((try? JSONReader.read(quoted)) == expected, "seed \(seed)")
        }
    }

    @Test("every beginning of a document is refused as cut off")
    func prefixes() throws {
        for document in Self.messages {
            let bytes = Array(document.utf8)
            try #require(errorReading(bytes) == nil)
            for length in 0..<bytes.count {
                let error = try #require(errorReading(Array(bytes.prefix(length))))
                #expect([.unexpectedEnd, .invalidUTF8, .loneSurrogate].contains(error.reason))
                #expect((0...length).contains(error.offset))
            }
        }
    }

    private static func document(using random: inout SeededGenerator) -> [UInt8] {
        guard random.below(2) == 0 else { return Array(random.pick(self.messages).utf8) }
        var values = RandomJSON(seed: random.next())
        return self.encoded(values.value())
    }

    private static let messages = [
        #"{"type":"chat_send","timestamp":null,"id":null,"payload":{"channel_id":7,"content":"héllo \n 👍"}}"#,
        #"{"type":"hello","payload":{"token":"a.b.c","user":{"username":"x","is_guest":false}}}"#,
        #"[0,-1.5e-7,9223372036854775807,1E300,"\ud83d\udc4d\u0000\/",[[[[]]]],{"":{}}]"#,
        #"{"a":[true,false,null],"b":"\\\"\b\f\r\t","c":[{"d":1},{"d":2}]}"#,
        "[\"\u{2028}\u{10FFFF}\u{7FF}\u{800}\", \t\r\n 1.25 ]",
    ]
}

/// Damages documents the way networks, fuzzers and clever people do.
private enum ByteMutator {
    private static let interesting: [UInt8] =
        Array(#"{}[]",:\u0eE+-.tfn /"#.utf8) + [
            0x00, 0x1F, 0x7F, 0x80, 0xBF, 0xC0, 0xC3, 0xE2, 0xED, 0xF0, 0xF4, 0xF5, 0xFF,
        ]

    static func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        for _ in 0...random.below(4) {
            self.mutateOnce(&bytes, using: &random)
        }
    }

    private static func mutateOnce(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
        let index = random.below(bytes.count + 1)
        guard index < bytes.count else {
            bytes.append(random.pick(self.interesting))
            return
        }
        switch random.below(7) {
        case 0: bytes[index] ^= 1 << UInt8(random.below(8))
        case 1: bytes[index] = random.pick(self.interesting)
        case 2: bytes.insert(random.pick(self.interesting), at: index)
        case 3: bytes.remove(at: index)
        case 4: bytes.removeSubrange(index...)
        case 5: bytes.removeSubrange(index..<min(bytes.count, index + 1 + random.below(8)))
        default:
            let end = min(bytes.count, index + 1 + random.below(16))
            bytes.insert(contentsOf: bytes[index..<end], at: random.below(bytes.count + 1))
        }
    }
}
