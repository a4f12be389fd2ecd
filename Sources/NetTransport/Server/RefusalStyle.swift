import NIOHTTP1

/// What a refused request for a WebSocket's path is told besides the status.
package enum RefusalStyle: Sendable {
    /// `{"detail": …}`, and 426 with the version that is served for what is no handshake (RFC 6455 §4.4).
    case json
    /// Nothing, as Phoenix does (its clients look at the status only): `content-length: 0`, and 400 for what is no
    /// handshake.
    case bare

    func styled(_ refusal: HTTPRefusal) -> HTTPRefusal {
        guard case .bare = self, refusal.status == .upgradeRequired else { return refusal }
        return HTTPRefusal(status: .badRequest, detail: refusal.detail)
    }

    func body(detail: String) -> String {
        switch self {
        case .json: Self.object(detail)
        case .bare: ""
        }
    }

    /// `{"detail": …}` with what JSON wants escaped left out.
    private static func object(_ detail: String) -> String {
        let safe = detail.unicodeScalars.filter { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }
        return "{\"detail\":\"\(String(String.UnicodeScalarView(safe)))\"}"
    }
}
