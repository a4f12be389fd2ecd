/// Writes the flat JSON object of a token's header or payload.
struct ClaimsWriter {
    private var bytes: [UInt8] = []

    mutating func member(_ name: StaticString, _ value: String) {
        self.name(name)
        self.bytes.append(UInt8(ascii: "\""))
        for byte in value.utf8 {
            self.escape(byte)
        }
        self.bytes.append(UInt8(ascii: "\""))
    }

    mutating func member(_ name: StaticString, _ value: Int64) {
        self.name(name)
        self.bytes.append(contentsOf: String(value).utf8)
    }

    mutating func member(_ name: StaticString, _ value: Bool) {
        self.name(name)
        self.bytes.append(contentsOf: (value ? "true" : "false").utf8)
    }

    consuming func finished() -> [UInt8] {
        if self.bytes.isEmpty { self.bytes.append(UInt8(ascii: "{")) }
        self.bytes.append(UInt8(ascii: "}"))
        return self.bytes
    }

    private mutating func name(_ name: StaticString) {
        self.bytes.append(self.bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
        self.bytes.append(UInt8(ascii: "\""))
        name.withUTF8Buffer { self.bytes.append(contentsOf: $0) }
        self.bytes.append(contentsOf: "\":".utf8)
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"):
            self.bytes.append(UInt8(ascii: "\\"))
            self.bytes.append(byte)
        case 0..<0x20:
            let digits = String(byte, radix: 16)
            self.bytes.append(contentsOf: "\\u00".utf8)
            self.bytes.append(contentsOf: (digits.utf8.count == 1 ? "0" + digits : digits).utf8)
        default:
            self.bytes.append(byte)
        }
    }
}
