import ArgumentParser

/// Where `user add` and `user passwd` get the password from.
struct PasswordOptions: ParsableArguments {
    @Flag(name: .long, help: "Read the password from the first line of standard input.") var passwordStdin = false
    @Flag(name: .long, help: "Make a password and print it.") var generate = false

    func validate() throws {
        guard self.passwordStdin, self.generate else { return }
        throw ValidationError("--password-stdin and --generate exclude each other")
    }

    /// - Returns: The password, and whether it was generated here, so that it has to be shown.
    func read() throws(CommandFailure) -> (password: String, isGenerated: Bool) {
        try PasswordInput.read(fromStandardInput: self.passwordStdin, generating: self.generate)
    }
}
