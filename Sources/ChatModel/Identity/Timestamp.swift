/// A point in time, in whole milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Sendable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Later than anything that happens.
    package static let distantFuture = Timestamp(milliseconds: .max)

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.milliseconds < right.milliseconds }

    /// This time plus a number of seconds, clamped to the range of `Int64`.
    package func adding(seconds: Int64) -> Timestamp {
        let (millis, overflow) = seconds.multipliedReportingOverflow(by: 1000)
        guard !overflow else { return Timestamp(milliseconds: seconds < 0 ? .min : .max) }
        let (sum, carried) = self.milliseconds.addingReportingOverflow(millis)
        return Timestamp(milliseconds: carried ? (millis < 0 ? .min : .max) : sum)
    }
}
