import ChatCore
import ChatModel
import Testing

struct TokenBucketTests {
    @Test func grantsItsBurstThenSaysHowLongToWait() {
        var bucket = TokenBucket(Rate(burst: 10, perSecond: 1), now: noon)
        for _ in 0..<10 { #expect(bucket.take(now: noon) == nil) }
        #expect(bucket.take(now: noon) == 1000)
        #expect(bucket.take(now: noon.adding(seconds: 1)) == nil)
    }

    @Test func aRateOfZeroSwitchesItOff() {
        var bucket = TokenBucket(.unlimited, now: noon)
        for _ in 0..<10_000 { #expect(bucket.take(now: noon) == nil) }
    }

    @Test func aClockSetBackTakesNothingAndOneSetForwardGivesNoMoreThanTheBurst() {
        var bucket = TokenBucket(Rate(burst: 2, perSecond: 1), now: noon)
        #expect(bucket.take(now: noon.adding(seconds: -3600)) == nil)
        #expect(bucket.take(now: noon.adding(seconds: 1_000_000)) == nil)
        #expect(bucket.take(now: noon.adding(seconds: 1_000_000)) == nil)
        #expect(bucket.take(now: noon.adding(seconds: 1_000_000)) != nil)
    }

    @Test func bucketsOfManyKeysAreBounded() {
        let buckets = KeyedBuckets<Int>(Rate(burst: 1, perSecond: 0.001), capacity: 10)
        for key in 0..<10 { #expect(buckets.take(key, now: noon) == nil) }
        #expect(buckets.take(11, now: noon) == 1000)
        #expect(buckets.take(11, now: noon.adding(seconds: 100_000)) == nil)
    }
}
