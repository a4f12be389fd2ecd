package import NIOCore

/// Reads one JSON document (RFC 8259) in one pass, strictly and within limits.
///
/// Refused beyond the grammar: keys given twice, lone surrogates, malformed UTF-8, a byte order mark, numbers beyond a
/// `Double`. No input makes it trap, and recursion never goes deeper than ``JSONLimits/greatestDepth``.
package enum JSONReader {
    /// Reads the readable bytes of `buffer`, which stays as it is.
    ///
    /// - Throws: ``JSONError``; its offset counts from the buffer's reader index.
    package static func read(_ buffer: ByteBuffer, limits: JSONLimits = .standard) throws(JSONError) -> JSONValue {
        try buffer.withUnsafeReadableBytes { (bytes) throws(JSONError) -> JSONValue in
            try self.read(bytes, limits: limits)
        }
    }

    package static func read(_ bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) -> JSONValue {
        try bytes.withUnsafeBufferPointer { (bytes) throws(JSONError) -> JSONValue in
            try self.read(UnsafeRawBufferPointer(bytes), limits: limits)
        }
    }

    package static func read(
        _ bytes: UnsafeRawBufferPointer,
        limits: JSONLimits = .standard
    ) throws(JSONError) -> JSONValue {
        guard bytes.count <= limits.maxBytes else {
            throw JSONError(.tooLarge, at: max(0, limits.maxBytes))
        }
        // An empty buffer may have no address at all.
        guard let base = bytes.bindMemory(to: UInt8.self).baseAddress else {
            throw JSONError(.unexpectedEnd, at: 0)
        }
        var cursor = JSONCursor(bytes: base, end: bytes.count, limits: limits)
        return try cursor.readDocument()
    }
}
