import CSQLite
import ChatCore
import ChatModel

/// One compiled statement. Bind from 1, read columns from 0, and `reset` when done.
///
/// A binding that fails is reported by the next ``step()``.
final class Statement {
    private let handle: OpaquePointer
    private var bindFailure = SQLITE_OK

    init(_ sql: String, on connection: OpaquePointer) throws(StoreError) {
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = sqlite3_prepare_v3(connection, sql, -1, flags, &handle, nil)
        guard code == SQLITE_OK, let handle else {
            throw SQLiteFailure.error(code, handle: connection, doing: "compile \(sql)")
        }
        self.handle = handle
    }

    deinit { sqlite3_finalize(self.handle) }

    // MARK: Running

    /// Whether there is a row to read.
    func step() throws(StoreError) -> Bool {
        guard self.bindFailure == SQLITE_OK else { throw self.failure(self.bindFailure) }
        switch sqlite3_step(self.handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw self.failure(code)
        }
    }

    /// Runs a statement that gives no rows, and resets it.
    func run() throws(StoreError) {
        defer { self.reset() }
        while try self.step() {}
    }

    /// Makes the statement ready for its next use. Bindings stay, so bind all of them each time.
    func reset() {
        sqlite3_reset(self.handle)
        self.bindFailure = SQLITE_OK
    }

    private func failure(_ code: Int32) -> StoreError {
        let sql = sqlite3_sql(self.handle).map { String(cString: $0) } ?? ""
        return SQLiteFailure.error(code, handle: sqlite3_db_handle(self.handle), doing: sql)
    }

    // MARK: Binding

    private func note(_ code: Int32) {
        if code != SQLITE_OK, self.bindFailure == SQLITE_OK { self.bindFailure = code }
    }

    func bind(_ index: Int32, _ value: Int64) { self.note(sqlite3_bind_int64(self.handle, index, value)) }

    func bind(_ index: Int32, _ value: Int) { self.bind(index, Int64(value)) }

    func bind(_ index: Int32, _ value: Bool) { self.bind(index, value ? 1 : 0 as Int64) }

    func bind(_ index: Int32, _ value: Timestamp) { self.bind(index, value.milliseconds) }

    func bindNull(_ index: Int32) { self.note(sqlite3_bind_null(self.handle, index)) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { self.bind(index, value) } else { self.bindNull(index) }
    }

    func bind(_ index: Int32, _ value: Timestamp?) { self.bind(index, value?.milliseconds) }

    func bind(_ index: Int32, _ value: String) {
        var value = value
        let code = value.withUTF8 { bytes in
            // A null pointer would bind NULL, and an empty string has one.
            guard let start = bytes.baseAddress else { return parley_bind_text(self.handle, index, "", 0) }
            return parley_bind_text(self.handle, index, start, Int32(clamping: bytes.count))
        }
        self.note(code)
    }

    func bind(_ index: Int32, _ value: String?) {
        if let value { self.bind(index, value) } else { self.bindNull(index) }
    }

    /// As 16 bytes in network order, so that ids sort by their time.
    func bind(_ index: Int32, _ value: MessageID) {
        let code = withUnsafeBytes(of: (value.high.bigEndian, value.low.bigEndian)) { bytes in
            parley_bind_blob(self.handle, index, bytes.baseAddress, 16)
        }
        self.note(code)
    }

    func bind(_ index: Int32, _ value: MessageID?) {
        if let value { self.bind(index, value) } else { self.bindNull(index) }
    }

    // MARK: Reading

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(self.handle, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(self.handle, column) }

    func optionalInteger(_ column: Int32) -> Int64? { self.isNull(column) ? nil : self.integer(column) }

    func int(_ column: Int32) -> Int { Int(self.integer(column)) }

    func flag(_ column: Int32) -> Bool { self.integer(column) != 0 }

    func time(_ column: Int32) -> Timestamp { Timestamp(milliseconds: self.integer(column)) }

    func optionalTime(_ column: Int32) -> Timestamp? { self.isNull(column) ? nil : self.time(column) }

    /// Empty for NULL.
    func text(_ column: Int32) -> String {
        guard let start = sqlite3_column_text(self.handle, column) else { return "" }
        let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(self.handle, column)))
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Lends the text's bytes without making a string of them; none for NULL.
    func withText<Result>(_ column: Int32, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        guard let start = sqlite3_column_text(self.handle, column) else { return body(.init(start: nil, count: 0)) }
        return body(.init(start: start, count: Int(sqlite3_column_bytes(self.handle, column))))
    }

    func optionalText(_ column: Int32) -> String? { self.isNull(column) ? nil : self.text(column) }

    /// nil for NULL and for anything that is not 16 bytes long.
    func messageID(_ column: Int32) -> MessageID? {
        guard let start = sqlite3_column_blob(self.handle, column), sqlite3_column_bytes(self.handle, column) == 16
        else { return nil }
        let high = start.loadUnaligned(as: UInt64.self)
        let low = start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        return MessageID(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    /// A value of an enumeration that is stored by its raw text.
    /// - Throws: `damaged` for a text that names none.
    func value<Value: RawRepresentable>(
        _ column: Int32, as type: Value.Type
    ) throws(StoreError) -> Value where Value.RawValue == String {
        let text = self.text(column)
        guard let value = Value(rawValue: text) else { throw StoreError(.damaged, "no \(type) is called '\(text)'") }
        return value
    }
}
