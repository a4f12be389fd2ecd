import Foundation

/// Unicode normalisation, which the standard library does not offer.
///
/// Only names and passwords with a character outside ASCII come here.
enum Normalization {
    /// Normalisation Form C (UAX #15).
    static func composed(_ text: String) -> String {
        text.precomposedStringWithCanonicalMapping
    }

    /// Normalisation Form KC of one code point: itself unless it has a compatibility or singleton mapping.
    static func compatible(_ scalar: Unicode.Scalar) -> String.UnicodeScalarView {
        String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars
    }

    /// Maps fullwidth and halfwidth code points to their ordinary forms and nothing else (RFC 8264 §5.2.1).
    ///
    /// Within U+FF01…U+FFEE the width mapping and NFKC of the single code point agree wherever the result may stand
    /// in a name.
    static func widthMapped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if (0xFF01...0xFFEE).contains(scalar.value) {
                result.append(contentsOf: self.compatible(scalar))
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// Maps upper-case and title-case code points to lower case: toLowercase of the Unicode Standard, §3.13.
    ///
    /// The standard library maps a capital sigma without regard to its place; here one that ends a word becomes final.
    static func lowercased(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            if scalar == "Σ", self.endsWord(scalars, at: index) {
                result.append("ς")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(result)
    }

    /// The condition Final_Sigma: a cased letter before and none after, looking past case-ignorable code points.
    private static func endsWord(_ scalars: [Unicode.Scalar], at index: Int) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}
