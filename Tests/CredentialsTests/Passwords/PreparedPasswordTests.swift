import Testing

@testable import Credentials

@Suite struct PreparedPasswordTests {
    /// RFC 8265 §4.3.
    @Test(arguments: [
        ("correct horse battery staple", "correct horse battery staple"),
        ("Correct Horse Battery Staple", "Correct Horse Battery Staple"), ("πßå", "πßå"), ("Jack of ♦s", "Jack of ♦s"),
        ("foo\u{1680}bar", "foo bar"), ("a\u{3000}b\u{A0}c", "a b c"), ("e\u{301}", "\u{E9}"), ("Ａ", "Ａ"), ("ﬁ", "ﬁ"),
        ("😀", "😀"), (" ", " "),
    ])
    func passwordsArePreparedAsOpaqueStrings(typed: String, prepared: String) throws {
        #expect(try PreparedPassword(typed).bytes == Array(prepared.utf8))
    }

    @Test(arguments: [
        "my cat is a \tby", "a\u{0}", "a\u{7F}", "é\u{200B}", "é\u{AD}", "é\u{FEFF}", "\u{E000}", "é\u{FFFE}",
    ])
    func controlsAndInvisibleCharactersAreRefused(typed: String) {
        #expect(throws: PasswordError.forbiddenCharacter) { try PreparedPassword(typed) }
    }

    @Test func lengthIsBounded() throws {
        #expect(throws: PasswordError.empty) { try PreparedPassword("") }
        #expect(try PreparedPassword(String(repeating: "x", count: 1023)).bytes.count == 1023)
        #expect(throws: PasswordError.tooLong) { try PreparedPassword(String(repeating: "x", count: 1024)) }
        #expect(throws: PasswordError.tooLong) { try PreparedPassword(String(repeating: "é", count: 512)) }
        #expect(throws: PasswordError.tooLong) { try PreparedPassword(String(repeating: "é", count: 1_000_000)) }
    }
}
