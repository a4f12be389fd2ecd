import ChatModel
import Testing

@testable import ChatCore

struct MessageTextTests {
    @Test(arguments: [
        ("  hi  ", "hi"),
        ("a\u{0}b\u{7}c", "abc"),
        ("one\ttwo\nthree", "one\ttwo\nthree"),
        ("e\u{301}", "\u{e9}"),
        ("\u{3000}wide\u{A0}", "wide"),
        (" ok\u{2028}", "ok"),
    ])
    func textIsTrimmedNormalisedAndFreeOfControls(given: String, kept: String) throws {
        let text = try MessageText.normalise(given, limits: Limits())
        #expect(Array(text.utf8) == Array(kept.utf8))
    }

    @Test func marksBeyondWhatAnyLanguageHasStayAsTheyAre() throws {
        let most = "e" + String(repeating: "\u{301}\u{316}", count: 15)
        #expect(Array(try MessageText.normalise(most, limits: Limits()).unicodeScalars).first == "\u{e9}")
        let tooMany = "e" + String(repeating: "\u{301}\u{316}", count: 16)
        #expect(Array(try MessageText.normalise(tooMany, limits: Limits()).utf8) == Array(tooMany.utf8))
    }

    @Test(arguments: ["", "   ", "\u{0}\u{1}", "\n\t "])
    func textWithoutAnythingInItIsRefused(given: String) {
        #expect(throws: ChatError(.emptyMessage)) { try MessageText.normalise(given, limits: Limits()) }
    }

    @Test func lengthCountsCodePointsAfterTrimming() throws {
        var limits = Limits()
        limits.messageCodePoints = 200
        _ = try MessageText.normalise("  " + String(repeating: "😀", count: 200) + "  ", limits: limits)
        #expect(throws: ChatError(.messageTooLong)) {
            try MessageText.normalise(String(repeating: "a", count: 201), limits: limits)
        }
        #expect(throws: ChatError(.messageTooLong)) {
            try MessageText.normalise(String(repeating: "a", count: 1_000_000), limits: limits)
        }
    }

    @Test(arguments: [
        ("hello @bob, and @Ann!", ["bob", "Ann"]),
        ("mail me@example.org.", ["example.org"]),
        ("@@bob @", ["bob"]),
        ("nothing", []),
        ("(@zoë) @a@b", ["zoë", "a", "b"]),
    ])
    func namesAfterAnAtSignAreMentions(text: String, names: [String]) {
        #expect(MessageText.mentions(in: text, limit: 50) == names)
    }

    @Test func mentionsAreBounded() {
        #expect(MessageText.mentions(in: String(repeating: "@a ", count: 1000), limit: 50).count == 50)
    }
}
