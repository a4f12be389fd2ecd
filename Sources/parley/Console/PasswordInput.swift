import Credentials
import Glibc

/// Where a command gets a password from. Never from its arguments, which every user of the machine can see.
enum PasswordInput {
    /// - Parameters:
    ///   - fromStandardInput: Take the first line of standard input.
    ///   - generating: Make one up. Without either, the terminal is asked.
    /// - Returns: The password, and whether it was generated here, so that it has to be shown.
    /// - Throws: `usage` when nothing was said and there is no terminal to ask: a script that forgot an option must
    ///   not end up with a password that nobody has read.
    static func read(
        fromStandardInput: Bool, generating: Bool
    ) throws(CommandFailure) -> (password: String, isGenerated: Bool) {
        if generating { return (Self.generate(), true) }
        if fromStandardInput {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw CommandFailure("no password on standard input")
            }
            return (line, false)
        }
        guard isatty(STDIN_FILENO) == 1 else {
            throw CommandFailure(
                "there is no terminal to ask for a password; give --password-stdin or --generate", status: .usage)
        }
        let first = try Self.ask("Password: ")
        guard try Self.ask("Again: ") == first else { throw CommandFailure("the two are not the same") }
        return (first, false)
    }

    /// 96 random bits as 16 letters, digits, `-` and `_`.
    static func generate() -> String { Base64URL.encode(RandomBytes.make(12)) }

    /// Asks without showing what is typed.
    private static func ask(_ question: String) throws(CommandFailure) -> String {
        StandardError.write(question)
        var shown = termios()
        guard tcgetattr(STDIN_FILENO, &shown) == 0 else { throw CommandFailure("the terminal cannot be read") }
        var hidden = shown
        hidden.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown)
            StandardError.write("\n")
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else { throw CommandFailure("no password") }
        return line
    }
}
