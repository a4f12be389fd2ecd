/// What the PRECIS string classes say about one code point (RFC 8264 §8 and §9).
enum PrecisClass: Equatable {
    /// Allowed everywhere.
    case valid
    /// Allowed where the code points around it permit; see ``PrecisContext``.
    case contextual
    /// Allowed in the FreeformClass (passwords) and refused in the IdentifierClass (names).
    case freeformOnly
    /// Refused in both.
    case disallowed

    /// Follows the order of RFC 8264 §8 with the Unicode version of the standard library.
    init(_ scalar: Unicode.Scalar) {
        if let exception = Self.exception(scalar) {
            self = exception
            return
        }
        let properties = scalar.properties
        let category = properties.generalCategory
        if category == .unassigned {
            self = .disallowed
        } else if (0x21...0x7E).contains(scalar.value) {
            self = .valid
        } else if properties.isJoinControl {
            self = .contextual
        } else if Self.isOldHangulJamo(scalar) || properties.isDefaultIgnorableCodePoint
            || properties.isNoncharacterCodePoint || category == .control
        {
            self = .disallowed
        } else if Self.hasCompatibilityMapping(scalar) {
            self = .freeformOnly
        } else {
            self.init(category)
        }
    }

    private init(_ category: Unicode.GeneralCategory) {
        switch category {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .decimalNumber, .nonspacingMark,
            .spacingMark:
            self = .valid
        case .titlecaseLetter, .letterNumber, .otherNumber, .enclosingMark, .spaceSeparator, .mathSymbol,
            .currencySymbol, .modifierSymbol, .otherSymbol, .connectorPunctuation, .dashPunctuation,
            .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation, .otherPunctuation:
            self = .freeformOnly
        case .lineSeparator, .paragraphSeparator, .control, .format, .surrogate, .privateUse, .unassigned:
            self = .disallowed
        @unknown default:
            self = .disallowed
        }
    }

    /// RFC 8264 §9.6.
    private static func exception(_ scalar: Unicode.Scalar) -> PrecisClass? {
        switch scalar.value {
        case 0x00DF, 0x03C2, 0x06FD, 0x06FE, 0x0F0B, 0x3007: .valid
        case 0x00B7, 0x0375, 0x05F3, 0x05F4, 0x30FB, 0x0660...0x0669, 0x06F0...0x06F9: .contextual
        case 0x0640, 0x07FA, 0x302E, 0x302F, 0x3031...0x3035, 0x303B: .disallowed
        default: nil
        }
    }

    /// Conjoining jamo: code points whose Hangul_Syllable_Type is L, V or T (RFC 8264 §9.9).
    private static func isOldHangulJamo(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x1100...0x11FF, 0xA960...0xA97C, 0xD7B0...0xD7C6, 0xD7CB...0xD7FB: true
        default: false
        }
    }

    /// RFC 8264 §9.17: NFKC changes the code point.
    private static func hasCompatibilityMapping(_ scalar: Unicode.Scalar) -> Bool {
        !Normalization.compatible(scalar).elementsEqual(CollectionOfOne(scalar))
    }
}
