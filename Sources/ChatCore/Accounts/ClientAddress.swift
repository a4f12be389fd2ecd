/// Where a connection comes from: what limits per address count by.
package struct ClientAddress: Sendable, Hashable {
    /// The address as text, without a port.
    package let text: String
    /// IPv4 whole, IPv6 its first 64 bits (one household or server has that many).
    package let group: String

    package init(_ text: String) {
        self.text = text
        self.group = Self.group(of: text)
    }

    /// For acts that come from no network: the operator's command line.
    package static let local = ClientAddress("local")

    private static func group(of text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: ":")), !text.hasPrefix("::ffff:") else { return text }
        let halves = text.split(separator: ":", omittingEmptySubsequences: false)
        // '::' stands for as many zero groups as are missing; only the first four groups matter here.
        var groups: [Substring] = []
        for part in halves {
            if part.isEmpty, !groups.isEmpty {
                let missing = max(0, 8 - (halves.count - 1))
                groups.append(contentsOf: Array(repeating: "0", count: missing))
            } else {
                groups.append(part.isEmpty ? "0" : part)
            }
        }
        return groups.prefix(4).joined(separator: ":") + "::/64"
    }
}
