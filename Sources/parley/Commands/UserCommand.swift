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
            ChangeRoleCommand.self, DeleteUserCommand.self, ListUsersCommand.self,
        ])
}

extension ServerRole: ExpressibleByArgument {}
extension ErasureChoice: ExpressibleByArgument {}

struct AddUserCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add an account.",
        discussion: """
            Any non-empty password will do: the rules of sign-up bind only sign-up. It is asked for on the terminal, \
            unless --password-stdin or --generate is given.
            """)

    @Argument(help: "The username: 1 to 64 characters, for good.") var name: String
    @OptionGroup var source: PasswordOptions
    @Option(name: .long, help: "admin, moderator or user.") var role = ServerRole.user
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let (password, isGenerated) = try self.source.read()
        let account = try await OperatorConsole.with(self.options, mayCreate: true) { console in
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
    @OptionGroup var source: PasswordOptions
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let (password, isGenerated) = try self.source.read()
        try await OperatorConsole.with(self.options) { console in
            let account = try await console.account(named: self.name)
            try await console.accounts.setPassword(of: account.id, to: password)
            console.tellNode(about: account.id)
            StandardOutput.line("changed the password of \(account.profile.username); its sessions end")
        }
        if isGenerated { StandardOutput.line("password: \(password)") }
    }
}

struct ChangeRoleCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "role", abstract: "Change an account's role on the server; ends its sessions.")

    @Argument(help: "The username.") var name: String
    @Argument(help: "admin, moderator or user.") var role: ServerRole
    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        try await OperatorConsole.with(self.options) { console in
            let account = try await console.account(named: self.name)
            guard !account.profile.isGuest else { throw CommandFailure("a guest has no role on the server") }
            guard account.role != self.role else {
                return StandardOutput.line("\(account.profile.username) is \(self.role.rawValue) already")
            }
            try await console.setRole(of: account.id, to: self.role)
            console.tellNode(about: account.id, roles: (old: account.role, new: self.role))
            StandardOutput.line("\(account.profile.username) is \(self.role.rawValue) now; its sessions end")
        }
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
            StandardOutput.line("disabled \(account.profile.username)")
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
            StandardOutput.line("enabled \(account.profile.username)")
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
            StandardOutput.line("deleted \(account.profile.username) (messages: \(self.messages.rawValue))")
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
        let table = try await OperatorConsole.with(self.options) { console in
            var table = TextTable("NAME", "ROLE", "STATE", "CREATED", "LAST SEEN")
            var query = AccountQuery()
            query.text = self.search
            query.registeredOnly = !self.guests
            query.limit = Self.page
            while true {
                let accounts = try await console.accounts.accounts(matching: query).accounts
                for account in accounts { table.append(Self.row(account)) }
                guard accounts.count == Self.page else { return table }
                query.offset += Self.page
            }
        }
        table.lines.forEach(StandardOutput.line)
    }

    private static func row(_ account: Account) -> [String] {
        let state = account.profile.isGuest ? "guest" : account.isDisabled ? "disabled" : "active"
        let seen = account.lastSeenAt.map { WireTimestamp.text(milliseconds: $0.milliseconds) } ?? "-"
        return [
            account.profile.username, account.role.rawValue, state,
            WireTimestamp.text(milliseconds: account.createdAt.milliseconds), seen,
        ]
    }
}
