import Testing

@testable import StoreSQLite

/// How the text of a message is compared with the words of a search.
@Suite struct SearchPatternTests {
    private func matches(_ words: [String], _ text: String) -> Bool {
        var searched = SearchedText()
        var text = text
        text.withUTF8 { searched.replace(with: $0) }
        return SearchPattern(words).matches(searched)
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

    @Test func wordsAreFoundWhereverTheyStandAndHoweverTheyRepeatThemselves() throws {
        var random = SystemRandomNumberGenerator()
        let alphabets: [[Character]] = [["a", "b"], ["a", "B", "é"], ["a"], ["х", "Х", "x"], ["👍", "👍🏽", "a"]]
        func text(_ alphabet: [Character], _ longest: Int) -> String {
            String((0..<Int.random(in: 0...longest, using: &random)).compactMap { _ in alphabet.randomElement() })
        }
        for round in 0..<4000 {
            let alphabet = alphabets[round % alphabets.count]
            let word = text(alphabet, 6)
            let body = text(alphabet, 40)
            let expected = Self.isFound(Array(Folding.fold(word).utf8), in: Array(Folding.fold(body).utf8))
            #expect(self.matches([word], body) == expected, "'\(word)' in '\(body)'")
        }
    }

    /// Looks at every place.
    private static func isFound(_ word: [UInt8], in text: [UInt8]) -> Bool {
        guard text.count >= word.count else { return false }
        return (0...(text.count - word.count)).contains { text[$0..<($0 + word.count)].elementsEqual(word) }
    }

    @Test(arguments: 1...12)
    func everyWordOfTwoLettersIsFoundWhereItIs(length: Int) {
        let texts = ["aaaaaaaaaaab", "abaababaabaab", "babababababb", "aabaaabaaaab"]
        for bits in 0..<(1 << length) {
            let word = String((0..<length).map { bits >> $0 & 1 == 0 ? "a" : "b" })
            for text in texts {
                #expect(
                    self.matches([word], text) == Self.isFound(Array(word.utf8), in: Array(text.utf8)),
                    "'\(word)' in '\(text)'")
            }
        }
    }

    @Test func workGrowsWithTheTextAndFasterWhereItIsHarder() {
        var searched = SearchedText()
        for (text, work) in [("", 0), ("abc", 3), ("é", 11)] {
            var text = text
            text.withUTF8 { searched.replace(with: $0) }
            #expect(searched.work == work)
        }
    }

    @Test(arguments: [29, 30, 31, 4000])
    func textIsComposedUnlessItsMarksHaveNoEnd(marks: Int) {
        let text = "E" + String(repeating: "\u{301}", count: marks)
        #expect(self.matches(["\u{E9}"], text) == (marks <= 30))
        #expect(self.matches(["e\u{301}"], text + "\u{C9}"), "what is composed is found")
        #expect(self.matches(["ende"], text + "ENDE"))
    }

    @Test func allWordsMustBeThere() {
        #expect(self.matches(["one", "two"], "two and one"))
        #expect(!self.matches(["one", "two"], "two and 1"))
        #expect(SearchPattern(["", ""]).isEmpty)
    }
}
