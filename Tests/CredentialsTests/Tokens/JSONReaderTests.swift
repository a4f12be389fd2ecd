import Testing

@testable import Credentials

@Suite struct JSONReaderTests {
    @Test(arguments: [
        ("0", JSONValue.integer(0)), ("-0", .integer(0)), ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
        ("1.5", .number(1.5)), ("1e3", .number(1000)), ("1E-2", .number(0.01)), (" true ", .bool(true)),
        ("false", .bool(false)), ("null", .null), ("\"\"", .string("")),
        (#""\"\\\/\b\f\n\r\t""#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        (#""\u00e9\uD83D\ude00\u0000""#, .string("é😀\u{0}")), ("\"é😀\"", .string("é😀")), ("[]", .array([])),
        ("{}", .object([:])),
        ("[1, [2] ,{\"a\":\t3}]", .array([.integer(1), .array([.integer(2)]), .object(["a": .integer(3)])])),
    ])
    func strictTextIsRead(text: String, value: JSONValue) throws {
        #expect(try JSONReader.read(Array(text.utf8)) == value)
    }

    @Test(arguments: [
        "", " ", "01", "-", "+1", "1.", ".5", "1e", "1e+", "0x1", "NaN", "Infinity", "1e400", "tru", "True", "nul",
        "\"", "\"\\", "\"\\x\"",
        "\"\\u12\"", "\"\\u12g4\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"a\nb\"", "'a'", "[", "[1",
        "[1,]", "[,1]", "[1 2]",
        "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}", "{\"a\":1 \"b\":2}", "{\"a\":1,\"a\":1}",
        "{\"a\":1,\"\\u0061\":2}", "1 2", "[]]",
        "// c\n1", "\u{FEFF}1",
    ])
    func everythingElseIsRefused(text: String) {
        #expect(throws: JSONReadError.self) { try JSONReader.read(Array(text.utf8)) }
    }

    @Test(
        arguments: [[0xC3], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF5, 0x80, 0x80, 0x80], [0x80], [0xFF]] as [[UInt8]])
    func invalidUTF8IsRefused(bytes: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        #expect(throws: JSONReadError.self) { try JSONReader.read([quote] + bytes + [quote]) }
    }
}
