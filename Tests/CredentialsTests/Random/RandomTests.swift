import Testing

@testable import Credentials

@Suite struct RandomTests {
    @Test(arguments: [-1, 0, 1, 255, 256, 257, 1000])
    func asManyBytesAreMadeAsWereAskedFor(count: Int) {
        #expect(RandomBytes.make(count).count == max(0, count))
    }

    @Test func poolRepeatsNoWordAcrossBlocks() {
        var pool = RandomPool()
        let words = (0..<1000).map { _ in pool.next() }
        #expect(Set(words).count == words.count)
    }

    @Test func copiesOfAPoolAreOnlyEqualBeforeTheyAreFilled() {
        var first = RandomPool()
        var second = RandomPool()
        #expect(first.next() != second.next())
    }

    @Test func uuidsHaveVersionFourAndTheRightVariant() {
        var generator = IDGenerator()
        for _ in 0..<200 {
            let uuid = generator.uuid()
            #expect(uuid.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }

    @Test func tokensAreSixteenBytesAndAllDifferent() {
        var generator = IDGenerator()
        let tokens = (0..<500).map { _ in generator.token() }
        #expect(Set(tokens).count == tokens.count)
        #expect(tokens.allSatisfy { Base64URL.decode($0.utf8)?.count == 16 })
    }
}
