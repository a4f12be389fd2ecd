import NIOCore

/// Finds where a part of a JSON document lies, for what must go back to clients exactly as it came.
///
/// Meant for documents that ``WireJSON/JSONReader`` has read; in any other it finds something else or nothing.
struct DocumentText {
    private let bytes: UnsafeRawBufferPointer
    private var position = 0

    /// The text of the value at `index` of an array, or of the member at `index` of an object, in the order of the
    /// document; nil when there is none.
    static func element(_ index: Int, of document: ByteBuffer) -> ByteBuffer? {
        let range = document.withUnsafeReadableBytes { bytes -> Range<Int>? in
            var text = DocumentText(bytes)
            return text.rangeOfElement(index)
        }
        guard let range else { return nil }
        return document.getSlice(at: document.readerIndex + range.lowerBound, length: range.count)
    }

    private init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    private mutating func rangeOfElement(_ index: Int) -> Range<Int>? {
        guard let open = self.nextToken(), open == UInt8(ascii: "[") || open == UInt8(ascii: "{") else { return nil }
        self.position += 1
        for _ in 0..<max(0, index) {
            guard self.skipElement(isMember: open == UInt8(ascii: "{")) != nil else { return nil }
            guard self.nextToken() == UInt8(ascii: ",") else { return nil }
            self.position += 1
        }
        return self.skipElement(isMember: open == UInt8(ascii: "{"))
    }

    /// Steps over a value, with its key when it is a member; returns where the value lies, nil when nothing is there.
    private mutating func skipElement(isMember: Bool) -> Range<Int>? {
        if isMember {
            guard self.nextToken() == UInt8(ascii: "\"") else { return nil }
            self.skipString()
            guard self.nextToken() == UInt8(ascii: ":") else { return nil }
            self.position += 1
        }
        _ = self.nextToken()
        let start = self.position
        self.skipValue()
        return start < self.position ? start..<self.position : nil
    }

    // MARK: - Steps

    private mutating func skipValue() {
        var depth = 0
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case UInt8(ascii: "\""):
                self.skipString()
            case UInt8(ascii: "["), UInt8(ascii: "{"):
                depth += 1
                self.position += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                if depth == 0 { return }
                depth -= 1
                self.position += 1
            default:
                if depth == 0 { return self.skipScalar() }
                self.position += 1
            }
            if depth == 0 { return }
        }
    }

    /// Steps over a number or a literal.
    private mutating func skipScalar() {
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0...0x20: return
            default: self.position += 1
            }
        }
    }

    /// Steps over the string whose opening quotation mark is the current byte.
    private mutating func skipString() {
        self.position += 1
        while self.position < self.bytes.count {
            switch self.bytes[self.position] {
            case UInt8(ascii: "\""):
                self.position += 1
                return
            case UInt8(ascii: "\\"):
                self.position = min(self.position + 2, self.bytes.count)
            default:
                self.position += 1
            }
        }
    }

    /// Skips white space and returns the byte after it without stepping over it.
    private mutating func nextToken() -> UInt8? {
        while self.position < self.bytes.count {
            let byte = self.bytes[self.position]
            guard byte <= 0x20 else { return byte }
            self.position += 1
        }
        return nil
    }
}
