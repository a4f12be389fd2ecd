import Glibc

/// Standard error: for the log and for what went wrong.
enum StandardError {
    /// Writes the whole text in one call where the system takes it, so that lines of several threads stay whole.
    static func write(_ text: String) { Descriptor.write(text, to: STDERR_FILENO) }
}

/// Standard output: for what was asked for.
enum StandardOutput {
    static func line(_ text: String) { Descriptor.write(text + "\n", to: STDOUT_FILENO) }
}

enum Descriptor {
    /// Writes all of a text. A reader that has gone is no error: nobody is left to be told.
    static func write(_ text: String, to descriptor: CInt) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}
