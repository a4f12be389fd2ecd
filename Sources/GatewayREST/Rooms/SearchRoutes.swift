import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird
import WireJSON

/// `/api/v1/search`: finding messages.
enum SearchRoutes {
    static var all: [RESTRoute] { [self.search] }

    private static let search = RESTRoute(
        .get, "/api/v1/search",
        APIOperation(
            id: "search", tag: .rooms, summary: "Find messages of one room that one may see",
            details: """
                Newest first. A page may have fewer messages than asked for, or none, and still have a `next`: a long \
                past is read in parts.
                """,
            parameters: [
                APIParameter(
                    place: .query, name: "room", kind: .text, description: "The room's number or id", isRequired: true),
                APIParameter(
                    place: .query, name: "q", kind: .text,
                    description: "1 to 8 words that a message has, in any order and case; 256 bytes at most",
                    isRequired: true),
                APIParameter(
                    place: .query, name: "before", kind: .integer(1...Int.max, default: nil),
                    description: "Only messages before this position: `next` of the page before"),
                APIParameter(
                    place: .query, name: "limit", kind: .integer(1...100, default: 50),
                    description: "Messages on a page"),
            ],
            security: .bearer,
            answers: [
                .init(status: 200, description: "A page of messages", schema: .searchPage), .unauthorized, .forbidden,
                .noSuchRoom, .invalid, .tooMany,
            ])
    ) { call in
        let identity = try await call.identity()
        let query = try call.query
        let room = RoomReference(typed: try query.required("room"))
        let wanted = MessageQuery(
            text: try query.required("q"),
            before: try query.text("before").map { _ in
                Seq(try query.integer("before", in: 1...Int.max, default: 1))
            },
            limit: try query.integer("limit", in: 1...100, default: 50))
        return try await Self.find(wanted, in: room, call, identity)
    }

    private static func find(
        _ query: MessageQuery, in room: RoomReference, _ call: RESTCall, _ identity: Identity
    ) async throws -> Response {
        let reply: Reply
        do throws(ChatError) {
            reply = try await call.service.execute(.search(room, query), as: identity)
        } catch {
            guard error.code == .invalidArgument else { throw error }
            throw RESTError(
                ValidationIssue("search_words", .query, "q", "Input should be 1 to 8 words of at most 256 bytes in all")
            )
        }
        guard case .found(let messages, let found, let epoch, let next) = reply else {
            throw RESTError(ChatError(.internal))
        }
        return .json([
            "channel_id": .integer(Int64(found.number.value)), "room_id": .string(found.id.value),
            "epoch": .string(epoch.value), "messages": .array(messages.map { .object($0.json) }),
            "next": next.map { .integer($0) } ?? .null,
        ])
    }
}

extension RoomReference {
    /// A number where the text is one that a room can have; else an id.
    init(typed text: String) {
        self = Int64(text).flatMap(RoomNumber.init).map(RoomReference.number) ?? .id(RoomID(text))
    }
}
