import Synchronization

/// How many requests were answered, by the first digit of their status.
final class HTTPRequestCounters: Sendable {
    private let informational = Atomic<UInt64>(0)
    private let success = Atomic<UInt64>(0)
    private let redirection = Atomic<UInt64>(0)
    private let clientError = Atomic<UInt64>(0)
    private let serverError = Atomic<UInt64>(0)

    func count(status: Int) {
        switch status {
        case ..<200: self.informational.add(1, ordering: .relaxed)
        case ..<300: self.success.add(1, ordering: .relaxed)
        case ..<400: self.redirection.add(1, ordering: .relaxed)
        case ..<500: self.clientError.add(1, ordering: .relaxed)
        default: self.serverError.add(1, ordering: .relaxed)
        }
    }

    var totals: [(status: String, count: UInt64)] {
        [
            ("1xx", self.informational.load(ordering: .relaxed)), ("2xx", self.success.load(ordering: .relaxed)),
            ("3xx", self.redirection.load(ordering: .relaxed)), ("4xx", self.clientError.load(ordering: .relaxed)),
            ("5xx", self.serverError.load(ordering: .relaxed)),
        ]
    }
}
