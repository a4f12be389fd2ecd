import ChatCore
import ChatModel

/// What happens on a data directory without accounts: somebody must be able to log in.
enum FirstStart {
    static let adminName = "admin"

    /// Makes the administrator when there is no account at all, and tells his generated password at once: should the
    /// start fail further on, nobody would ever learn it.
    static func makeAdministrator(_ accounts: AccountService) async throws {
        var anyAccount = AccountQuery()
        anyAccount.limit = 1
        guard try await accounts.accounts(matching: anyAccount).total == 0 else { return }
        let password = PasswordInput.generate()
        _ = try await accounts.create(username: self.adminName, password: password, role: .admin)
        StandardOutput.line("First start: log in as '\(self.adminName)' with the password \(password)")
        StandardOutput.line("It is shown only this once; change it with: parley user passwd \(self.adminName)")
    }
}
