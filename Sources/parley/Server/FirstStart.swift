import ChatCore
import ChatModel

/// What happens on a data directory without accounts: somebody must be able to log in.
enum FirstStart {
    static let adminName = "admin"

    /// Makes the administrator when there is no account at all.
    /// - Returns: His generated password, to be shown once; nil when there are accounts already.
    static func makeAdministrator(_ accounts: AccountService) async throws -> String? {
        var anyAccount = AccountQuery()
        anyAccount.limit = 1
        guard try await accounts.accounts(matching: anyAccount).total == 0 else { return nil }
        let password = PasswordInput.generate()
        _ = try await accounts.create(username: self.adminName, password: password, role: .admin)
        return password
    }
}
