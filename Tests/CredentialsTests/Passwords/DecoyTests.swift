import Testing

@testable import Credentials

@Suite struct DecoyTests {
    private let seed = DecoySeed(RandomBytes.make(32))

    @Test func decoyIsTheSameAtEveryAttemptAndDiffersByNameAndServer() throws {
        let seed = try #require(self.seed)
        let other = try #require(DecoySeed(RandomBytes.make(32)))
        let decoy = PasswordRecord.decoy(for: "nobody", seed: seed)
        #expect(decoy == PasswordRecord.decoy(for: "nobody", seed: seed))
        #expect(decoy.sha256.salt != PasswordRecord.decoy(for: "nobody1", seed: seed).sha256.salt)
        #expect(decoy.sha256.salt != PasswordRecord.decoy(for: "nobody", seed: other).sha256.salt)
    }

    @Test func decoyHasTheShapeOfARealRecord() throws {
        let seed = try #require(self.seed)
        let decoy = PasswordRecord.decoy(for: "nobody", seed: seed)
        let real = try PasswordRecord.derive(password: "pencil")
        for hash in ScramHash.allCases {
            #expect(decoy.keys(for: hash).salt.count == real.keys(for: hash).salt.count)
            #expect(decoy.keys(for: hash).storedKey.count == real.keys(for: hash).storedKey.count)
            #expect(decoy.keys(for: hash).serverKey.count == real.keys(for: hash).serverKey.count)
            #expect(decoy.keys(for: hash).iterations == real.keys(for: hash).iterations)
        }
        #expect(decoy.sha1.salt != decoy.sha256.salt)
        #expect(try PasswordRecord(serialized: decoy.serialized) == decoy)
    }

    @Test func noPasswordFitsADecoy() throws {
        let seed = try #require(self.seed)
        let decoy = PasswordRecord.decoy(for: "nobody", seed: seed, iterations: Int.min)
        #expect(decoy.sha256.iterations == PasswordRecord.iterationRange.lowerBound)
        #expect(!decoy.verify(password: "nobody") && !decoy.verify(password: ""))
    }

    @Test func seedNeedsThirtyTwoBytes() {
        #expect(DecoySeed(RandomBytes.make(31)) == nil)
    }
}
