import NIOCore
import Testing
import WireJSON

@Suite("The reader takes what RFC 8259 allows and nothing else")
struct JSONReaderGrammarTests {
    /// A text and what it must be read as.
    static let accepted: [(String, JSONValue)] = [
        ("null", .null),
        ("true", true),
        ("false", false),
        ("0", 0),
        ("-0", 0),
        ("7", 7),
        ("-12", -12),
        ("7.0", 7.0),
        ("-0.0", .number(-0.0)),
        ("1e3", 1000.0),
        ("1E+2", 100.0),
        ("25e-1", 2.5),
        ("0e5", 0.0),
        ("1.0e07", 1e7),
        ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
        ("18446744073709551616", .number(18_446_744_073_709_551_616)),
        ("100000000000000000000000000000", .number(1e29)),
        ("1e-999", 0.0),
        (#""""#, ""),
        (#""abc""#, "abc"),
        (#""exactly eight and more""#, "exactly eight and more"),
        (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"),
        (#""\u0041\u00e9\u20AC""#, "Aé€"),
        (#""\u0000""#, "\0"),
        (#""\ud83d\udC4D""#, "👍"),
        (#""\uDBFF\uDFFF""#, "\u{10FFFF}"),
        (#""\uFFFF\uD7FF\uE000""#, "\u{FFFF}\u{D7FF}\u{E000}"),
        (#""👍 é € \u2028""#, "👍 é € \u{2028}"),
        ("\"\u{7F}\u{2029}\u{FEFF}\"", "\u{7F}\u{2029}\u{FEFF}"),
        ("[]", []),
        ("[ ]", []),
        ("[1,[2,[]],{}]", [1, [2, []], [:]]),
        ("{}", [:]),
        (#"{"":0}"#, ["": 0]),
        (#" { "a" : [ true , null ] , "b" : { "c" : "d" } } "#, ["a": [true, .null], "b": ["c": "d"]]),
        ("\t\r\n 1 \t\r\n", 1),
    ]

    @Test("accepted and read as stated", arguments: accepted)
    func accepts(text: String, expected: JSONValue) throws {
        #expect(try read(text) == expected)
    }

    /// A text, the reason for which it must be refused, and the byte.
    static let refused: [(String, JSONError.Reason, Int)] = [
        ("", .unexpectedEnd, 0),
        ("  ", .unexpectedEnd, 2),
        ("\u{FEFF}1", .unexpectedByte, 0),
        ("\u{A0}1", .unexpectedByte, 0),
        ("\u{C}1", .unexpectedByte, 0),
        ("1 2", .trailingBytes, 2),
        ("{}}", .trailingBytes, 2),
        ("null\0", .trailingBytes, 4),
        ("nul", .unexpectedEnd, 3),
        ("nulL", .unexpectedByte, 3),
        ("True", .unexpectedByte, 0),
        ("NaN", .unexpectedByte, 0),
        ("Infinity", .unexpectedByte, 0),
        ("-Infinity", .invalidNumber, 1),
        ("undefined", .unexpectedByte, 0),
        ("'a'", .unexpectedByte, 0),
        ("/**/1", .unexpectedByte, 0),
        ("1//", .trailingBytes, 1),
        ("-", .unexpectedEnd, 1),
        ("--1", .invalidNumber, 1),
        ("+1", .unexpectedByte, 0),
        (".5", .unexpectedByte, 0),
        ("01", .invalidNumber, 0),
        ("-01", .invalidNumber, 1),
        ("00.5", .invalidNumber, 0),
        ("1.", .unexpectedEnd, 2),
        ("1.x", .invalidNumber, 2),
        ("1.e5", .invalidNumber, 2),
        ("1e", .unexpectedEnd, 2),
        ("1e+", .unexpectedEnd, 3),
        ("1ex", .invalidNumber, 2),
        ("1e5.5", .trailingBytes, 3),
        ("0x10", .trailingBytes, 1),
        ("1_000", .trailingBytes, 1),
        ("[1e999]", .numberOutOfRange, 1),
        ("-1e999", .numberOutOfRange, 0),
        ("[", .unexpectedEnd, 1),
        ("[1", .unexpectedEnd, 2),
        ("[1,", .unexpectedEnd, 3),
        ("[1,]", .unexpectedByte, 3),
        ("[,1]", .unexpectedByte, 1),
        ("[1 2]", .unexpectedByte, 3),
        ("[1}", .unexpectedByte, 2),
        ("]", .unexpectedByte, 0),
        ("{", .unexpectedEnd, 1),
        ("{1:2}", .unexpectedByte, 1),
        ("{a:2}", .unexpectedByte, 1),
        (#"{"a""#, .unexpectedEnd, 4),
        (#"{"a" 1}"#, .unexpectedByte, 5),
        (#"{"a":}"#, .unexpectedByte, 5),
        (#"{"a":1,}"#, .unexpectedByte, 7),
        (#"{"a":1 "b":2}"#, .unexpectedByte, 7),
        (#"{"a":1,,"b":2}"#, .unexpectedByte, 7),
        (#"{"a":1]"#, .unexpectedByte, 6),
        (#"""#, .unexpectedEnd, 1),
        (#""abcdefgh"#, .unexpectedEnd, 9),
        (#""\"#, .unexpectedEnd, 2),
        (#""\u12"#, .unexpectedEnd, 5),
        (#""\x41""#, .invalidEscape, 1),
        (#""ab\'""#, .invalidEscape, 3),
        (#""\U0041""#, .invalidEscape, 1),
        (#""\u00g0""#, .invalidEscape, 1),
        (#""\u12""#, .invalidEscape, 1),
        (#""\ud800""#, .loneSurrogate, 1),
        (#""\ud800x""#, .loneSurrogate, 1),
        (#""\ud800\n""#, .loneSurrogate, 1),
        (#""\ud800\ud800""#, .loneSurrogate, 1),
        (#""\udc00\ud800""#, .loneSurrogate, 1),
        (#""\ud800\u0041""#, .loneSurrogate, 1),
        (#""\ud800\u00""#, .invalidEscape, 7),
        (#""\udfff""#, .loneSurrogate, 1),
        ("\"a\nb\"", .controlCharacter, 2),
        ("\"\0\"", .controlCharacter, 1),
        ("\"1234567\u{1F}\"", .controlCharacter, 8),
        ("\"12345678\t\"", .controlCharacter, 9),
        (#"{"a":1,"a":2}"#, .duplicateKey, 7),
        (#"{"a":1,"\u0061":2}"#, .duplicateKey, 7),
        (#"[{"b":{"":0,"":0}}]"#, .duplicateKey, 12),
    ]

    @Test("refused for the stated reason, at the stated byte", arguments: refused)
    func refuses(text: String, reason: JSONError.Reason, offset: Int) {
        let error = errorReading(text)
        #expect(error?.reason == reason)
        #expect(error?.offset == offset)
    }

    /// Bytes that are no UTF-8, and where in them the first wrong sequence starts.
    static let malformedUTF8: [([UInt8], Int)] = [
        ([0x80], 0),
        ([0xBF, 0x41], 0),
        ([0xC0, 0x80], 0),
        ([0xC1, 0xBF], 0),
        ([0xC3], 0),
        ([0xC3, 0x28], 0),
        ([0xE0, 0x80, 0x80], 0),
        ([0xE0, 0x9F, 0xBF], 0),
        ([0xE2, 0x82], 0),
        ([0xE2, 0x28, 0xA1], 0),
        ([0xE2, 0x82, 0x28], 0),
        ([0xED, 0xA0, 0x80], 0),
        ([0xED, 0xBF, 0xBF], 0),
        ([0xF0, 0x80, 0x80, 0x80], 0),
        ([0xF0, 0x8F, 0xBF, 0xBF], 0),
        ([0xF0, 0x9F, 0x91], 0),
        ([0xF4, 0x90, 0x80, 0x80], 0),
        ([0xF5, 0x80, 0x80, 0x80], 0),
        ([0xFE], 0),
        ([0xFF], 0),
        ([0x61, 0xC3, 0xA9, 0x62, 0xFF], 4),
        ([0xC3, 0xA9, 0xF0, 0x9F, 0x91, 0x8D, 0xA0], 6),
    ]

    @Test("malformed UTF-8 is refused at its first byte, wherever in a string it stands", arguments: malformedUTF8)
    func refusesMalformedUTF8(bytes: [UInt8], offset: Int) {
        for padding in 0..<10 {
            let prefix = Array("[\"".utf8) + Array(repeating: UInt8(ascii: "x"), count: padding)
            let error = errorReading(prefix + bytes + Array("\"]".utf8))
            // Enough bytes after it, or too few, to be looked at eight at a time: no difference.
            #expect(error == errorReading(prefix + bytes + Array("........\"]".utf8)))
            #expect(error?.reason == .invalidUTF8)
            #expect(error?.offset == prefix.count + offset)
        }
    }

    @Test("keys that only look alike are two keys")
    func keysAreComparedByBytes() throws {
        let value = try read("{\"\u{E9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{E9}"] == 1)
        #expect(value["e\u{301}"] == 2)
    }

    @Test("a key given twice is found however many keys stand between", arguments: [1, 2, 11, 12, 13, 14, 200])
    func findsDuplicateAmongManyKeys(count: Int) {
        let members = (0..<count).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
        #expect(errorReading("{\(members)}") == nil)
        for repeated in [0, count / 2, count - 1] {
            let error = errorReading("{\(members),\"key\(repeated)\":0}")
            #expect(error?.reason == .duplicateKey)
            #expect(error?.offset == members.utf8.count + 2)
        }
    }

    @Test("a buffer is read from its reader index on and stays as it is")
    func readsBuffer() throws {
        var buffer = ByteBuffer(string: "xx[1]")
        buffer.moveReaderIndex(forwardBy: 2)
        #expect(try JSONReader.read(buffer) == [1])
        #expect(buffer.readableBytes == 3)
        #expect(throws: JSONError.self) { try JSONReader.read(ByteBuffer()) }
    }
}
