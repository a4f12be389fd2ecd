import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird

/// `/api/v1/operator`: what the command line tells a running node.
enum OperatorRoutes {
    static func all(authority: OperatorAuthority) -> [RESTRoute] { [self.refreshAccount(authority)] }

    private static func refreshAccount(_ authority: OperatorAuthority) -> RESTRoute {
        RESTRoute(
            .post, "/api/v1/operator/accounts/{id}/refresh",
            APIOperation(
                id: "refresh_account", tag: .operations,
                summary: "Say that an account was changed in the store by another process",
                details: "For `parley user …` on the same machine. Connections that were revoked are cut at once.",
                parameters: [
                    APIParameter(place: .path, name: "id", kind: .text, description: "The account's id"),
                    APIParameter(
                        place: .query, name: "gained", kind: .text, description: "The server role that it has now"),
                    APIParameter(
                        place: .query, name: "lost", kind: .text, description: "The server role that it had before"),
                ],
                security: .operatorToken,
                answers: [.init(status: 204, description: "Done"), .unauthorized])
        ) { call in
            guard let token = call.bearerToken else { throw RESTError.notAuthenticated }
            let now = call.service.clock.now().milliseconds / 1000
            guard authority.accepts(token, now: now) else { throw RESTError(ChatError(.authInvalid)) }
            let query = try call.query
            await call.service.accounts.refreshFromStore(
                try call.userID(), gained: query.role("gained"), lost: query.role("lost"))
            return .nothing
        }
    }
}

extension QueryReader {
    /// The role of this name; none for what is no role of this server.
    fileprivate func role(_ name: String) -> [String] {
        self.text(name).flatMap(ServerRole.init).map { [$0.rawValue] } ?? []
    }
}
