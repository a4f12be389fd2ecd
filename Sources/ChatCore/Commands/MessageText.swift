import ChatModel
import Foundation

/// What becomes of the text that a client hands in.
enum MessageText {
    /// Removes control characters but tab and newline, trims white space, brings the text into Unicode NFC.
    ///
    /// - Throws: ``ChatError/Code/emptyMessage``, ``ChatError/Code/messageTooLong``.
    static func normalise(_ text: String, limits: Limits) throws(ChatError) -> String {
        // Whoever sends megabytes is refused before they are looked at.
        guard text.utf8.count <= limits.messageBytes * 4 else { throw ChatError(.messageTooLong) }
        let clean = Self.isPlain(text) ? text : Self.composed(Self.withoutControls(text))
        let trimmed = Self.trim(clean)
        guard !trimmed.isEmpty else { throw ChatError(.emptyMessage) }
        guard trimmed.utf8.count <= limits.messageBytes, trimmed.unicodeScalars.count <= limits.messageCodePoints else {
            throw ChatError(.messageTooLong)
        }
        return trimmed
    }

    /// A reason, title or other short text: one line, trimmed, in NFC. Throws `tooLong` above `codePoints`.
    static func line(_ text: String, codePoints: Int, tooLong: ChatError.Code) throws(ChatError) -> String {
        guard text.utf8.count <= codePoints * 8 else { throw ChatError(tooLong) }
        let clean = Self.isPlain(text) ? text : Self.composed(Self.withoutControls(text))
        let trimmed = Self.trim(clean)
        guard trimmed.unicodeScalars.count <= codePoints else { throw ChatError(tooLong) }
        return trimmed
    }

    /// In NFC. Text in which a character bears more than 30 marks stays as it is: no language has it (the Stream-Safe
    /// Text Format, UAX #15 §13), and putting its marks in order takes time that grows with the square of their number.
    private static func composed(_ text: String) -> String {
        var marks = 0
        for scalar in text.unicodeScalars {
            marks = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : marks + 1
            guard marks <= 30 else { return text }
        }
        return text.precomposedStringWithCanonicalMapping
    }

    /// Names that the text marks with '@', without the sign, at most `limit`, each at most 64 bytes of UTF-8.
    static func mentions(in text: String, limit: Int) -> [String] {
        let bytes = text.utf8
        guard var at = bytes.firstIndex(of: Self.at) else { return [] }
        var names: [String] = []
        while names.count < limit {
            let start = bytes.index(after: at)
            var end = bytes[start...].firstIndex(where: Self.endsName) ?? bytes.endIndex
            let next = bytes[end...].firstIndex(of: Self.at)
            // A full stop after a name ends the sentence, not the name.
            while end > start, bytes[bytes.index(before: end)] == UInt8(ascii: ".") { end = bytes.index(before: end) }
            if end > start, bytes.distance(from: start, to: end) <= 64, let name = String(bytes[start..<end]) {
                names.append(name)
            }
            guard let next else { break }
            at = next
        }
        return names
    }

    private static let at = UInt8(ascii: "@")

    private static func endsName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, UInt8(ascii: "!"), UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","),
            UInt8(ascii: ":"), UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "?"), at,
            UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "{"), UInt8(ascii: "}"):
            true
        default: false
        }
    }

    /// ASCII without control characters other than tab and newline is as it should be already.
    private static func isPlain(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            bytes.allSatisfy { $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 || $0 == 0x0A }
        }
    }

    private static func withoutControls(_ text: String) -> String {
        var clean = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where Self.isKept(scalar.value) { clean.append(scalar) }
        return String(clean)
    }

    /// Everything but C0, DEL and C1 controls and noncharacters, which XML cannot carry.
    private static func isKept(_ value: UInt32) -> Bool {
        switch value {
        case 0x09, 0x0A: true
        case 0x00..<0x20, 0x7F..<0xA0, 0xFDD0...0xFDEF: false
        default: value & 0xFFFE != 0xFFFE
        }
    }

    private static func trim(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last else { return text }
        // Letters at both ends, as nearly always: nothing to do, and no table of properties to ask.
        if first > 0x20, first < 0x7F, last > 0x20, last < 0x7F { return text }
        let scalars = text.unicodeScalars
        guard let start = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[start...end])
    }
}
