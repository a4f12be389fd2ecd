/// One step of the schema, forward only. A step that has been released never changes; the next one corrects it.
struct Migration {
    /// `PRAGMA user_version` after it; 1, 2, 3…
    let version: Int64
    /// The name of its file in `Schema`, without the ending.
    let name: String
    let sql: String

    /// All steps in order. A new file in `Schema` gets its line here (the package manager replaces the first digit of
    /// its name by an underscore).
    static let all: [Migration] = [
        Migration(version: 1, name: "0001_initial", bytes: PackageResources._001_initial_sql),
        Migration(version: 2, name: "0002_is_member", bytes: PackageResources._002_is_member_sql),
        Migration(
            version: 3, name: "0003_api_keys_and_direct_rooms",
            bytes: PackageResources._003_api_keys_and_direct_rooms_sql),
        Migration(version: 4, name: "0004_tokens_valid_from", bytes: PackageResources._004_tokens_valid_from_sql),
    ]

    /// The version that this binary reads and writes.
    static var newest: Int64 { self.all.last?.version ?? 0 }

    private init(version: Int64, name: String, bytes: [UInt8]) {
        self.version = version
        self.name = name
        self.sql = String(decoding: bytes, as: UTF8.self)
    }
}
