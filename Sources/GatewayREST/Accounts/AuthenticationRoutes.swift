import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird
import WireJSON

/// `/api/v1/auth`: signing up, logging in, tokens, and who one is.
enum AuthenticationRoutes {
    private static let base = "/api/v1/auth"

    static var all: [RESTRoute] {
        [self.signUp, self.logIn, self.guest, self.upgrade, self.refresh, self.logOut, self.me]
    }

    private static let signUp = RESTRoute(
        .post, base + "/signup",
        APIOperation(
            id: "signup", tag: .authentication, summary: "Create an account",
            details: "With a guest's token, what the guest wrote goes over to the new account and the guest ends.",
            body: .json(.credentials), security: .optionalBearer,
            answers: [
                .init(status: 201, description: "The new account", schema: .account),
                .init(status: 403, description: "Sign-up is closed", schema: .error),
                .init(status: 409, description: "The name is taken, or reserved for guests", schema: .error),
                .invalid, .tooMany,
            ])
    ) { call in
        let (username, password) = try await Self.credentials(of: call)
        let account: Account
        do throws(AccountService.SignUpError) {
            account = try await Self.create(username, password, call)
        } catch {
            throw RESTError(error, username: username)
        }
        return .json(.object(account.publicJSON), status: .created)
    }

    private static let logIn = RESTRoute(
        .post, base + "/login",
        APIOperation(
            id: "login", tag: .authentication, summary: "Trade a name and a password for a token",
            details: "The OAuth2 password form; a JSON body is refused with 422.", body: .form(.credentials),
            answers: [
                .init(status: 200, description: "A token", schema: .token),
                .init(status: 401, description: "Incorrect username or password", schema: .error),
                .invalid, .tooMany,
            ])
    ) { call in
        let fields = try await call.form().strings("username", "password")
        do throws(ChatError) {
            let issued = try await call.service.accounts.logIn(
                username: fields[0], password: fields[1], from: call.address)
            return .json(issued.json)
        } catch {
            guard error.code == .authInvalid else { throw error }
            throw RESTError(unauthorized: "Incorrect username or password")
        }
    }

    private static let guest = RESTRoute(
        .post, base + "/guest",
        APIOperation(
            id: "guest", tag: .authentication, summary: "Come in as a guest",
            details: "The token logs in as the same guest, here and on `/ws`.",
            answers: [
                .init(status: 200, description: "A token", schema: .token),
                .init(status: 403, description: "Guests are not admitted", schema: .error),
                .init(status: 503, description: "No guest name is free", schema: .error),
            ])
    ) { call in
        .json(try await call.service.accounts.guest(from: call.address).json)
    }

    private static let upgrade = RESTRoute(
        .post, base + "/upgrade",
        APIOperation(
            id: "upgrade", tag: .authentication, summary: "Make a guest an account that keeps its messages",
            body: .json(.credentials), security: .bearer,
            answers: [
                .init(status: 200, description: "A token of the new account", schema: .token),
                .init(status: 403, description: "Not a guest, or sign-up is closed", schema: .error),
                .init(status: 409, description: "The name is taken, or reserved for guests", schema: .error),
                .unauthorized, .invalid, .tooMany,
            ])
    ) { call in
        let identity = try await call.identity()
        let (username, password) = try await Self.credentials(of: call)
        do throws(AccountService.SignUpError) {
            let issued = try await call.service.accounts.upgradeGuest(
                identity, username: username, password: password)
            return .json(issued.json)
        } catch {
            throw RESTError(error, username: username)
        }
    }

    private static let refresh = RESTRoute(
        .post, base + "/refresh",
        APIOperation(
            id: "refresh", tag: .authentication, summary: "Trade a token for one that lasts longer",
            security: .bearer,
            answers: [.init(status: 200, description: "A token", schema: .token), .unauthorized])
    ) { call in
        .json(try await call.service.accounts.refresh(try await call.identity()).json)
    }

    private static let logOut = RESTRoute(
        .post, base + "/logout",
        APIOperation(
            id: "logout", tag: .authentication, summary: "End this token",
            parameters: [
                APIParameter(
                    place: .query, name: "everywhere", kind: .flag(default: false),
                    description: "End all tokens and connections of the account")
            ],
            security: .bearer, answers: [.init(status: 204, description: "Done"), .unauthorized])
    ) { call in
        let identity = try await call.identity()
        let isEverywhere = try call.query.flag("everywhere", default: false)
        try await call.service.accounts.logOut(identity, token: call.bearerToken, everywhere: isEverywhere)
        return .nothing
    }

    private static let me = RESTRoute(
        .get, base + "/me",
        APIOperation(
            id: "me", tag: .authentication, summary: "Who one is", security: .bearer,
            answers: [.init(status: 200, description: "The account", schema: .account), .unauthorized])
    ) { call in
        let account = try await call.service.accounts.account(of: try await call.identity())
        return .json(.object(account.publicJSON))
    }

    // MARK: Steps

    private static func credentials(of call: RESTCall) async throws -> (username: String, password: String) {
        let fields = try await call.jsonObject().strings("username", "password")
        return (fields[0], fields[1])
    }

    /// A guest's token makes the guest an account; any other token has no say in a sign-up.
    private static func create(
        _ username: String, _ password: String, _ call: RESTCall
    ) async throws(AccountService.SignUpError) -> Account {
        let accounts = call.service.accounts
        guard let token = call.bearerToken,
            let guest = try? await call.service.authenticate(.token(token), from: call.address),
            guest.profile.isGuest
        else { return try await accounts.signUp(username: username, password: password, from: call.address) }
        let issued = try await accounts.upgradeGuest(guest, username: username, password: password)
        do throws(ChatError) {
            let identity = try await call.service.authenticate(.token(issued.token), from: call.address)
            return try await accounts.account(of: identity)
        } catch {
            throw .refused(error)
        }
    }
}

extension RESTError {
    /// - Parameter username: What was typed, for the issues that name it.
    init(_ error: AccountService.SignUpError, username: String) {
        switch error {
        case .invalid(let violations): self.init(violations.map { ValidationIssue($0, username: username) })
        case .refused(let error): self.init(error)
        }
    }
}
