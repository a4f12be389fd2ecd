/// The directionality rule for names (RFC 8264 §5.2.5, which takes the Bidi Rule of RFC 5893 §2).
///
/// The standard library has no Bidi_Class, so the rule is reduced to what it protects, and is never laxer than the
/// original. A name with a right-to-left letter
/// - has only right-to-left letters, their marks, digits and ASCII punctuation;
/// - begins with a right-to-left letter (conditions 1 and 2);
/// - ends with such a letter or a digit, marks aside (condition 3);
/// - does not mix Arabic-Indic digits with European ones (condition 4).
///
/// A name without one is not restricted (conditions 5 and 6 bind only within right-to-left domain names).
enum BidiRule {
    private enum Direction {
        case rightToLeft, arabicNumber, europeanNumber, mark, neutral, leftToRight
    }

    static func permits(_ scalars: [Unicode.Scalar]) -> Bool {
        let directions = scalars.map(self.direction)
        guard directions.contains(where: { $0 == .rightToLeft || $0 == .arabicNumber }) else { return true }
        guard directions.first == .rightToLeft, !directions.contains(.leftToRight) else { return false }
        guard !(directions.contains(.arabicNumber) && directions.contains(.europeanNumber)) else { return false }
        switch directions.last(where: { $0 != .mark }) {
        case .rightToLeft, .arabicNumber, .europeanNumber: return true
        case .mark, .neutral, .leftToRight, nil: return false
        }
    }

    private static func direction(_ scalar: Unicode.Scalar) -> Direction {
        switch scalar.value {
        case 0x0660...0x0669, 0x10D30...0x10D39, 0x10D40...0x10D49, 0x10E60...0x10E7E: return .arabicNumber
        case 0x30...0x39, 0x06F0...0x06F9: return .europeanNumber
        default: break
        }
        if scalar.properties.generalCategory == .nonspacingMark {
            return .mark
        }
        switch scalar.value {
        case 0x0590...0x08FF, 0x200F, 0xFB1D...0xFDFF, 0xFE70...0xFEFF, 0x10800...0x10FFF, 0x1E800...0x1EFFF:
            return .rightToLeft
        case 0x21...0x7E where !scalar.properties.isAlphabetic: return .neutral
        default: return .leftToRight
        }
    }
}
