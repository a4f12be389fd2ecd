import Testing

@testable import Credentials

@Suite struct UsernameTests {
    /// RFC 8265 §3.5, and what width mapping and NFC add.
    @Test(arguments: [
        ("juliet", "juliet"), ("fussball", "fussball"), ("fußball", "fußball"), ("π", "π"), ("Σ", "σ"), ("σ", "σ"),
        ("ς", "ς"), ("ΟΔΥΣΣΕΥΣ", "οδυσσευς"), ("ΑΣ-ΑΣ", "ας-ας"), ("ΑΣ\u{301}Α", "ασ\u{301}α"), ("Juliet", "juliet"),
        ("12345", "12345"), ("Ｊｕｌｉｅｔ１", "juliet1"), ("ｶﾞｷﾞ", "ガギ"),
        ("E\u{301}mile", "\u{E9}mile"), ("ÉMILE", "émile"), ("İ", "i\u{307}"), ("l·l", "l·l"), ("山田・太郎", "山田・太郎"),
        ("क्\u{200D}ष", "क्\u{200D}ष"), ("אבג1", "אבג1"), ("נת״ב", "נת״ב"), ("محمد٣", "محمد٣"), ("a.b-c_d!", "a.b-c_d!"),
    ])
    func namesHaveOneCanonicalForm(typed: String, canonical: String) throws {
        let name = try Username(typed)
        #expect(Array(name.canonical.unicodeScalars) == Array(canonical.unicodeScalars))
        #expect(name.asTyped == typed)
    }

    @Test func namesThatDifferInCaseOrWidthAreTheSame() throws {
        #expect(try Username("Alice") == Username("aLICE"))
        #expect(try Username("ＡＬＩＣＥ") == Username("alice"))
        #expect(try Set([Username("Alice"), Username("alice")]).count == 1)
        #expect(try Username("alice") != Username("alice1"))
        #expect(try Username("Alice") < Username("bob"))
    }

    @Test(arguments: [
        " ", "foo bar", " foo", "foo ", "a\tb", "a\u{0}b", "a\u{7F}", "a\u{A0}b", "a\u{3000}b", "a\u{200B}b",
        "a\u{AD}b",
        "henry\u{2163}", "∞", "king♚", "ﬁn", "\u{212B}", "\u{212A}", "a\u{202E}b", "\u{1100}\u{1161}x", "a\u{E000}",
        "a\u{FFFF}", "a\u{378}", "x\u{640}", "a\"b", "a&b", "a'b", "a/b", "a:b", "a<b", "a>b", "a@b", "ａ＠ｂ", "é@b",
        "\u{1C5}", "😀", "a\u{FE0F}é",
    ])
    func forbiddenCharactersAreNamed(typed: String) {
        #expect {
            try Username(typed)
        } throws: { error in
            guard case .forbiddenCharacter = error as? UsernameError else { return false }
            return true
        }
    }

    @Test(arguments: ["a·l", "·l", "x\u{375}", "x\u{375}y", "a״é", "é・b", "é\u{200D}", "\u{200C}é", "م٣۴"])
    func charactersOutOfContextAreRefused(typed: String) {
        #expect {
            try Username(typed)
        } throws: { error in
            guard case .forbiddenContext = error as? UsernameError else { return false }
            return true
        }
    }

    @Test(arguments: ["aאב", "אבa", "1אב", "אב-", "אבπ", "م٣3", "٣م", "é٣"])
    func rightToLeftNamesAreNotMixed(typed: String) {
        #expect(throws: UsernameError.mixedDirection) { try Username(typed) }
    }

    @Test func lengthIsOneToSixtyFourCodePoints() throws {
        #expect(throws: UsernameError.empty) { try Username("") }
        #expect(try Username(String(repeating: "x", count: 64)).canonical.count == 64)
        #expect(try Username(String(repeating: "é", count: 64)).canonical.count == 64)
        #expect(throws: UsernameError.tooLong) { try Username(String(repeating: "x", count: 65)) }
        #expect(throws: UsernameError.tooLong) { try Username(String(repeating: "é", count: 65)) }
        #expect(throws: UsernameError.tooLong) { try Username("e" + String(repeating: "\u{35C}", count: 64)) }
        #expect(throws: UsernameError.tooLong) { try Username(String(repeating: "é", count: 100_000)) }
    }

    @Test(arguments: ["Guest1", "guest0001", "GUEST42", "Ｇｕｅｓｔ７", "guest१२"])
    func guestFormIsReservedInAnyCaseAndDigits(typed: String) throws {
        #expect(try Username(typed).isReservedGuestForm)
    }

    @Test(arguments: ["Guest", "guest1a", "aguest1", "guests1", "guest-1", "gues1"])
    func otherNamesAreNotReserved(typed: String) throws {
        #expect(try !Username(typed).isReservedGuestForm)
    }

    @Test func everyReasonIsASentenceWithoutTheCharacterItself() {
        let errors: [UsernameError] = [
            .empty, .tooLong, .forbiddenCharacter("<"), .forbiddenContext("·"), .mixedDirection, .unstable,
        ]
        #expect(errors.allSatisfy { $0.reason.hasSuffix(".") && !$0.reason.contains("<") })
        #expect(UsernameError.forbiddenCharacter("<").reason.contains("U+003C"))
    }

    @Test func whateverIsAcceptedIsItsOwnCanonicalForm() {
        var generator = SeededGenerator(seed: 8265)
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7F, 0xA0...0x24F, 0x250...0x36F, 0x370...0x3FF, 0x590...0x6FF, 0x900...0x97F, 0x1E00...0x1FFF,
            0x3040...0x30FF, 0xFF00...0xFFEF, 0x0...0x10FFFF,
        ]
        var accepted = 0
        for _ in 0..<20_000 {
            let range = ranges.randomElement(using: &generator) ?? 0...0x7F
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &generator)) { scalars.append(scalar) }
            }
            guard let name = try? Username(String(scalars)) else { continue }
            accepted += 1
            let again = try? Username(name.canonical)
            #expect(again.map { Array($0.canonical.utf8) } == Array(name.canonical.utf8), "\(Array(scalars))")
            #expect((1...256).contains(name.canonical.utf8.count))
        }
        #expect(accepted > 1000)
    }
}
