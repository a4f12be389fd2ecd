import ChatCore
import Foundation
import Glibc

/// The file on disk, before SQLite has it.
enum DatabaseFile {
    /// Makes the file (mode 0600; the write-ahead log takes its mode from it) and its directory (0700) where missing.
    static func create(_ path: String) throws(StoreError) {
        let directory = (path as NSString).deletingLastPathComponent
        if !directory.isEmpty, !FileManager.default.fileExists(atPath: directory) {
            do {
                try FileManager.default.createDirectory(
                    atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            } catch {
                throw StoreError(.unavailable, "cannot make \(directory): \(error)")
            }
        }
        // Exclusive: closing a descriptor of a file that is a database already would drop this process's locks on it.
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            Glibc.close(descriptor)
        } else if errno != EEXIST {
            throw StoreError(.unavailable, "cannot make \(path): \(String(cString: strerror(errno)))")
        }
    }
}
