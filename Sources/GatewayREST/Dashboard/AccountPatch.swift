import ChatCore
import ChatModel
import Credentials
import HTTPTypes
import WireJSON

/// A change of an account as `PATCH /dashboard/users/{id}` takes it, and who may make which part of it.
struct AccountPatch {
    private let username: String?
    private let password: String?
    private let currentPassword: String?
    private let displayName: String?
    private let isDisabled: Bool?

    /// - Throws: 422 for a field of the wrong type and for one that is none of these: a misspelt change that is
    ///   answered with 200 would pass for one that was made.
    init(_ body: BodyReader) throws(RESTError) {
        try body.refuseFields(otherThan: ["username", "password", "current_password", "display_name", "is_disabled"])
        self.username = try body.optionalString("username")
        self.password = try body.optionalString("password")
        self.currentPassword = try body.optionalString("current_password")
        self.displayName = try body.optionalString("display_name")
        self.isDisabled = try body.optionalFlag("is_disabled")
    }

    /// - Throws: 403 for another's account without being an administrator, 404, 409, 422.
    func apply(to id: UserID, as identity: Identity, in service: ChatService) async throws -> Account {
        let isOwn = identity.profile.id == id && !identity.profile.isGuest
        guard isOwn || identity.serverRole == .admin else { throw RESTError(ChatError(.forbidden)) }
        let accounts = service.accounts
        let account = isOwn ? try await accounts.account(of: identity) : try await accounts.account(id, as: identity)
        try await self.checkUsername(of: account, in: accounts)
        if isOwn {
            try await self.changeOwn(identity, in: service)
        } else {
            try await self.changeOther(id, as: identity, in: accounts)
        }
        // A new password has ended the caller's token, not what it may still be told.
        return isOwn ? try await accounts.account(of: identity) : try await accounts.account(id, as: identity)
    }

    /// A username is for good. Giving the unchanged one is no error; another's is a conflict.
    private func checkUsername(of account: Account, in accounts: AccountService) async throws {
        guard let username = self.username, username != account.profile.username else { return }
        if let other = UserID(typed: username), other != account.id, try await accounts.exists(other) {
            throw RESTError(.conflict, "Username in use")
        }
        throw RESTError(
            ValidationIssue(
                "value_error", .body, "username", "Value error, A username cannot be changed",
                input: .string(username)))
    }

    private func changeOwn(_ identity: Identity, in service: ChatService) async throws {
        guard self.isDisabled == nil else { throw RESTError(ChatError(.notSelf)) }
        if let displayName = self.displayName {
            _ = try await service.execute(.updateProfile(displayName: displayName), as: identity)
        }
        guard let password = self.password else { return }
        guard let current = self.currentPassword else {
            throw RESTError(ValidationIssue.missing(.body, "current_password"))
        }
        do throws(AccountService.SignUpError) {
            try await service.accounts.changePassword(of: identity, current: current, new: password)
        } catch .refused(let error) where error.code == .authInvalid {
            throw RESTError(.forbidden, "Incorrect current password")
        } catch {
            throw RESTError(error, username: identity.profile.username)
        }
    }

    private func changeOther(_ id: UserID, as admin: Identity, in accounts: AccountService) async throws {
        guard self.displayName == nil else { throw RESTError(ChatError(.forbidden)) }
        if let password = self.password {
            let violations = SignUpRules().violations(ofPassword: password)
            guard violations.isEmpty else {
                throw RESTError(violations.map { ValidationIssue($0, username: "") })
            }
            try await accounts.setPassword(of: id, to: password, as: admin)
        }
        if let isDisabled = self.isDisabled { try await accounts.setDisabled(id, isDisabled, as: admin) }
    }
}
