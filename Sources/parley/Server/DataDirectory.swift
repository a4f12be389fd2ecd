import Glibc

/// The directory with everything that outlives the process.
enum DataDirectory {
    private static let lockName = "serve.lock"

    /// Makes the directory where it is missing, for the owner alone, and takes care that what is made in it is private.
    static func prepare(_ path: String) throws(CommandFailure) {
        umask(0o077)
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            made += made.isEmpty || made == "/" ? String(part) : "/" + part
            guard mkdir(made, 0o700) != 0, errno != EEXIST else { continue }
            // A parent that we may not write to can still be there.
            guard access(made, F_OK) == 0 else {
                throw CommandFailure("\(made) cannot be made: \(String(cString: strerror(errno)))")
            }
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw CommandFailure("\(path) cannot be used: \(String(cString: strerror(errno)))")
        }
    }

    /// Whether others than the owner may look into the directory.
    static func isOpenToOthers(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & 0o077 != 0
    }

    /// Keeps a second node away from the directory while this process lives; the descriptor is never closed.
    static func lock(_ path: String) throws(CommandFailure) {
        let file = path + "/" + self.lockName
        let descriptor = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("\(file) cannot be opened: \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw CommandFailure(
                "another node runs on \(path). Stop it first, or give this one a directory of its own with --data")
        }
    }
}
