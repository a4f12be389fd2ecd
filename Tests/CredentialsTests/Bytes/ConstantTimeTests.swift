import Testing

@testable import Credentials

@Suite struct ConstantTimeTests {
    @Test func equalBytesAreEqualWhateverCollectionHoldsThem() {
        #expect(constantTimeEqual([1, 2, 3] as [UInt8], ([0, 1, 2, 3] as [UInt8]).dropFirst()))
        #expect(constantTimeEqual([] as [UInt8], [] as [UInt8]))
    }

    @Test func oneBitOrOneByteOfLengthMakesADifference() {
        #expect(!constantTimeEqual([1, 2, 3] as [UInt8], [1, 2, 2] as [UInt8]))
        #expect(!constantTimeEqual([1, 2, 3] as [UInt8], [129, 2, 3] as [UInt8]))
        #expect(!constantTimeEqual([1, 2, 3] as [UInt8], [1, 2] as [UInt8]))
    }
}
