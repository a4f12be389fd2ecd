import Foundation
import Testing

@testable import Credentials

@Suite struct Base64URLTests {
    @Test func encodingIsThatOfFoundationInItsURLSafeSpelling() {
        var generator = SeededGenerator(seed: 1)
        for count in 0...70 {
            let bytes = (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
            let expected = Data(bytes).base64EncodedString()
                .replacingOccurrences(of: "+", with: "-")
                .replacingOccurrences(of: "/", with: "_")
                .replacingOccurrences(of: "=", with: "")
            #expect(Base64URL.encode(bytes) == expected)
            #expect(Base64URL.decode(expected.utf8) == bytes)
        }
    }

    @Test(arguments: ["A", "AAAAA", "AA==", "AB", "AAB", "A A", "AA\n", "+A", "/A", "AÄ", "A."])
    func onlyTheCanonicalSpellingIsDecoded(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }
}
