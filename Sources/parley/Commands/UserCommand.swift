import ArgumentParser
import ChatCore
import ChatModel
import WireJSON

/// Accounts. Works beside a running node, which is told what changed, and without one.
struct UserCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Accounts.",
        subcommands: [
            AddUserCommand.self, ChangePasswordCommand.self, DisableUserCommand.self, EnableUserCommand.self,
            DeleteUserCommand.self, ListUsersCommand.self,
        ])
}

extension ServerRole: ExpressibleByArgument {}
extension ErasureChoice: ExpressibleByArgument {}

struct AddUserCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an account.",
        discussion: """
            Any non-empty password will do: the rules of sign-up bind only sign-up. Without --password-stdin it is \
            asked for on the terminal; where there is none, one is made and printed.
            """)

    @Argument(help: "The username: 1 to 64 characters, for good.") var name: String
    @Flag(name: .long, help: "Read the password from the first line of standard input.") var passwordStdin = false
    @Option(name: .long, help: "admin, moderator or user.") var role = ServerRole.user
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let (password, isGenerated) = try PasswordInput.read(fromStandardInput: self.passwordStdin)
        let account = try await OperatorConsole.with(self.options) { console in
            try await console.accounts.create(username: self.name, password: password, role: self.role)
        }
        StandardOutput.line("added \(account.profile.username) (\(account.role.rawValue))")
        if isGenerated { StandardOutput.line("password: \(password)") }
    }
}

struct ChangePasswordCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "passwd", abstract: "Set an account's password; ends its sessions.")

    @Argument(help: "The username.") var name: String
    @Flag(name: .long, help: "Read the password from the first line of standard input.") var passwordStdin = false
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let (password, isGenerated) = try PasswordInput.read(fromStandardInput: self.passwordStdin)
        try await OperatorConsole.with(self.options) { console in
            let account = try await console.account(named: self.name)
            try await console.accounts.setPassword(of: account.id, to: password)
            console.tellNode(about: account.id)
        }
        if isGenerated { StandardOutput.line("password: \(password)") }
    }
}

struct DisableUserCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable", abstract: "Shut an account out; ends its sessions.")

    @Argument(help: "The username.") var name: String
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        try await OperatorConsole.with(self.options) { console in
            let account = try await console.account(named: self.name)
            try await console.accounts.setDisabled(account.id, true)
            console.tellNode(about: account.id)
        }
    }
}

struct EnableUserCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Let a disabled account in again.")

    @Argument(help: "The username.") var name: String
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        try await OperatorConsole.with(self.options) { console in
            let account = try await console.account(named: self.name)
            try await console.accounts.setDisabled(account.id, false)
            console.tellNode(about: account.id)
        }
    }
}

struct DeleteUserCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete an account; its name is never given out again.")

    @Argument(help: "The username.") var name: String
    @Option(name: .long, help: "What becomes of its messages: keep, anonymise or remove.")
    var messages = ErasureChoice.anonymise
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        try await OperatorConsole.with(self.options) { console in
            let account = try await console.account(named: self.name)
            try await console.accounts.delete(account.id, messages: self.messages)
            console.tellNode(about: account.id)
        }
    }
}

struct ListUsersCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List accounts: name, role, state, when made, when last seen.")

    private static let page = 500

    @Option(name: .long, help: "Only names that contain this, without regard to case.") var search = ""
    @Flag(name: .long, help: "List guests that have written as well.") var guests = false
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        try await OperatorConsole.with(self.options) { console in
            var query = AccountQuery()
            query.text = self.search
            query.registeredOnly = !self.guests
            query.limit = Self.page
            while true {
                let accounts = try await console.accounts.accounts(matching: query).accounts
                for account in accounts { StandardOutput.line(Self.line(account)) }
                guard accounts.count == Self.page else { return }
                query.offset += Self.page
            }
        }
    }

    /// Columns with two spaces or more between them.
    private static func line(_ account: Account) -> String {
        let state = account.profile.isGuest ? "guest" : account.isDisabled ? "disabled" : "active"
        let seen = account.lastSeenAt.map { WireTimestamp.text(milliseconds: $0.milliseconds) } ?? "-"
        return [
            Self.padded(account.profile.username, to: 24), Self.padded(account.role.rawValue, to: 9),
            Self.padded(state, to: 8), WireTimestamp.text(milliseconds: account.createdAt.milliseconds), seen,
        ].joined(separator: "  ")
    }

    private static func padded(_ text: String, to width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
