package import ChatModel
import Synchronization

/// One bucket per key (an address, a user), bounded: full buckets are forgotten, since a new one is full as well.
package final class KeyedBuckets<Key: Hashable & Sendable>: Sendable {
    private let rate: Rate
    private let buckets = Mutex<[Key: TokenBucket]>([:])
    private let capacity: Int

    package init(_ rate: Rate, capacity: Int = 100_000) {
        self.rate = rate
        self.capacity = capacity
    }

    /// Takes one token of a key. nil: granted; otherwise the milliseconds to wait.
    package func take(_ key: Key, now: Timestamp) -> Int64? {
        guard !self.rate.isUnlimited else { return nil }
        return self.buckets.withLock { buckets in
            if buckets.count >= self.capacity, buckets[key] == nil {
                buckets = buckets.filter { !$0.value.isFull(now: now) }
                // Too many keys at once is an attack from many addresses: none of them gets anything for now.
                guard buckets.count < self.capacity else { return 1000 }
            }
            return buckets[key, default: TokenBucket(self.rate, now: now)].take(now: now)
        }
    }

    /// Gives a token back: what it was taken for turned out not to count.
    package func refund(_ key: Key) {
        self.buckets.withLock { $0[key]?.refund() }
    }

    package func sweep(now: Timestamp) {
        self.buckets.withLock { buckets in buckets = buckets.filter { !$0.value.isFull(now: now) } }
    }
}
