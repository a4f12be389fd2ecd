/// Which web pages may open a WebSocket (RFC 6455 §10.2): browsers tell the page's origin, and scripts cannot forge it.
///
/// Hosts are compared as parsed names with their ports, never as text that begins or ends alike. The scheme only gives
/// the default port, because a proxy may have ended TLS before us.
package struct OriginPolicy: Sendable {
    /// Only pages that come from the host and port of the request itself.
    package static let sameHost = OriginPolicy(entries: [])

    private let entries: [Entry]

    private struct Entry: Sendable {
        let host: String
        /// `nil`: the default port of the origin's own scheme.
        let port: UInt16?
    }

    private init(entries: [Entry]) {
        self.entries = entries
    }

    /// Pages of the request's own host, and of those listed.
    ///
    /// - Parameter allowed: `https://chat.example.com`, `chat.example.com`, `chat.example.com:8443`. No wildcards.
    /// - Throws: ``OriginPolicyError`` for an entry that is none of these.
    package init(allowed: [String]) throws(OriginPolicyError) {
        var entries: [Entry] = []
        for text in allowed {
            if let origin = WebOrigin(text) {
                entries.append(Entry(host: origin.host, port: origin.port))
            } else if let authority = WebAuthority(text) {
                entries.append(Entry(host: authority.host, port: authority.port))
            } else {
                throw OriginPolicyError(entry: text)
            }
        }
        self.entries = entries
    }

    /// - Parameters:
    ///   - origins: All `Origin` fields of the request. None: not a browser, allowed. More than one: refused.
    ///   - host: The `Host` field.
    package func permits(origins: [String], host: String?) -> Bool {
        guard let text = origins.first else { return true }
        guard origins.count == 1, let origin = WebOrigin(text) else { return false }
        if let host, let own = WebAuthority(host), own.host == origin.host,
            own.port ?? origin.defaultPort == origin.port
        {
            return true
        }
        return entries.contains { $0.host == origin.host && ($0.port ?? origin.defaultPort) == origin.port }
    }
}

/// An entry of the list of allowed origins that cannot be understood.
package struct OriginPolicyError: Error, Equatable, CustomStringConvertible {
    package let entry: String

    package var description: String { "not an origin: \(entry)" }
}

/// `scheme://host[:port]` as browsers send it (RFC 6454 §6.2). `null` is none: nobody knows whose it is.
struct WebOrigin {
    let host: String
    let port: UInt16
    let defaultPort: UInt16

    init?(_ text: String) {
        guard let mark = text.firstRange(of: "://"), let authority = WebAuthority(text[mark.upperBound...]) else {
            return nil
        }
        switch text[..<mark.lowerBound].lowercased() {
        case "http", "ws": defaultPort = 80
        case "https", "wss": defaultPort = 443
        default: return nil
        }
        host = authority.host
        port = authority.port ?? defaultPort
    }
}

/// `host[:port]`, as in a `Host` field.
struct WebAuthority {
    /// In lower case. An IPv6 address keeps its brackets.
    let host: String
    let port: UInt16?

    init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count <= 300 else { return nil }
        var end = bytes.startIndex
        if bytes.first == UInt8(ascii: "[") {
            guard let close = bytes.firstIndex(of: UInt8(ascii: "]")), close > 1,
                bytes[1..<close].allSatisfy(Self.isAddressByte)
            else { return nil }
            end = close + 1
        } else {
            end = bytes.firstIndex { !Self.isNameByte($0) } ?? bytes.endIndex
            guard end > 0 else { return nil }
        }
        host = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        if end == bytes.endIndex {
            port = nil
        } else {
            guard bytes[end] == UInt8(ascii: ":"), let number = Self.port(bytes[(end + 1)...]) else { return nil }
            port = number
        }
    }

    private static func port(_ digits: ArraySlice<UInt8>) -> UInt16? {
        guard digits.count <= 5, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return UInt16(String(decoding: digits, as: UTF8.self))
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }

    private static func isAddressByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default:
            false
        }
    }
}
