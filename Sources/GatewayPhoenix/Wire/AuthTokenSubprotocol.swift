/// A token that came as one of the offered WebSocket subprotocols (phoenix-channels.md §1.2), where it stays out of
/// logs of URLs.
enum AuthTokenSubprotocol: Sendable, Equatable {
    /// What the server selects whenever a client offers it.
    static let name = "phoenix"
    private static let prefix = "base64url.bearer.phx."

    /// No token was offered.
    case absent
    case token(String)
    /// What should be a token is not base64 of UTF-8: refuse the connection.
    case malformed

    /// - Parameter offered: the subprotocols in the client's order; the first that has the form counts.
    init(offered: some Sequence<some StringProtocol>) {
        guard let encoded = offered.first(where: { $0.hasPrefix(Self.prefix) })?.dropFirst(Self.prefix.count) else {
            self = .absent
            return
        }
        guard let bytes = Base64.decode(encoded.utf8, isPadded: false),
            let token = String(validating: bytes, as: UTF8.self)
        else {
            self = .malformed
            return
        }
        self = .token(token)
    }
}
