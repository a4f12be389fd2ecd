/// The contextual rules of RFC 5892 Appendix A, which PRECIS takes over (RFC 8264 §9.5 and §9.8).
///
/// The standard library knows neither scripts nor joining types. Scripts are told by their blocks; U+200C and U+200D
/// are allowed after a virama only, so the second form of rule A.1 (between joining Arabic letters) is refused: the
/// stricter reading, which never makes two names look alike.
enum PrecisContext {
    static func permits(at index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        guard scalars.indices.contains(index) else { return false }
        let before = index > scalars.startIndex ? scalars[index - 1] : nil
        let after = index + 1 < scalars.endIndex ? scalars[index + 1] : nil
        switch scalars[index].value {
        case 0x200C, 0x200D:
            return before?.properties.canonicalCombiningClass == .virama
        case 0x00B7:
            return before == "l" && after == "l"
        case 0x0375:
            return after.map(self.isGreek) ?? false
        case 0x05F3, 0x05F4:
            return before.map(self.isHebrew) ?? false
        case 0x30FB:
            return scalars.contains(where: self.isJapanese)
        case 0x0660...0x0669:
            return !scalars.contains { (0x06F0...0x06F9).contains($0.value) }
        case 0x06F0...0x06F9:
            return !scalars.contains { (0x0660...0x0669).contains($0.value) }
        default:
            return false
        }
    }

    private static func isGreek(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0370...0x0373, 0x0375...0x0377, 0x037A...0x037D, 0x037F, 0x0384, 0x0386, 0x0388...0x03E1,
            0x03F0...0x03FF, 0x1F00...0x1FFF:
            true
        default: false
        }
    }

    private static func isHebrew(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0591...0x05F4, 0xFB1D...0xFB4F: true
        default: false
        }
    }

    /// Hiragana, Katakana or Han; the middle dot itself is none of them.
    private static func isJapanese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3041...0x3096, 0x309D...0x309F, 0x30A1...0x30FA, 0x30FD...0x30FF, 0x31F0...0x31FF: true
        case 0x3005, 0x3007, 0x3021...0x3029, 0x3038...0x303A, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x323AF:
            true
        default: false
        }
    }
}
