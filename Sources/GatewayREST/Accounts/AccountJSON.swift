import ChatCore
import ChatModel
import WireJSON

extension Account {
    /// A user as everybody may see him.
    var publicJSON: JSONObject {
        var object = self.profile.json
        object["created_at"] = .string(WireTimestamp.text(milliseconds: self.createdAt.milliseconds))
        object["role"] = .string(self.role.rawValue)
        return object
    }

    /// A user as administrators see him.
    var adminJSON: JSONObject {
        var object = self.publicJSON
        object["is_disabled"] = .bool(self.isDisabled)
        object["last_seen_at"] =
            self.lastSeenAt.map { .string(WireTimestamp.text(milliseconds: $0.milliseconds)) } ?? .null
        return object
    }
}

extension UserProfile {
    var json: JSONObject {
        [
            "id": .string(self.id.value), "username": .string(self.username), "is_guest": .bool(self.isGuest),
            "display_name": .string(self.displayName),
        ]
    }
}

extension AccountService.IssuedToken {
    /// A token answer (RFC 6749 §5.1). Clients need `expires_in`: without it the reference client takes the token for
    /// an eternal one.
    var json: JSONValue {
        [
            "access_token": .string(self.token), "token_type": "bearer", "expires_in": .integer(self.expiresInSeconds),
            "user": .object(self.profile.json),
        ]
    }
}
