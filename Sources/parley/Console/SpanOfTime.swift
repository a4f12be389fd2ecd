/// A span of time on the command line: a whole number and `s`, `m`, `h`, `d` or `w`.
enum SpanOfTime {
    /// Ten years: longer is a slip of the pen.
    private static let longest: Int64 = 315_360_000

    /// The seconds, 1…315,360,000; nil for what is no such span.
    static func seconds(_ text: String) -> Int64? {
        let unit: Int64
        switch text.last {
        case "s": unit = 1
        case "m": unit = 60
        case "h": unit = 3600
        case "d": unit = 86_400
        case "w": unit = 604_800
        // Seconds or hours? Nobody's guess.
        default: return nil
        }
        guard let count = Int64(text.dropLast()), count > 0 else { return nil }
        let (seconds, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow || seconds > self.longest ? nil : seconds
    }
}
