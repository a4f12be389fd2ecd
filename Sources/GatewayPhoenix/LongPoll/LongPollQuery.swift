/// The query of a long-poll request, in which two things are called `token` (phoenix-channels.md §1.10, §4.1): what the
/// app authenticates with, in every request, and the session's, which phoenix.js adds once it has it.
struct LongPollQuery: Sendable, Equatable {
    /// What names the session, of this server or another; the last one counts. nil without one.
    let sessionToken: String?
    /// The query without it: the connect params.
    let connectParams: String

    /// - Parameter query: As it was sent, without the question mark.
    init(_ query: String) {
        var sessionToken: String?
        var rest: [Substring] = []
        for field in query.split(separator: "&") {
            if let token = Self.sessionToken(field) { sessionToken = token } else { rest.append(field) }
        }
        self.sessionToken = sessionToken
        self.connectParams = rest.joined(separator: "&")
    }

    /// The token of a session is told from the other by its form, so that a session that is over can be told from
    /// credentials that are no good: it is one run of url-safe characters, while an access token has its full stops.
    /// What is too short to be anybody's session is taken for bad credentials.
    private static func sessionToken(_ field: Substring) -> String? {
        guard field.hasPrefix("token=") else { return nil }
        let value = field.dropFirst("token=".count)
        guard (12...64).contains(value.utf8.count), value.utf8.allSatisfy(Self.isURLSafe) else { return nil }
        return String(value)
    }

    private static func isURLSafe(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            true
        default:
            false
        }
    }
}
