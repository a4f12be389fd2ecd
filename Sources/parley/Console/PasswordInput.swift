import Credentials
import Glibc

/// Where a command gets a password from. Never from its arguments, which every user of the machine can see.
enum PasswordInput {
    /// - Parameter fromStandardInput: The first line of standard input; else a question on the terminal; else, without
    ///   a terminal, a generated one.
    /// - Returns: The password, and whether it was generated here, so that it has to be shown.
    static func read(fromStandardInput: Bool) throws(CommandFailure) -> (password: String, isGenerated: Bool) {
        if fromStandardInput {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw CommandFailure("no password on standard input")
            }
            return (line, false)
        }
        guard isatty(STDIN_FILENO) == 1 else { return (Self.generate(), true) }
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
