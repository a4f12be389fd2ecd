import Glibc

/// The current time as a `Date` header has it (RFC 9110 §5.6.7), written anew only when the second has changed.
struct HTTPDateCache {
    private var second: time_t = -1
    private var text = ""

    mutating func current() -> String {
        let now = time(nil)
        if now != second {
            second = now
            text = Self.format(now)
        }
        return text
    }

    /// For example `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func format(_ seconds: time_t) -> String {
        var seconds = seconds
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let day = name(Self.days, parts.tm_wday)
        let month = name(Self.months, parts.tm_mon)
        let date = "\(day), \(padded(parts.tm_mday)) \(month) \(1900 + Int(parts.tm_year))"
        return "\(date) \(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec)) GMT"
    }

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func name(_ names: [String], _ index: CInt) -> String {
        names.indices.contains(Int(index)) ? names[Int(index)] : names[0]
    }

    private static func padded(_ number: CInt) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}
