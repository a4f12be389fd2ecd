#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files in which an operator gives the keys of a host application.
///
/// Blocking; not for event loops.
package enum HostTokenKeyFile {
    /// What tells one content of a file from the next without reading it.
    package struct Stamp: Sendable, Hashable {
        private let device: UInt64
        private let inode: UInt64
        private let size: Int64
        private let seconds: Int64
        private let nanoseconds: Int64

        /// nil when the file cannot be examined.
        package init?(path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.device = UInt64(truncatingIfNeeded: status.st_dev)
            self.inode = UInt64(truncatingIfNeeded: status.st_ino)
            self.size = Int64(status.st_size)
            #if canImport(Darwin)
                let time = status.st_mtimespec
            #else
                let time = status.st_mtim
            #endif
            self.seconds = Int64(time.tv_sec)
            self.nanoseconds = Int64(time.tv_nsec)
        }
    }

    /// A file with a JWKS document or with public keys in PEM.
    ///
    /// - Throws: Also when the file holds secrets and others than its owner may read or change it.
    package static func keys(path: String) throws(SecretFileError) -> HostTokenKeySet {
        let (text, isPrivate) = try self.read(path)
        let keys: HostTokenKeySet
        do throws(HostTokenKeyError) {
            keys =
                text.contains(PEMBlock.begin)
                ? try HostTokenKeySet(pem: text) : try HostTokenKeySet(jwks: Array(text.utf8))
        } catch {
            throw SecretFileError(path: path, reason: error.reason)
        }
        if keys.holdsSecrets, !isPrivate { throw self.notPrivate(path) }
        return keys
    }

    /// A file with one shared secret, as ``HostTokenKeySet/init(secret:)`` wants it; white space around it is not part
    /// of it.
    package static func secret(path: String) throws(SecretFileError) -> HostTokenKeySet {
        let (text, isPrivate) = try self.read(path)
        guard isPrivate else { throw self.notPrivate(path) }
        do throws(HostTokenKeyError) {
            return try HostTokenKeySet(secret: text.trimmingWhitespace())
        } catch {
            throw SecretFileError(path: path, reason: error.reason)
        }
    }

    private static func read(_ path: String) throws(SecretFileError) -> (text: String, isPrivate: Bool) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw SecretFile.failure("The file cannot be opened", path: path) }
        defer { _ = close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw SecretFile.failure("The file cannot be examined", path: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SecretFileError(path: path, reason: "This is not a regular file. Name the file with the keys.")
        }
        guard status.st_size <= SecretFile.maximumBytes else {
            throw SecretFileError(path: path, reason: "The file is larger than 64 KiB. Remove keys out of use.")
        }
        let bytes = try SecretFile.bytes(of: descriptor, path: path)
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SecretFileError(path: path, reason: "The file is not text. Write a JWKS document or PEM.")
        }
        return (text, status.st_mode & 0o077 == 0)
    }

    private static func notPrivate(_ path: String) -> SecretFileError {
        SecretFileError(
            path: path,
            reason: "Other users can read or change the secret, and sign logins with it. Run: chmod 600 '\(path)'. "
                + "If others had access to it, give the host application and this server a new one.")
    }
}

extension String {
    fileprivate func trimmingWhitespace() -> String {
        guard let first = self.firstIndex(where: { !$0.isWhitespace }),
            let last = self.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
