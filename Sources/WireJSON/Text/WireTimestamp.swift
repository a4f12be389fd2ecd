/// Moments as RFC 3339 text. In memory a moment is milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package enum WireTimestamp {
    /// The moments that have a text: the years 1...9999.
    package static let range: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    static var textCount: Int { 24 }

    static var millisecondsPerDay: Int64 { 86_400_000 }

    /// UTC with milliseconds, 24 characters: `2026-11-21T11:01:21.560Z`. Moments outside ``range`` become its end.
    package static func text(milliseconds: Int64) -> String {
        String(asciiCount: self.textCount) { self.writeText(milliseconds: milliseconds, to: $0) }
    }

    /// - Precondition: 24 bytes are writable at `output`.
    static func writeText(milliseconds: Int64, to output: UnsafeMutablePointer<UInt8>) {
        let moment = min(max(milliseconds, self.range.lowerBound), self.range.upperBound)
        let remainder = moment % self.millisecondsPerDay
        let timeOfDay = remainder < 0 ? remainder + self.millisecondsPerDay : remainder
        let date = WireCalendar.date(ofDay: (moment - timeOfDay) / self.millisecondsPerDay)
        self.write(date.year, digits: 4, then: "-", to: output)
        self.write(date.month, digits: 2, then: "-", to: output + 5)
        self.write(date.day, digits: 2, then: "T", to: output + 8)
        self.write(timeOfDay / 3_600_000, digits: 2, then: ":", to: output + 11)
        self.write(timeOfDay / 60_000 % 60, digits: 2, then: ":", to: output + 14)
        self.write(timeOfDay / 1_000 % 60, digits: 2, then: ".", to: output + 17)
        self.write(timeOfDay % 1_000, digits: 3, then: "Z", to: output + 20)
    }

    /// Writes one field, which is never negative, and the character after it.
    @inline(__always)
    private static func write(
        _ value: Int64,
        digits: Int,
        then separator: Unicode.Scalar,
        to output: UnsafeMutablePointer<UInt8>
    ) {
        DecimalDigits.write(value.magnitude, count: digits, to: output)
        output[digits] = UInt8(ascii: separator)
    }
}
