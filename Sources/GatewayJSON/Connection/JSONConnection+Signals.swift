import ChatCore
import ChatModel
import NIOCore
import NetTransport

extension JSONConnection {
    /// From here on the client gets signals, if it has asked for them.
    func listenToSignals() {
        guard self.features.contains(.signals), let session = self.session, let loop = self.connection?.eventLoop else {
            return
        }
        for topic in Self.topics(of: session.profile) {
            // Only a server that stops refuses: then there is nothing more to hear.
            guard let listener = try? self.service.listen(to: topic, for: self, as: session, on: loop) else { return }
            self.listeners.append(listener)
        }
    }

    func stopListeningToSignals() {
        let listeners = self.listeners
        self.listeners = []
        for listener in listeners { self.service.stopListening(listener) }
    }

    private static func topics(of user: UserProfile) -> [SignalTopic] {
        user.isGuest ? [.everybody] : [.everybody, .roles, .user(user.id)]
    }
}
