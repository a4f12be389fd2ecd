package import ChatCore
import Glibc

/// Tells a client's address: the peer's, or behind a proxy that the operator trusts what that proxy wrote.
package struct ClientAddressRule: Sendable {
    private let trusted: [AddressRange]

    /// Believes nobody.
    package static let peerOnly = ClientAddressRule(trusted: [])

    private init(trusted: [AddressRange]) { self.trusted = trusted }

    /// - Parameter proxies: Addresses and ranges: `127.0.0.1`, `10.0.0.0/8`, `::1`, `fd00::/8`.
    /// - Throws: ``AddressRangeError`` for an entry that is none of these.
    package init(trustedProxies proxies: [String]) throws(AddressRangeError) {
        var trusted: [AddressRange] = []
        for text in proxies {
            guard let range = AddressRange(text) else { throw AddressRangeError(entry: text) }
            trusted.append(range)
        }
        self.trusted = trusted
    }

    /// - Parameters:
    ///   - peer: The address of the socket's other end; nil when it has none.
    ///   - forwardedFor: All `X-Forwarded-For` fields, in order.
    /// - Returns: Read from the right, the first address that is no trusted proxy: what stands left of it was written
    ///   by the client, who may write what it likes.
    package func address(peer: String?, forwardedFor: [String]) -> ClientAddress {
        guard let peer, let parsed = NetworkAddress(peer) else { return ClientAddress(peer ?? "unknown") }
        guard self.trusts(parsed) else { return ClientAddress(parsed.text) }
        var client = parsed
        for entry in forwardedFor.flatMap({ $0.split(separator: ",") }).reversed() {
            guard let address = NetworkAddress(entry.trimmingBlanks()) else { break }
            client = address
            guard self.trusts(address) else { break }
        }
        return ClientAddress(client.text)
    }

    private func trusts(_ address: NetworkAddress) -> Bool {
        self.trusted.contains { $0.contains(address) }
    }
}

/// An entry of the list of trusted proxies that cannot be understood.
package struct AddressRangeError: Error, Equatable, CustomStringConvertible {
    package let entry: String

    package var description: String { "not an address or range: \(entry)" }
}

/// An IPv4 or IPv6 address as 128 bits; IPv4 in its mapped form, so that both spellings are one address.
struct NetworkAddress: Equatable {
    let high: UInt64
    let low: UInt64

    /// How many bits the text had: 32 or 128.
    let width: Int

    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.high = 0
            self.low = 0xFFFF_0000_0000 | UInt64(UInt32(bigEndian: four.s_addr))
            self.width = 32
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let words = withUnsafeBytes(of: six) { bytes in
            (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        self.high = UInt64(bigEndian: words.0)
        self.low = UInt64(bigEndian: words.1)
        self.width = 128
    }

    private var isMapped: Bool { self.high == 0 && self.low >> 32 == 0xFFFF }

    /// The shortest spelling; mapped IPv4 as IPv4.
    var text: String {
        guard !self.isMapped else {
            return (0..<4).map { String(self.low >> (24 - 8 * $0) & 0xFF) }.joined(separator: ".")
        }
        var address = in6_addr()
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.storeBytes(of: self.high.bigEndian, as: UInt64.self)
            bytes.storeBytes(of: self.low.bigEndian, toByteOffset: 8, as: UInt64.self)
        }
        var output = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &address, &output, socklen_t(output.count)) != nil else { return "unknown" }
        return String(decoding: output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// All addresses that begin alike.
struct AddressRange {
    private let base: NetworkAddress
    /// 0…128, counted in the mapped form.
    private let prefixBits: Int

    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let base = NetworkAddress(String(first)) else { return nil }
        var bits = base.width
        if parts.count == 2 {
            guard let given = Int(parts[1]), (0...base.width).contains(given) else { return nil }
            bits = given
        }
        self.base = base
        self.prefixBits = bits + (128 - base.width)
    }

    func contains(_ address: NetworkAddress) -> Bool {
        let high = Self.mask(bits: min(self.prefixBits, 64))
        let low = Self.mask(bits: max(0, self.prefixBits - 64))
        return (address.high ^ self.base.high) & high == 0 && (address.low ^ self.base.low) & low == 0
    }

    private static func mask(bits: Int) -> UInt64 { bits == 0 ? 0 : UInt64.max << UInt64(64 - bits) }
}
