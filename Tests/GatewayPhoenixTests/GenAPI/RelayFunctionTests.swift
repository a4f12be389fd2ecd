import ChatModel
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §5.1, §5.3: which functions there are, and what their arguments must be.
struct RelayFunctionTests {
    private static let services: Set<String> = ["chat_service", "relay"]

    private func request(_ type: String, service: String = "relay", version: String? = nil) throws -> GenAPIRequest {
        var object: JSONObject = ["request_type": .string(type), "request_id": "r", "service": .string(service)]
        object["version"] = version.map { .string($0) }
        return try GenAPIRequest(object, byteCount: 1)
    }

    @Test(arguments: RelayFunction.allCases, Self.services)
    func everyServiceHasEveryFunction(function: RelayFunction, service: String) throws {
        for version in [nil, "0.0.0", RelayFunction.version] {
            let request = try self.request(function.rawValue, service: service, version: version)
            #expect(try RelayFunction(request, services: Self.services) == function)
        }
    }

    @Test(
        arguments: [
            ("fly", "relay", nil), ("relay_msg", "other", nil), ("relay_msg", "relay", "9.9.9"),
            ("RELAY_MSG", "relay", nil),
        ] as [(String, String, String?)])
    func whatIsNotOfferedIsUnsupported(type: String, service: String, version: String?) throws {
        let request = try self.request(type, service: service, version: version)
        #expect(throws: GenAPIFailure.unsupported(type: type, version: version)) {
            try RelayFunction(request, services: Self.services)
        }
    }

    // MARK: - Arguments

    private static let group = RoomID("g")
    private static let bob = UserID(canonical: "bob")

    @Test(
        arguments: [
            (.relayMessage, ["group_id": "g", "message": ""], .relay(group, message: "")),
            (.createGroup, ["group_id": "g", "group_type": "public"], .create(group, .isPublic)),
            (.createGroup, ["group_id": "g", "group_type": "private"], .create(group, .isPrivate)),
            (.createGroup, ["group_id": "G", "group_type": "strict_private"], .create(group, .strictPrivate)),
            (.deleteGroup, ["group_id": "g"], .delete(group)),
            (.groupInfo, ["group_id": "g"], .info(group)),
            (.joinGroup, ["group_id": "g"], .join(group)),
            (.leaveGroup, ["group_id": "g"], .leave(group)),
            (.acceptMember, ["group_id": "g", "user_id": "bob"], .accept(group, bob)),
            (.muteMember, ["user_id": "Bob", "group_id": "g"], .mute(group, bob)),
            (.unmuteMember, ["group_id": "g", "user_id": "bob"], .unmute(group, bob)),
        ] as [(RelayFunction, JSONObject, RelayOperation)])
    func argumentsBecomeAnOperation(function: RelayFunction, arguments: JSONObject, operation: RelayOperation) throws {
        #expect(try function.operation(arguments) == operation)
    }

    private static let long = JSONValue.string(String(repeating: "x", count: 3001))

    @Test(
        arguments: [
            (.relayMessage, ["message": "x"], #"missing or nil argument "group_id" in "relay_msg""#),
            (
                .relayMessage, ["group_id": .null, "message": "x"],
                #"missing or nil argument "group_id" in "relay_msg""#
            ),
            (.relayMessage, ["group_id": "g"], #"missing or nil argument "message" in "relay_msg""#),
            (.relayMessage, ["more": 1], #"missing or nil argument "group_id" in "relay_msg""#),
            (.acceptMember, ["group_id": "g"], #"missing or nil argument "user_id" in "accept_member""#),
            (.createGroup, ["group_id": "g"], #"missing or nil argument "group_type" in "create_group""#),
            (
                .relayMessage, ["group_id": "g", "message": "x", "x": 1],
                #"extra arguments for "relay_msg", extra: ["x"]"#
            ),
            (
                .joinGroup, ["group_id": 7, "b": .null, "a\"": 1],
                #"extra arguments for "join_group", extra: ["a\"", "b"]"#
            ),
            (
                .relayMessage, ["group_id": 7, "message": long],
                #"invalid argument type for "group_id", expected :string, got 7"#
            ),
            (
                .relayMessage, ["group_id": "g", "message": true],
                #"invalid argument type for "message", expected :string, got true"#
            ),
            (
                .relayMessage, ["group_id": "g", "message": ["x"]],
                #"invalid argument type for "message", expected :string, got a list"#
            ),
            (
                .relayMessage, ["group_id": "g", "message": ["x": 1]],
                #"invalid argument type for "message", expected :string, got a map"#
            ),
            (
                .relayMessage, ["group_id": "g", "message": long],
                #"invalid argument size for "message", max 3000 bytes"#
            ),
            (.leaveGroup, ["group_id": long], #"invalid argument size for "group_id", max 3000 bytes"#),
            (
                .createGroup, ["group_id": "g", "group_type": "invite_only"],
                #"invalid argument type for "group_type", expected public, private or strict_private, got "invite_only""#
            ),
            (
                .createGroup, ["group_id": "g", "group_type": ""],
                #"invalid argument type for "group_type", expected public, private or strict_private, got """#
            ),
        ] as [(RelayFunction, JSONObject, String)])
    func wrongArgumentsAreNamed(function: RelayFunction, arguments: JSONObject, text: String) {
        #expect(throws: GenAPIFailure.arguments(text)) { try function.operation(arguments) }
    }

    @Test(arguments: [("x", 3000), ("ü", 1500), ("😀", 750)])
    func aStringHas3000BytesAtTheMost(letter: String, count: Int) throws {
        let most = String(repeating: letter, count: count)
        let function = RelayFunction.relayMessage
        #expect(
            try function.operation(["group_id": "g", "message": .string(most)]) == .relay(Self.group, message: most))
        #expect(throws: GenAPIFailure.arguments(#"invalid argument size for "message", max 3000 bytes"#)) {
            try function.operation(["group_id": "g", "message": .string(most + letter)])
        }
    }
}
