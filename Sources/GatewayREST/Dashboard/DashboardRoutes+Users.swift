import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird
import WireJSON

extension DashboardRoutes {
    static var users: [RESTRoute] {
        [self.listUsers, self.showUser, self.userMessages, self.changeUser, self.deleteUser]
    }

    private static let userParameter = APIParameter(
        place: .path, name: "id", kind: .text, description: "The account's id")

    private static let listUsers = RESTRoute(
        .get, base + "/users/",
        APIOperation(
            id: "list_users", tag: .dashboard, summary: "Accounts by name",
            parameters: [
                APIParameter(
                    place: .query, name: "page", kind: .integer(1...1_000_000, default: 1), description: "Which page"),
                APIParameter(
                    place: .query, name: "page_size", kind: .integer(1...100, default: 10),
                    description: "Accounts on a page"),
                APIParameter(
                    place: .query, name: "registered_only", kind: .flag(default: false),
                    description: "Leave guests out"),
                APIParameter(
                    place: .query, name: "search", kind: .text,
                    description: "A part of the name, taken literally, without regard to case"),
            ],
            security: .bearer,
            answers: [
                .init(status: 200, description: "A page of accounts", schema: .userPage), .unauthorized, .forbidden,
                .invalid,
            ])
    ) { call in
        let admin = try await call.administrator()
        let query = try call.query
        let page = try query.integer("page", in: 1...1_000_000, default: 1)
        let size = try query.integer("page_size", in: 1...100, default: 10)
        var wanted = AccountQuery()
        wanted.text = query.text("search") ?? ""
        wanted.registeredOnly = try query.flag("registered_only", default: false)
        wanted.offset = (page - 1) * size
        wanted.limit = size
        let (total, accounts) = try await call.service.accounts.accounts(matching: wanted, as: admin)
        return .json([
            "total_users": .integer(Int64(total)), "total_pages": .integer(Int64((total + size - 1) / size)),
            "users": .array(accounts.map { .object($0.adminJSON) }),
        ])
    }

    private static let showUser = RESTRoute(
        .get, base + "/users/{id}",
        APIOperation(
            id: "show_user", tag: .dashboard, summary: "One account", parameters: [userParameter], security: .bearer,
            answers: [
                .init(status: 200, description: "The account", schema: .user), .unauthorized, .forbidden, .noSuchUser,
            ])
    ) { call in
        let admin = try await call.administrator()
        let account = try await call.service.accounts.account(try call.userID(), as: admin)
        return .json(.object(account.adminJSON))
    }

    private static let userMessages = RESTRoute(
        .get, base + "/users/{id}/messages",
        APIOperation(
            id: "user_messages", tag: .dashboard, summary: "What somebody wrote, newest first",
            parameters: [
                userParameter,
                APIParameter(
                    place: .query, name: "offset", kind: .integer(0...100_000_000, default: 0),
                    description: "How many to leave out"),
                APIParameter(
                    place: .query, name: "limit", kind: .integer(1...100, default: 10), description: "How many to list"),
            ],
            security: .bearer,
            answers: [
                .init(status: 200, description: "Messages, and how many there are", schema: .messagePage),
                .unauthorized, .forbidden, .noSuchUser, .invalid,
            ])
    ) { call in
        let admin = try await call.administrator()
        let query = try call.query
        let offset = try query.integer("offset", in: 0...100_000_000, default: 0)
        let limit = try query.integer("limit", in: 1...100, default: 10)
        let id = try call.userID()
        _ = try await call.service.accounts.account(id, as: admin)
        let (total, messages) = try await call.service.accounts.messages(
            of: id, offset: offset, limit: limit, as: admin)
        let list: [JSONValue] = messages.map { room, message in
            [
                "channel_id": .integer(Int64(room.value)), "sender_username": .string(message.sender.username),
                "timestamp": .string(WireTimestamp.text(milliseconds: message.sentAt.milliseconds)),
                "content": .string(message.content.body),
            ]
        }
        return .json(["count": .integer(Int64(total)), "messages": .array(list)])
    }

    private static let changeUser = RESTRoute(
        .patch, base + "/users/{id}",
        APIOperation(
            id: "change_user", tag: .dashboard, summary: "Change an account",
            details: """
                Everybody may change his own display name, and his password when he gives the current one. \
                Administrators may set the password of others and disable them. A username is for good: giving one's \
                own, unchanged, is no error.
                """,
            parameters: [userParameter], body: .json(.userChange), security: .bearer,
            answers: [
                .init(status: 200, description: "The account", schema: .user), .unauthorized, .forbidden, .noSuchUser,
                .init(status: 409, description: "Username in use", schema: .error), .invalid, .tooMany,
            ])
    ) { call in
        let identity = try await call.identity()
        let change = try AccountPatch(try await call.jsonObject())
        let account = try await change.apply(to: try call.userID(), as: identity, in: call.service)
        return .json(.object(identity.serverRole == .admin ? account.adminJSON : account.publicJSON))
    }

    private static let deleteUser = RESTRoute(
        .delete, base + "/users/{id}",
        APIOperation(
            id: "delete_user", tag: .dashboard, summary: "Delete an account",
            details: "Its name is never given to anybody else. Deleting what is not there is a success.",
            parameters: [
                userParameter,
                APIParameter(
                    place: .query, name: "messages",
                    kind: .choice(ErasureChoice.allCases.map(\.rawValue), default: ErasureChoice.anonymise.rawValue),
                    description: "What becomes of its messages"),
            ],
            security: .bearer,
            answers: [.init(status: 204, description: "Done"), .unauthorized, .forbidden, .invalid])
    ) { call in
        let admin = try await call.administrator()
        let choice = try call.query.choice("messages", default: ErasureChoice.anonymise)
        // What cannot be a name is nobody's: absent, and that is a success.
        guard let id = try? call.userID() else { return .nothing }
        try await call.service.accounts.delete(id, messages: choice, as: admin)
        return .nothing
    }
}
