/// A fire-and-forget notice that is no message: 'log in anew', 'there is something for you'. Never stored or replayed.
///
/// The names and payloads of the first six are those of Epochtalk's server (`epochtalk/epochtalk_server`,
/// `user_channel`); a host application may send any other.
package struct Signal: Sendable, Hashable {
    /// 1–64 characters.
    package let name: String
    /// A JSON object.
    package let payload: OpaqueJSON

    package init(name: String, payload: OpaqueJSON = Signal.nothing) {
        self.name = name
        self.payload = payload
    }

    package static let nothing = OpaqueJSON(validated: "{}")

    /// The user's roles or rights have changed: get a new token.
    package static let reauthenticate = Signal(name: "reauthenticate")
    /// There is a new private message.
    package static let newMessage = Signal(name: "newMessage")
    /// The user was mentioned.
    package static let refreshMentions = Signal(name: "refreshMentions")

    /// - Parameter role: Whose rights have changed.
    package static func permissionsChanged(_ role: String) -> Signal {
        Signal(name: permissionsChangedName, payload: OpaqueJSON(validated: "{\"lookup\":\(jsonString(role))}"))
    }

    /// - Parameter token: The one that is no good any more; nil for all of the user's.
    package static func logout(_ token: String?) -> Signal {
        guard let token else { return Signal(name: logoutName) }
        return Signal(name: logoutName, payload: OpaqueJSON(validated: "{\"token\":\(jsonString(token))}"))
    }

    /// A JSON string literal (RFC 8259 §7).
    private static func jsonString(_ text: String) -> String {
        var literal = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += "\\\(scalar)"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                literal += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: literal.unicodeScalars.append(scalar)
            }
        }
        return literal + "\""
    }

    package static let announcementName = "announcement"
    package static let logoutName = "logout"
    package static let permissionsChangedName = "permissionsChanged"
}

/// Who hears a signal.
package enum SignalTopic: Sendable, Hashable {
    /// Everybody who is connected, logged in or not.
    case everybody
    /// All who are logged in; the payload says which role it is about.
    case roles
    case user(UserID)
}
