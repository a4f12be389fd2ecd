extension WireTimestamp {
    /// What a text without `Z` and without an offset means.
    package enum MissingOffset: Sendable {
        /// It is refused, as RFC 3339 demands.
        case refused
        /// It is UTC. Python's `isoformat()` and the reference server of the JSON chat protocol write such texts.
        case utc
    }

    /// The moment of an RFC 3339 `date-time` (§5.6), or nil when the text is anything else or outside ``range``.
    ///
    /// A fraction of any length is cut off after the milliseconds. `T` and `Z` may be in lower case. A leap second is
    /// accepted where one may stand, at the end of a day in UTC, and is the first moment of the day after.
    package static func milliseconds(_ text: String, missingOffset: MissingOffset = .refused) -> Int64? {
        text.withUTF8Bytes { bytes in
            var fields = TimestampFields(rest: bytes[...])
            return fields.readMoment(missingOffset: missingOffset)
        }
    }
}

/// What is left of a timestamp being read. Each step takes what it reads off the front, or is nil.
private struct TimestampFields {
    private typealias Date = (year: Int64, month: Int64, day: Int64)

    var rest: Slice<UnsafeBufferPointer<UInt8>>

    mutating func readMoment(missingOffset: WireTimestamp.MissingOffset) -> Int64? {
        guard let date = self.readDate(), self.take(UInt8(ascii: "T"), orElse: UInt8(ascii: "t")),
            let secondOfDay = self.readTime(), let fraction = self.readFraction(),
            let offset = self.readOffset(missingOffset: missingOffset), self.rest.isEmpty
        else { return nil }
        let day = WireCalendar.day(year: date.year, month: date.month, day: date.day)
        let second = day * 86_400 + secondOfDay.value - offset
        // A leap second was counted as the one after it, so it must have come out as midnight.
        guard !secondOfDay.isLeap || second % 86_400 == 0 else { return nil }
        let moment = second * 1_000 + (secondOfDay.isLeap ? 0 : fraction)
        return WireTimestamp.range.contains(moment) ? moment : nil
    }

    private mutating func readDate() -> Date? {
        guard let year = self.readNumber(digits: 4, in: 1...9999), self.take(UInt8(ascii: "-")),
            let month = self.readNumber(digits: 2, in: 1...12), self.take(UInt8(ascii: "-")),
            let day = self.readNumber(digits: 2, in: 1...WireCalendar.daysInMonth(month, year: year))
        else { return nil }
        return (year, month, day)
    }

    /// Seconds since midnight; 86,400 is possible for a leap second.
    private mutating func readTime() -> (value: Int64, isLeap: Bool)? {
        guard let hour = self.readNumber(digits: 2, in: 0...23), self.take(UInt8(ascii: ":")),
            let minute = self.readNumber(digits: 2, in: 0...59), self.take(UInt8(ascii: ":")),
            let second = self.readNumber(digits: 2, in: 0...60)
        else { return nil }
        return (hour * 3_600 + minute * 60 + second, second == 60)
    }

    /// Milliseconds; 0 when there is no fraction, nil when there is a point without digits.
    private mutating func readFraction() -> Int64? {
        guard self.take(UInt8(ascii: ".")) else { return 0 }
        var milliseconds: Int64 = 0
        var weight: Int64 = 100
        guard let first = self.rest.first, first.isASCIIDigit else { return nil }
        while let byte = self.rest.first, byte.isASCIIDigit {
            milliseconds += Int64(byte &- UInt8(ascii: "0")) * weight
            weight /= 10
            self.rest.removeFirst()
        }
        return milliseconds
    }

    /// Seconds to the east of UTC.
    private mutating func readOffset(missingOffset: WireTimestamp.MissingOffset) -> Int64? {
        if self.take(UInt8(ascii: "Z"), orElse: UInt8(ascii: "z")) { return 0 }
        guard let sign = self.rest.first else { return missingOffset == .utc ? 0 : nil }
        guard self.take(UInt8(ascii: "+"), orElse: UInt8(ascii: "-")),
            let hours = self.readNumber(digits: 2, in: 0...23), self.take(UInt8(ascii: ":")),
            let minutes = self.readNumber(digits: 2, in: 0...59)
        else { return nil }
        let seconds = hours * 3_600 + minutes * 60
        return sign == UInt8(ascii: "-") ? -seconds : seconds
    }

    private mutating func readNumber(digits: Int, in range: ClosedRange<Int64>) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let byte = self.rest.first, byte.isASCIIDigit else { return nil }
            value = value * 10 + Int64(byte &- UInt8(ascii: "0"))
            self.rest.removeFirst()
        }
        return range.contains(value) ? value : nil
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        self.take(byte, orElse: byte)
    }

    private mutating func take(_ byte: UInt8, orElse other: UInt8) -> Bool {
        guard let first = self.rest.first, first == byte || first == other else { return false }
        self.rest.removeFirst()
        return true
    }
}
