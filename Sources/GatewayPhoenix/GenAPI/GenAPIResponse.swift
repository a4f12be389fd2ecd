import WireJSON

// A response of PhoenixGenApi: always the same seven members (phoenix-channels.md §5.1).

extension JSONWriter {
    /// What a request came to, or a part of it.
    ///
    /// - Parameters:
    ///   - isStreamed: Part of an answer that comes in several.
    ///   - hasMore: Others follow.
    ///   - result: Writes one value.
    mutating func response(
        to id: JSONValue, isStreamed: Bool = false, hasMore: Bool = false, result: (inout JSONWriter) -> Void
    ) {
        self.object { writer in
            writer.member("request_id", id)
            writer.key("result")
            result(&writer)
            writer.member("success", true)
            writer.member("error", JSONValue.null)
            writer.member("async", isStreamed)
            writer.member("has_more", hasMore)
            writer.member("can_retry", false)
        }
    }

    mutating func response(to id: JSONValue, _ failure: GenAPIFailure) {
        self.object { writer in
            writer.member("request_id", id)
            writer.member("result", JSONValue.null)
            writer.member("success", false)
            writer.member("error", failure.error)
            writer.member("async", false)
            writer.member("has_more", false)
            writer.member("can_retry", failure.canRetry)
        }
    }
}
