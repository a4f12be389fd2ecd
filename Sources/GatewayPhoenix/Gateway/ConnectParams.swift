import NetTransport

/// What a client says of itself when it connects (phoenix-channels.md §1.1, §1.2).
struct ConnectParams: Sendable {
    let version: SerializerVersion
    /// nil: nobody in particular. Empty: somebody who failed to say who.
    let token: String?
    /// Whether messages that go to all subscribers of a topic must bear this subscriber's join_ref: so it is with
    /// `phoenix-channels-python-client`, which always sends its `api_key` (§7.3).
    let wantsJoinRefs: Bool

    /// nil when the client cannot be served: a version that is not spoken, or a query that cannot be read.
    ///
    /// - Parameter offered: The subprotocols of the request.
    init?(query: String, offered: [String] = [], headerToken: String? = nil) {
        guard let parameters = try? QueryParameters(query),
            let version = SerializerVersion(connectParams: parameters.all.lazy.map { ($0.name, $0.value) })
        else { return nil }
        self.version = version
        self.wantsJoinRefs = parameters["api_key"] != nil
        // Supabase's client and the Python one have no other place for a token of ours.
        let keyed = [parameters["apikey"], parameters["api_key"]].compactMap(\.self).first(where: Self.isTokenShaped)
        switch AuthTokenSubprotocol(offered: offered) {
        case .token(let token): self.token = token
        case .malformed: return nil
        case .absent: self.token = parameters["token"] ?? headerToken ?? keyed
        }
    }

    /// Three parts between two full stops: a JWT. Other API keys mean nothing here.
    private static func isTokenShaped(_ text: String) -> Bool {
        text.utf8.count { $0 == UInt8(ascii: ".") } == 2
    }
}
