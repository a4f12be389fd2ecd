package import NIOCore

/// Writes JSON (RFC 8259) straight into a `ByteBuffer`: UTF-8, no white space, commas by itself.
///
/// The writer trusts its caller for the structure: keys only inside objects, each followed by one value, every
/// container closed. It checks nothing of that, does not look for keys given twice and allocates nothing of its own.
///
///     var writer = JSONWriter(buffer: buffer)
///     writer.beginObject()
///     writer.key("type")
///     writer.string("hello")
///     writer.endObject()
///     let frame = writer.takeBuffer()
package struct JSONWriter: Sendable {
    /// What has been written so far, after whatever the buffer held before.
    package private(set) var buffer: ByteBuffer

    /// Whether a value has just been completed, so that the next key or element is preceded by a comma. One flag is
    /// enough for any depth, because a container that ends is itself such a value.
    private var needsComma = false

    /// Appends to `buffer`. Hand over the only reference, else the first write copies its storage.
    package init(buffer: consuming ByteBuffer = ByteBuffer()) {
        self.buffer = buffer
    }

    /// Appends what `body` writes to `buffer`, in place; also what it wrote before it threw.
    package static func append<Failure: Error>(
        to buffer: inout ByteBuffer,
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        var writer = JSONWriter()
        swap(&writer.buffer, &buffer)
        defer { swap(&writer.buffer, &buffer) }
        try body(&writer)
    }

    /// Returns what was written and starts afresh with an empty buffer.
    package mutating func takeBuffer() -> ByteBuffer {
        var taken = ByteBuffer()
        swap(&taken, &self.buffer)
        self.needsComma = false
        return taken
    }

    /// Forgets what was written and keeps the storage for the next document, unless someone still holds it.
    package mutating func reset() {
        self.buffer.clear()
        self.needsComma = false
    }

    // MARK: - Structure

    package mutating func beginObject() {
        self.write(UInt8(ascii: "{"), completesValue: false)
    }

    package mutating func endObject() {
        self.end(UInt8(ascii: "}"))
    }

    package mutating func beginArray() {
        self.write(UInt8(ascii: "["), completesValue: false)
    }

    package mutating func endArray() {
        self.end(UInt8(ascii: "]"))
    }

    private mutating func write(_ byte: UInt8, completesValue: Bool) {
        self.writeToken(count: 1, completesValue: completesValue) { $0[0] = byte }
    }

    private mutating func end(_ bracket: UInt8) {
        self.needsComma = false
        self.write(bracket, completesValue: true)
    }

    // MARK: - Keys

    /// Writes a key that needs no escaping: printable ASCII without quotation marks and backslashes.
    @inline(__always)
    package mutating func key(_ key: StaticString) {
        key.withUTF8Buffer { text in
            assert(text.allSatisfy { $0 >= 0x20 && $0 < 0x80 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
            self.writeToken(count: text.count + 3, completesValue: false) { output in
                output[0] = UInt8(ascii: "\"")
                Self.copy(text, to: output + 1)
                output[text.count + 1] = UInt8(ascii: "\"")
                output[text.count + 2] = UInt8(ascii: ":")
            }
        }
    }

    /// Writes any key, escaped where needed. The label keeps literals on the faster way above.
    package mutating func key(escaping key: String) {
        self.string(key)
        self.buffer.writeInteger(UInt8(ascii: ":"))
        self.needsComma = false
    }

    // MARK: - Values that are JSON already

    /// Writes one complete value that is encoded already. Empty bytes write nothing, not even a comma.
    ///
    /// The bytes go out as they are: they must be well-formed JSON.
    package mutating func raw(_ json: ByteBuffer) {
        json.withUnsafeReadableBytes { self.raw($0) }
    }

    package mutating func raw(_ json: StaticString) {
        json.withUTF8Buffer { self.raw(UnsafeRawBufferPointer($0)) }
    }

    package mutating func raw(_ json: UnsafeRawBufferPointer) {
        guard let base = json.bindMemory(to: UInt8.self).baseAddress, !json.isEmpty else { return }
        self.writeToken(count: json.count, completesValue: true) { $0.update(from: base, count: json.count) }
    }

    // MARK: - Bytes

    /// Writes `count` bytes, which `fill` must set all, and the comma before them where one is due.
    ///
    /// - Parameter completesValue: whether what comes next is preceded by a comma.
    @inline(__always)
    mutating func writeToken(count: Int, completesValue: Bool, _ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        let comma = self.needsComma ? 1 : 0
        self.needsComma = completesValue
        self.buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: comma + count) { bytes in
            // The address is there: room for at least one byte was asked for.
            guard let output = bytes.bindMemory(to: UInt8.self).baseAddress else { return 0 }
            // Written always and overwritten when no comma is due, which spares a branch.
            output[0] = UInt8(ascii: ",")
            fill(output + comma)
            return comma + count
        }
    }

    /// Appends bytes inside a token that was begun, without a comma.
    mutating func appendBytes(_ bytes: UnsafeRawBufferPointer) {
        self.buffer.writeBytes(bytes)
    }

    @inline(__always)
    static func copy(_ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>) {
        guard let base = source.baseAddress else { return }
        target.update(from: base, count: source.count)
    }
}
