package import ChatModel
import Synchronization
package import WireJSON

/// Makes the ids of frames that are not messages.
///
/// Clients of the reference server throw away a frame whose id they have seen (json-chat.md §1.12), so every frame
/// has one of its own, in the form of a UUID version 4. They are no secrets: being different is all they need.
package final class FrameIDs: Sendable {
    private let seed: (UInt64, UInt64)
    private let counter = Atomic<UInt64>(0)

    /// - Parameter seed: random, so that two processes do not repeat each other's ids.
    package init(seed: (UInt64, UInt64) = (.random(in: .min ... .max), .random(in: .min ... .max))) {
        self.seed = seed
    }

    /// An id that this process has not given before. Safe on any thread.
    package func next() -> WireUUID {
        let count = self.counter.wrappingAdd(1, ordering: .relaxed).newValue
        return Self.version4(high: Self.mix(self.seed.0 &+ count), low: Self.mix(self.seed.1 ^ count))
    }

    /// The id of an event's frame: the same whenever and wherever the event is written, so that a client which gets
    /// it live and again in a replay knows it.
    package static func id(epoch: Epoch, seq: Seq) -> WireUUID {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in epoch.value.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
        }
        let position = UInt64(bitPattern: seq)
        return Self.version4(high: Self.mix(hash &+ Self.mix(position)), low: Self.mix(Self.mix(hash) ^ position))
    }

    private static func version4(high: UInt64, low: UInt64) -> WireUUID {
        WireUUID(
            high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000, low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
    }

    /// The finaliser of SplitMix64: one to one, so that different counts stay different.
    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

extension WireUUID {
    init(_ id: MessageID) { self.init(high: id.high, low: id.low) }
}
