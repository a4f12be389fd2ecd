import NIOCore
import Testing
import WireJSON

@Suite("The writer")
struct JSONWriterTests {
    @Test("puts commas between members and elements and nowhere else")
    func commas() {
        let text = written { writer in
            writer.beginObject()
            writer.member("a", 1)
            writer.key("b")
            writer.beginArray()
            writer.beginArray()
            writer.endArray()
            writer.beginObject()
            writer.endObject()
            writer.null()
            writer.bool(false)
            writer.endArray()
            writer.key(escaping: "c\n")
            writer.beginObject()
            writer.member("d", "e")
            writer.member("f", true)
            writer.endObject()
            writer.member("g", ["h": [1.5]] as JSONValue)
            writer.member("i", Int64.min)
            writer.endObject()
        }
        #expect(
            text
                == #"{"a":1,"b":[[],{},null,false],"c\n":{"d":"e","f":true},"g":{"h":[1.5]},"i":-9223372036854775808}"#)
    }

    static let strings: [(String, String)] = [
        ("", #""""#),
        ("plain", #""plain""#),
        ("a \"quoted\" word", #""a \"quoted\" word""#),
        ("back\\slash / slash", #""back\\slash / slash""#),
        ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
        ("\0\u{1}\u{B}\u{1F}", #""\u0000\u0001\u000b\u001f""#),
        ("\u{7F}", "\"\u{7F}\""),
        ("\u{2027}\u{2028}\u{2029}\u{202A}", "\"\u{2027}\\u2028\\u2029\u{202A}\""),
        ("€\u{2028}", "\"€\\u2028\""),
        ("héllo 👍 \u{10FFFF}", "\"héllo 👍 \u{10FFFF}\""),
        ("12345678\"", #""12345678\"""#),
        ("1234567\n89", #""1234567\n89""#),
        ("</script>", #""</script>""#),
    ]

    @Test("escapes what must be escaped and leaves the rest as UTF-8", arguments: strings)
    func escaping(text: String, expected: String) throws {
        #expect(written { $0.string(text) } == expected)
        #expect(written { $0.string(text[...]) } == expected)
        #expect(written { $0.string(utf8: ByteBuffer(string: text).readableBytesView) } == expected)
        #expect(try read(expected) == .string(text))
    }

    @Test("finds the character to escape at every place of a text")
    func escapingAnywhere() throws {
        for special in ["\"", "\\", "\n", "\0", "\u{2028}"] {
            for before in 0..<20 {
                for after in [0, 1, 7, 8, 9] {
                    let text = String(repeating: "x", count: before) + special + String(repeating: "é", count: after)
                    let json = written { $0.string(text) }
                    #expect(!json.dropFirst().dropLast().utf8.contains { $0 < 0x20 })
                    #expect(json.unicodeScalars.allSatisfy { $0 != "\u{2028}" })
                    #expect(try read(json) == .string(text))
                }
            }
        }
    }

    @Test("replaces malformed UTF-8 in raw bytes, so that its output never holds any")
    func malformedBytes() {
        let bytes: [UInt8] = [0x61, 0xFF, 0x22, 0xED, 0xA0, 0x80]
        let json = written { $0.string(utf8: ByteBuffer(bytes: bytes).readableBytesView) }
        #expect(json.hasPrefix("\"a\u{FFFD}\\\"\u{FFFD}"))
        #expect(errorReading(json) == nil)
    }

    @Test("writes integers exactly", arguments: [0, 7, -7, 10, 99, 100, -1_000, .max, .min] as [Int64])
    func integers(value: Int64) {
        #expect(written { $0.integer(value) } == String(value))
        #expect(written { $0.integer(Int(value)) } == String(value))
    }

    static let doubleVectors: [(Double, String)] = [
        (0, "0.0"), (-0.0, "-0.0"), (1.5, "1.5"), (0.1, "0.1"), (100, "100.0"), (1e22, "1e+22"),
        (.leastNonzeroMagnitude, "5e-324"), (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
    ]

    @Test("writes doubles so that they read back exactly, NaN and infinity as null", arguments: doubleVectors)
    func doubles(value: Double, expected: String) throws {
        #expect(written { $0.double(value) } == expected)
        #expect(try read(expected) == (value.isFinite ? .number(value) : .null))
    }

    @Test("passes encoded JSON through, with commas around it")
    func raw() {
        let text = written { writer in
            writer.beginArray()
            writer.raw(ByteBuffer(string: #"{"a":1}"#))
            writer.raw(ByteBuffer())
            writer.raw("[]")
            writer.integer(2)
            writer.endArray()
        }
        #expect(text == #"[{"a":1},[],2]"#)
    }

    @Test("writes identifiers and moments as strings")
    func wireTexts() {
        let id = WireUUID(high: 0x65f8_ec20_4475_42ca, low: 0xb8b6_d095_5c8a_c211)
        let text = written { writer in
            writer.beginArray()
            writer.uuid(id)
            writer.base64URL(id)
            writer.timestamp(milliseconds: 0)
            writer.endArray()
        }
        #expect(
            text == #"["65f8ec20-4475-42ca-b8b6-d0955c8ac211","ZfjsIER1Qsq4ttCVXIrCEQ","1970-01-01T00:00:00.000Z"]"#)
    }

    @Test("appends to a buffer in place and hands it back even when the body throws")
    func appendsInPlace() {
        struct Stop: Error {}
        var buffer = ByteBuffer(string: "head ")
        JSONWriter.append(to: &buffer) { $0.array([1, 2]) }
        #expect(String(buffer: buffer) == "head [1,2]")
        #expect(throws: Stop.self) {
            try JSONWriter.append(to: &buffer) { (writer) throws(Stop) in
                writer.null()
                throw Stop()
            }
        }
        #expect(String(buffer: buffer) == "head [1,2]null")
    }

    @Test("starts afresh after its buffer was taken or reset")
    func reuse() {
        var writer = JSONWriter(buffer: ByteBuffer(string: "x"))
        writer.integer(1)
        #expect(String(buffer: writer.takeBuffer()) == "x1")
        writer.integer(2)
        #expect(String(buffer: writer.buffer) == "2")
        writer.reset()
        writer.integer(3)
        #expect(String(buffer: writer.takeBuffer()) == "3")
    }
}
