import CSQLite
import ChatCore
import Glibc

/// Tells what a SQLite result code means to the users of the store.
enum SQLiteFailure {
    static func error(_ code: Int32, handle: OpaquePointer?, doing act: String) -> StoreError {
        let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
        return StoreError(self.meaning(of: code, handle: handle), "\(message) (\(code)): \(act.prefix(200))")
    }

    private static func meaning(of code: Int32, handle: OpaquePointer?) -> StoreError.Code {
        switch code & 0xFF {
        case SQLITE_FULL: return .full
        case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT: return .damaged
        // A quota or a file size limit shows as a write error of the system's own kind.
        case SQLITE_IOERR: return handle.map(self.isOutOfSpace) == true ? .full : .unavailable
        default: return .unavailable
        }
    }

    private static func isOutOfSpace(_ handle: OpaquePointer) -> Bool {
        switch sqlite3_system_errno(handle) {
        case ENOSPC, EFBIG, EDQUOT: true
        default: false
        }
    }
}

extension StoreError {
    /// Whether the transaction can go on after this: the request was refused before it wrote anything.
    var isRefusal: Bool {
        switch self.code {
        case .conflict, .notFound, .roomNotFound, .exists, .roomExists, .aliasTaken, .tooManyReactions: true
        case .unavailable, .full, .damaged: false
        }
    }
}
