package import ChatModel

/// A signal that a host application wants sent, checked as far as it can be without the store.
package struct SignalRequest: Sendable, Equatable {
    /// The JSON object that a signal carries.
    package struct Payload: Sendable, Equatable {
        package let json: OpaqueJSON
        /// Its members that are strings, by name.
        package let texts: [String: String]

        package init(json: OpaqueJSON, texts: [String: String]) {
            self.json = json
            self.texts = texts
        }
    }

    package let topic: SignalTopic
    package let signal: Signal
    /// The same key within ``Limits/idempotencySeconds`` stands for the same request. 1–128 bytes.
    package let idempotencyKey: String?

    /// - Parameter event: 1–64 visible characters, none of the names that the protocols use themselves.
    /// - Throws: ``SignalFault`` for a name that is not to be had, a known name for whom it is not meant or without
    ///   what it has to carry, an idempotency key that is empty or too long.
    package init(
        event: String, to topic: SignalTopic, payload: Payload, idempotencyKey: String? = nil
    ) throws(SignalFault) {
        try Self.check(event)
        try KnownSignal(rawValue: event)?.check(topic, payload)
        if let key = idempotencyKey, !(1...128).contains(key.utf8.count) {
            throw SignalFault(.idempotencyKey, "An idempotency key has 1 to 128 bytes")
        }
        self.topic = topic
        self.signal = Signal(name: event, payload: payload.json)
        self.idempotencyKey = idempotencyKey
    }

    private static func check(_ event: String) throws(SignalFault) {
        guard (1...64).contains(event.unicodeScalars.count), event.unicodeScalars.allSatisfy(\.isVisible) else {
            throw SignalFault(.event, "An event name has 1 to 64 visible characters")
        }
        guard !event.hasPrefix("phx_"), !event.hasPrefix("presence_"), event != "heartbeat" else {
            throw SignalFault(.event, "This event name is reserved")
        }
    }
}

/// What is wrong with a signal that a program wants sent, in words for the program's author.
package struct SignalFault: Error, Sendable, Equatable {
    package enum Field: Sendable, Hashable {
        case audience, event, payload, idempotencyKey
    }

    package let field: Field
    package let message: String

    package init(_ field: Field, _ message: String) {
        self.field = field
        self.message = message
    }
}

/// The signals whose meaning clients know (phoenix-channels.md §4.5): for whom each is, and what it has to carry.
private enum KnownSignal: String {
    case announcement, reauthenticate, logout, newMessage, refreshMentions, permissionsChanged

    func check(_ topic: SignalTopic, _ payload: SignalRequest.Payload) throws(SignalFault) {
        switch (self, topic) {
        case (.announcement, .everybody), (.reauthenticate, .user), (.newMessage, .user), (.refreshMentions, .user):
            return
        case (.permissionsChanged, .roles):
            // A client without it would not know whether the role is one of its own.
            guard payload.texts["lookup"].map({ !$0.isEmpty }) ?? false else {
                throw SignalFault(.payload, "permissionsChanged needs 'lookup', the name of the role, as a string")
            }
        case (.logout, .user):
            // A client logs out when the token is its own, and only then.
            guard payload.texts["token"].map({ !$0.isEmpty }) ?? false else {
                throw SignalFault(.payload, "logout needs 'token', the token that was logged out, as a string")
            }
        case (.announcement, _):
            throw SignalFault(.audience, "announcement goes to \"all\"")
        case (.permissionsChanged, _):
            throw SignalFault(.audience, "permissionsChanged goes to \"role\"")
        case (.reauthenticate, _), (.logout, _), (.newMessage, _), (.refreshMentions, _):
            throw SignalFault(.audience, "\(self.rawValue) goes to {\"user\": id}")
        }
    }
}
