import Testing

@testable import StoreSQLite

/// How the text of a message is compared with the words of a search.
@Suite struct SearchPatternTests {
    private func matches(_ words: [String], _ text: String) -> Bool {
        var scratch: [UInt8] = []
        var text = text
        return text.withUTF8 { SearchPattern(words).matches($0, scratch: &scratch) }
    }

    @Test(
        arguments: [
            ("a", "A"), ("z", "Z"), ("az", "xAZx"), ("aab", "aaab"), ("end", "the END"), ("@[`{", "@[`{"),
            ("é", "E\u{301}"), ("e\u{301}", "É"), ("ж", "Ж"), ("abc", "Ж ABC"), ("👍", "ok 👍"),
            ("k", "\u{212A} = kelvin"),
        ]
    )
    func findsAWordInAnyCaseAndForm(_ word: String, _ text: String) {
        #expect(self.matches([word], text))
    }

    @Test(arguments: [("a", ""), ("ab", "a"), ("ab", "ba"), ("[", "{"), ("@", "`"), ("e", "\u{E9}"), ("\u{E9}", "e")])
    func findsNothingElse(_ word: String, _ text: String) {
        #expect(!self.matches([word], text))
    }

    @Test func allWordsMustBeThere() {
        #expect(self.matches(["one", "two"], "two and one"))
        #expect(!self.matches(["one", "two"], "two and 1"))
        #expect(SearchPattern(["", ""]).isEmpty)
    }
}
