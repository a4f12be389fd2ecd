/// What was agreed on in `Sec-WebSocket-Extensions` (RFC 7692 §7.1). Neither side keeps context between messages.
package struct DeflateAgreement: Equatable, Sendable {
    /// 9...15: the largest window the client can take from us.
    package let serverWindowBits: Int
    /// Whether the client named a limit, which our answer must then repeat.
    let namesServerWindow: Bool

    /// Whether frames compressed once for everybody, with the largest window, may be sent to this client.
    package var takesSharedFrames: Bool { serverWindowBits == 15 }

    /// The value of our `Sec-WebSocket-Extensions` header.
    package var header: String {
        let base = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"
        return namesServerWindow ? "\(base); server_max_window_bits=\(serverWindowBits)" : base
    }
}

package enum DeflateNegotiation {
    private static let extensionName = "permessage-deflate"
    /// Offers beyond these are not looked at.
    private static let maxOffers = 16

    /// Accepts the first offer of permessage-deflate that we can keep to.
    ///
    /// An offer with unknown, repeated or malformed parameters is declined (RFC 7692 §5.1), which is no error.
    ///
    /// - Parameter headers: The values of all `Sec-WebSocket-Extensions` fields of the request, in order.
    package static func accept(_ headers: [String]) -> DeflateAgreement? {
        for header in headers {
            for offer in header.split(separator: ",", maxSplits: maxOffers) {
                if let agreement = accept(offer: offer) { return agreement }
            }
        }
        return nil
    }

    private static func accept(offer: Substring) -> DeflateAgreement? {
        let parts = offer.split(separator: ";", maxSplits: 8, omittingEmptySubsequences: false).map {
            $0.trimmingSpaces()
        }
        guard let name = parts.first, name.lowercased() == extensionName else { return nil }
        var seen: Set<String> = []
        var serverWindow: Int?
        for part in parts.dropFirst() {
            let (key, value) = parameter(part)
            guard seen.insert(key).inserted else { return nil }
            switch (key, value) {
            case ("server_no_context_takeover", nil), ("client_no_context_takeover", nil),
                ("client_max_window_bits", nil):
                break
            case ("client_max_window_bits", let value?):
                guard windowBits(value) != nil else { return nil }
            case ("server_max_window_bits", let value?):
                // zlib cannot write raw deflate data with a window of 8 bits.
                guard let bits = windowBits(value), bits >= 9 else { return nil }
                serverWindow = bits
            default:
                return nil
            }
        }
        return DeflateAgreement(serverWindowBits: serverWindow ?? 15, namesServerWindow: serverWindow != nil)
    }

    private static func parameter(_ part: String) -> (key: String, value: String?) {
        let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map {
            $0.trimmingSpaces()
        }
        guard pair.count == 2 else { return (part.lowercased(), nil) }
        let value = pair[1]
        let isQuoted = value.count >= 2 && value.first == "\"" && value.last == "\""
        return (pair[0].lowercased(), isQuoted ? String(value.dropFirst().dropLast()) : value)
    }

    /// 8...15, in decimal without sign or leading zero (RFC 7692 §7.1.2.1).
    private static func windowBits(_ text: String) -> Int? {
        switch text {
        case "8": 8
        case "9": 9
        case "10": 10
        case "11": 11
        case "12": 12
        case "13": 13
        case "14": 14
        case "15": 15
        default: nil
        }
    }
}
