import ArgumentParser
import ChatCore
import ChatModel

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Tokens.", subcommands: [IssueTokenCommand.self])
}

struct IssueTokenCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "issue", abstract: "Print a token with which a program logs in as an account.")

    @Argument(help: "The username.") var name: String
    @Option(
        name: .long,
        help: ArgumentHelp(
            "How long it is good for: a number and s, m, h, d or w (default: auth.token_lifetime_s, 12h).",
            valueName: "span"))
    var ttl: String?
    @OptionGroup var options: ConfigurationOptions

    func validate() throws {
        guard let ttl = self.ttl, SpanOfTime.seconds(ttl) == nil else { return }
        throw ValidationError("--ttl wants a number and s, m, h, d or w, at most ten years; not '\(ttl)'")
    }

    func execute() async throws {
        let lifetime = self.ttl.flatMap(SpanOfTime.seconds)
        let token = try await OperatorConsole.with(self.options) { console in
            let account = try await console.account(named: self.name)
            return try await console.accounts.issueToken(for: account.id, lifetimeSeconds: lifetime).token
        }
        StandardOutput.line(token)
    }
}
