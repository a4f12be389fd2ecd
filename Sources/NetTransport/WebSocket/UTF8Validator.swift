/// Checks UTF-8 that arrives in pieces (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF).
///
/// A text message is refused as soon as a byte cannot be right (RFC 6455 §8.1), not when it is complete.
struct UTF8Validator {
    /// Continuation bytes still missing from the character begun, 0...3.
    private var missing: UInt8 = 0
    /// The range that the next continuation byte must lie in.
    private var lower: UInt8 = 0x80
    private var upper: UInt8 = 0xBF

    /// Whether the bytes so far end at the end of a character.
    var isAtBoundary: Bool { missing == 0 }

    /// Takes the next bytes.
    ///
    /// - Returns: `false` when no continuation can make them valid. The validator is of no more use then.
    mutating func consume(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var index = 0
        let end = bytes.count
        while index < end {
            if missing == 0 {
                index = Self.skipASCII(bytes, from: index)
                if index == end { return true }
                guard begin(bytes[index]) else { return false }
            } else {
                let byte = bytes[index]
                guard byte >= lower, byte <= upper else { return false }
                (lower, upper) = (0x80, 0xBF)
                missing -= 1
            }
            index += 1
        }
        return true
    }

    /// Takes a byte that is not ASCII as the first of a character.
    private mutating func begin(_ byte: UInt8) -> Bool {
        switch byte {
        case 0xC2...0xDF: missing = 1
        case 0xE0: (missing, lower) = (2, 0xA0)
        case 0xE1...0xEC, 0xEE...0xEF: missing = 2
        case 0xED: (missing, upper) = (2, 0x9F)
        case 0xF0: (missing, lower) = (3, 0x90)
        case 0xF1...0xF3: missing = 3
        case 0xF4: (missing, upper) = (3, 0x8F)
        default: return false
        }
        return true
    }

    /// The index of the first byte at or after `start` that is not ASCII; eight bytes at a time.
    private static func skipASCII(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        let end = bytes.count
        while end - index >= 8 {
            let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            guard word & 0x8080_8080_8080_8080 == 0 else { break }
            index += 8
        }
        while index < end, bytes[index] < 0x80 { index += 1 }
        return index
    }
}
