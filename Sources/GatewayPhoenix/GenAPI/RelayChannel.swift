import ChatModel

/// `relay:<anything>`: a channel for PhoenixGenApi's requests and for what is said in the groups that were joined
/// through it. Any account may join any of them; the name means nothing.
final class RelayChannel: Channel {
    override func join(_ params: PayloadReader, _ completion: @escaping (JoinOutcome) -> Void) {
        guard self.socket.account != nil else {
            return completion(.refused("unauthorized, cannot join '\(self.instance.topic)' channel"))
        }
        completion(.accepted())
    }
}
