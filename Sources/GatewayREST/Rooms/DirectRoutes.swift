import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird
import WireJSON

/// `/api/v1/direct`: the rooms of two.
enum DirectRoutes {
    static var all: [RESTRoute] { [self.open] }

    private static let open = RESTRoute(
        .post, "/api/v1/direct/{user}",
        APIOperation(
            id: "open_direct", tag: .rooms, summary: "Get the room of oneself and somebody else, or make it",
            details: "Two accounts have one such room, whoever of them asks for it and how often.",
            parameters: [APIParameter(place: .path, name: "user", kind: .text, description: "The other's username")],
            security: .bearer,
            answers: [
                .init(status: 200, description: "The room that was there", schema: .directRoom),
                .init(status: 201, description: "The room, which is new", schema: .directRoom),
                .init(status: 403, description: "A guest, or oneself", schema: .error), .unauthorized, .noSuchUser,
                .tooMany,
            ])
    ) { call in
        let identity = try await call.identity()
        let user = try call.userID("user")
        guard case .direct(let info, let isNew) = try await call.service.execute(.openDirect(.id(user)), as: identity)
        else { throw RESTError(ChatError(.internal)) }
        return .json(["room": .object(info.json), "is_new": .bool(isNew)], status: isNew ? .created : .ok)
    }
}
