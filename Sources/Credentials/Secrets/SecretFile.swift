#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file with a server's secrets, `secret.key` in its data directory.
///
/// Blocking; for start-up, reload and the command line.
package enum SecretFile {
    package static let name = "secret.key"
    static let maximumBytes = 64 * 1024

    /// Reads the directory's secret file, making it first when there is none.
    ///
    /// Two processes that start at once end up with the same secrets.
    ///
    /// - Parameter directory: Must exist.
    package static func loadOrCreate(directory: String) throws(SecretFileError) -> ServerSecrets {
        let path = directory.hasSuffix("/") ? directory + self.name : directory + "/" + self.name
        if access(path, F_OK) != 0, errno == ENOENT {
            try self.create(path: path, directory: directory)
        }
        return try self.load(path: path)
    }

    /// Reads a secret file that must exist.
    ///
    /// - Throws: When others than the owner may read or write it, or its content is unusable.
    package static func load(path: String) throws(SecretFileError) -> ServerSecrets {
        let text = try self.read(path: path)
        do {
            return try SecretFileFormat.read(text)
        } catch {
            throw SecretFileError(path: path, reason: error.reason)
        }
    }

    // MARK: Reading

    private static func read(path: String) throws(SecretFileError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw self.failure("The file cannot be opened", path: path) }
        defer { _ = close(descriptor) }
        try self.checkStatus(of: descriptor, path: path)
        let bytes = try self.bytes(of: descriptor, path: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SecretFileError(path: path, reason: "The file is not text. Restore it from a backup.")
        }
        return text
    }

    private static func checkStatus(of descriptor: CInt, path: String) throws(SecretFileError) {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw self.failure("The file cannot be examined", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SecretFileError(path: path, reason: "This is not a regular file. Move it out of the way.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SecretFileError(
                path: path,
                reason: "Other users can read or change the secrets. Run: chmod 600 '\(path)'. "
                    + "If others had access to it, remove the file instead, which ends all logins.")
        }
        guard status.st_size <= self.maximumBytes else {
            throw SecretFileError(path: path, reason: "The file is too large for secrets. Restore it from a backup.")
        }
    }

    static func bytes(of descriptor: CInt, path: String) throws(SecretFileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while bytes.count <= self.maximumBytes {
            let count = Self.retrying { block.withUnsafeMutableBytes { sysRead(descriptor, $0) } }
            guard count >= 0 else { throw self.failure("The file cannot be read", path: path) }
            if count == 0 { break }
            bytes.append(contentsOf: block.prefix(count))
        }
        return bytes
    }

    // MARK: Making

    /// Writes the file under another name first, so that nobody ever sees half of it, and never replaces one.
    private static func create(path: String, directory: String) throws(SecretFileError) {
        let draft = path + "." + Base64URL.encode(RandomBytes.make(9))
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw self.failure("The file cannot be made; the directory must exist and be writable", path: path)
        }
        defer { _ = unlink(draft) }
        let isWritten = self.write(SecretFileFormat.makeText(), to: descriptor) && fsync(descriptor) == 0
        let writeError = errno
        guard close(descriptor) == 0, isWritten else {
            throw self.failure("The file cannot be written", path: path, code: writeError)
        }
        guard link(draft, path) == 0 || errno == EEXIST else {
            throw self.failure("The file cannot be made", path: path)
        }
        try self.synchronize(directory: directory)
    }

    private static func write(_ text: String, to descriptor: CInt) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = Self.retrying { rest.withUnsafeBytes { sysWrite(descriptor, $0) } }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Makes the new name durable: losing the secrets after the first logins would end them.
    private static func synchronize(directory: String) throws(SecretFileError) {
        let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw self.failure("The directory cannot be opened", path: directory) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw self.failure("The directory cannot be saved", path: directory) }
    }

    // MARK: System calls

    private static func retrying(_ call: () -> Int) -> Int {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }

    static func failure(_ what: String, path: String, code: CInt = errno) -> SecretFileError {
        SecretFileError(path: path, reason: "\(what): \(String(cString: strerror(code))).")
    }
}

// Inside the enum, the members of the same names would hide the system's calls.
private func sysRead(_ descriptor: CInt, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}

private func sysWrite(_ descriptor: CInt, _ buffer: UnsafeRawBufferPointer) -> Int {
    write(descriptor, buffer.baseAddress, buffer.count)
}
