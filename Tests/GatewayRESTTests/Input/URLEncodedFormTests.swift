import Testing

@testable import GatewayREST

struct URLEncodedFormTests {
    private func fields(_ text: String) -> [String]? {
        URLEncodedForm.fields(of: text.utf8).map { $0.map { "\($0.name)|\($0.value)" } }
    }

    @Test func fieldsAreSplitAndDecoded() {
        #expect(self.fields("") == [])
        #expect(self.fields("a=1&b=2") == ["a|1", "b|2"])
        #expect(self.fields("a=1&&b") == ["a|1", "b|"])
        #expect(self.fields("a=b=c") == ["a|b=c"])
        #expect(self.fields("a+b=%C3%BC+x") == ["a b|ü x"])
    }

    @Test(arguments: ["a=%", "a=%4", "a=%zz", "a=%ff", "%00=1", "a=%00"])
    func whatCannotBeDecodedIsRefused(text: String) {
        #expect(self.fields(text) == nil)
    }

    @Test func tooManyFieldsAreRefused() {
        #expect(self.fields(String(repeating: "a=1&", count: 64))?.count == 64)
        #expect(self.fields(String(repeating: "a=1&", count: 65)) == nil)
    }

    @Test(arguments: ["plain", "Jürgen", "a b", "50%", "a/b?c#d", "😀"])
    func aSegmentComesBackAsItWas(text: String) {
        let encoded = PercentCoding.encode(segment: text)
        #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(!encoded.contains("/"))
        #expect(PercentCoding.decode(encoded.utf8, plusIsSpace: false) == text)
    }
}
