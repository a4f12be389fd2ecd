import WireJSON

/// The shapes of bodies, as `components/schemas` of the description has them.
enum APISchema: String, Sendable, CaseIterable {
    case credentials = "Credentials"
    case token = "Token"
    case account = "Account"
    case user = "User"
    case userChange = "UserChange"
    case userPage = "UserPage"
    case messagePage = "MessagePage"
    case channelList = "ChannelList"
    case channelUsers = "ChannelUsers"
    case room = "Room"
    case roomPage = "RoomPage"
    case directRoom = "DirectRoom"
    case message = "Message"
    case searchPage = "SearchPage"
    case signal = "Signal"
    case accepted = "Accepted"
    case error = "Error"
    case validationError = "ValidationError"

    var reference: JSONValue { ["$ref": .string("#/components/schemas/\(self.rawValue)")] }

    var definition: JSONValue {
        switch self {
        case .credentials:
            Self.object(["username": Self.text, "password": ["type": "string", "format": "password"]])
        case .token:
            Self.object([
                "access_token": Self.text, "token_type": ["const": "bearer"], "expires_in": Self.integer,
                "user": Self.object([
                    "id": Self.text, "username": Self.text, "is_guest": Self.flag, "display_name": Self.text,
                ]),
            ])
        case .account:
            Self.object([
                "id": Self.text, "username": Self.text, "is_guest": Self.flag, "display_name": Self.text,
                "created_at": Self.moment, "role": ["enum": ["user", "moderator", "admin"]],
            ])
        case .user:
            Self.object(
                [
                    "id": Self.text, "username": Self.text, "is_guest": Self.flag, "created_at": Self.moment,
                    "display_name": Self.text, "role": ["enum": ["user", "moderator", "admin"]],
                    "is_disabled": Self.flag, "last_seen_at": Self.optional("string"),
                ],
                optional: ["is_disabled", "last_seen_at"])
        case .userChange:
            Self.object(
                [
                    "username": Self.text, "password": Self.text, "current_password": Self.text,
                    "display_name": Self.text, "is_disabled": Self.flag,
                ],
                optional: ["username", "password", "current_password", "display_name", "is_disabled"], isClosed: true)
        case .userPage:
            Self.object([
                "total_users": Self.integer, "total_pages": Self.integer, "users": Self.list(Self.user.reference),
            ])
        case .messagePage:
            Self.object([
                "count": Self.integer,
                "messages": Self.list(
                    Self.object([
                        "channel_id": Self.integer, "sender_username": Self.text, "timestamp": Self.moment,
                        "content": Self.text,
                    ])),
            ])
        case .channelList:
            Self.object(["count": Self.integer, "channels": Self.list(Self.object(["id": Self.integer]))])
        case .channelUsers:
            Self.object([
                "count": Self.integer,
                "users": Self.list(
                    Self.object([
                        "id": Self.text, "username": Self.text, "is_guest": Self.flag, "display_name": Self.text,
                    ])),
            ])
        case .room:
            Self.object([
                "channel_id": Self.integer, "room_id": Self.text, "alias": Self.optional("string"),
                "title": Self.text, "topic": Self.text, "kind": ["enum": ["group", "channel", "direct"]],
                "access": ["enum": ["public", "private", "strict_private", "invite_only"]],
                "members": Self.integer, "online": Self.integer, "role": Self.optional("string"),
                "status": Self.optional("string"),
            ])
        case .roomPage:
            Self.object(["rooms": Self.list(Self.room.reference), "next": Self.optional("integer")])
        case .directRoom:
            Self.object(["room": Self.room.reference, "is_new": Self.flag])
        case .message:
            Self.object(
                [
                    "message_id": Self.text, "seq": Self.integer, "timestamp": Self.moment,
                    "sender": Self.object([
                        "id": Self.text, "username": Self.text, "is_guest": Self.flag, "display_name": Self.text,
                    ]),
                    "content": Self.text, "version": Self.integer,
                    "reactions": ["type": "object", "additionalProperties": Self.integer], "edited_at": Self.moment,
                    "reply_to": Self.text, "mentions": Self.list(Self.text), "metadata": ["type": "object"],
                ],
                optional: ["edited_at", "reply_to", "mentions", "metadata"])
        case .searchPage:
            Self.object([
                "channel_id": Self.integer, "room_id": Self.text, "epoch": Self.text,
                "messages": Self.list(Self.message.reference), "next": Self.optional("integer"),
            ])
        case .signal:
            Self.object(
                [
                    "to": [
                        "oneOf": [["enum": ["all", "role"]], Self.object(["user": ["type": ["string", "integer"]]])]
                    ],
                    "event": ["type": "string", "minLength": 1, "maxLength": 64], "payload": ["type": "object"],
                ],
                isClosed: true)
        case .accepted:
            Self.object(["accepted": Self.flag])
        case .error:
            Self.object(["detail": Self.text, "code": Self.text], optional: ["code"])
        case .validationError:
            Self.object([
                "detail": Self.list(
                    Self.object(
                        [
                            "type": Self.text, "loc": ["type": "array"], "msg": Self.text, "input": [:],
                            "ctx": ["type": "object"],
                        ],
                        optional: ["ctx"]))
            ])
        }
    }

    // MARK: Parts

    private static let text: JSONValue = ["type": "string"]
    private static let integer: JSONValue = ["type": "integer"]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let moment: JSONValue = ["type": "string", "format": "date-time"]

    private static func optional(_ type: String) -> JSONValue { ["type": .array([.string(type), "null"])] }

    private static func list(_ items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    /// - Parameter isClosed: Whether fields that are not named are refused.
    private static func object(
        _ properties: JSONObject, optional: Set<String> = [], isClosed: Bool = false
    ) -> JSONValue {
        let required = properties.members.map(\.key).filter { !optional.contains($0) }
        var object: JSONObject = ["type": "object", "properties": .object(properties)]
        if isClosed { object["additionalProperties"] = false }
        if !required.isEmpty { object["required"] = .array(required.map { .string($0) }) }
        return .object(object)
    }
}

extension APIOperation.Answer {
    static let unauthorized = Self(status: 401, description: "No valid token", schema: .error)
    static let forbidden = Self(status: 403, description: "Not allowed", schema: .error)
    static let noSuchUser = Self(status: 404, description: "User not found", schema: .error)
    static let noSuchRoom = Self(status: 404, description: "Channel doesn't exist", schema: .error)
    static let invalid = Self(status: 422, description: "The request is not valid", schema: .validationError)
    static let tooMany = Self(status: 429, description: "Too many requests; see Retry-After", schema: .error)
}
