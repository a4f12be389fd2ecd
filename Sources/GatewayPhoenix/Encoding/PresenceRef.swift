import ChatModel

/// The `phx_ref` of a presence: an opaque string that clients compare (phoenix-channels.md §3).
///
/// Sixteen characters of url-safe base64: four bytes that name this process, eight of the presence's own number.
struct PresenceRef: Sendable {
    static let length = 16

    private let node: UInt32

    /// - Parameter node: Random; tells the presences of two nodes, and of two lives of one, apart.
    init(node: UInt32) { self.node = node }

    func text(of id: PresenceID) -> String {
        String(unsafeUninitializedCapacity: Self.length) { output in
            var group: UInt32 = 0
            for index in 0..<12 {
                group = group << 8 | UInt32(self.byte(index, of: id))
                guard index % 3 == 2 else { continue }
                for symbol in 0..<4 {
                    let bits = Int(group >> UInt32(18 - 6 * symbol)) & 0x3F
                    output.initializeElement(at: index / 3 * 4 + symbol, to: Self.alphabet[bits])
                }
                group = 0
            }
            return Self.length
        }
    }

    private func byte(_ index: Int, of id: PresenceID) -> UInt8 {
        index < 4
            ? UInt8(truncatingIfNeeded: self.node >> UInt32(24 - 8 * index))
            : UInt8(truncatingIfNeeded: id.value >> UInt64(56 - 8 * (index - 4)))
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
}
