import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird
import WireJSON

/// `/api/v1/rooms`: the rooms that one may find.
enum RoomRoutes {
    static var all: [RESTRoute] { [self.list] }

    private static let list = RESTRoute(
        .get, "/api/v1/rooms",
        APIOperation(
            id: "list_rooms", tag: .rooms, summary: "Public rooms, and with a token also one's own",
            parameters: [
                APIParameter(
                    place: .query, name: "query", kind: .text,
                    description: "A part of the alias or title, without regard to case"),
                APIParameter(
                    place: .query, name: "after", kind: .integer(0...2_147_483_647, default: 0),
                    description: "Only rooms with a greater number: `next` of the page before"),
                APIParameter(
                    place: .query, name: "limit", kind: .integer(1...100, default: 50), description: "Rooms on a page"),
            ],
            security: .optionalBearer,
            answers: [
                .init(status: 200, description: "A page of rooms", schema: .roomPage), .unauthorized, .invalid,
                .tooMany,
            ])
    ) { call in
        let identity = try await Self.reader(call)
        let query = try call.query
        let after = try query.integer("after", in: 0...2_147_483_647, default: 0)
        let wanted = RoomQuery(
            text: query.text("query") ?? "", after: RoomNumber(Int64(after)),
            limit: try query.integer("limit", in: 1...100, default: 50))
        guard case .rooms(let rooms, let next) = try await call.service.execute(.rooms(wanted), as: identity) else {
            throw RESTError(ChatError(.internal))
        }
        return .json([
            "rooms": .array(rooms.map { .object($0.json) }),
            "next": next.map { .integer(Int64($0.value)) } ?? .null,
        ])
    }

    /// Without a token, somebody who is a member of nothing; where guests are not admitted, a token is required.
    private static func reader(_ call: RESTCall) async throws -> Identity {
        if call.bearerToken != nil || !call.service.policy.guestsEnabled { return try await call.identity() }
        // No username is empty, so nobody's memberships are read.
        let nobody = UserProfile(id: UserID(canonical: ""), username: "", isGuest: true)
        return Identity(
            profile: nobody, serverRole: .user, tokenID: nil, tokenExpiresAt: nil, guestToken: nil,
            address: call.address)
    }
}

extension RoomInfo {
    var json: JSONObject {
        let settings = self.record.settings
        return [
            "channel_id": .integer(Int64(self.record.number.value)), "room_id": .string(self.record.id.value),
            "alias": settings.alias.map { .string($0) } ?? .null, "title": .string(settings.title),
            "topic": .string(settings.topic), "kind": .string(self.record.kind.rawValue),
            "access": .string(settings.access.rawValue), "members": .integer(Int64(self.members)),
            "online": .integer(Int64(self.online)),
            "role": self.membership.map { .string($0.role.rawValue) } ?? .null,
            "status": self.membership.map { .string($0.status.rawValue) } ?? .null,
        ]
    }
}
