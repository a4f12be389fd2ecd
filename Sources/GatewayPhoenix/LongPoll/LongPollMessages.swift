package import ChatCore
package import NIOCore
import NIOHTTP1

/// What long polling reads of an HTTP request.
package struct LongPollRequest: Sendable {
    package let method: String
    /// As it was sent, without the question mark; empty when there is none.
    package let query: String
    /// All `Origin` fields.
    package var origins: [String] = []
    /// `Host`
    package var host: String?
    package var contentType: String?
    /// `x-phoenix-longpoll-token`
    package var sessionToken: String?
    /// `x-phoenix-authtoken`
    package var authToken: String?
    /// `access-control-request-headers`
    package var requestedHeaders: String?
    /// Of a POST, whole. Its size is bounded by the caller.
    package var body = ByteBuffer()
    package let address: ClientAddress

    package init(method: String, query: String, address: ClientAddress) {
        self.method = method
        self.query = query
        self.address = address
    }
}

/// The HTTP answer to a ``LongPollRequest``. Its length is not among the headers.
package struct LongPollResponse: Sendable {
    /// Of HTTP: 200 for all that the protocol itself says (phoenix-channels.md §1.10).
    package let status: Int
    package let headers: [(name: String, value: String)]
    package let body: ByteBuffer
    /// Brings back messages that the client was not given after all.
    private let takeBack: (@Sendable () -> Void)?

    private init(
        status: Int, headers: [(name: String, value: String)] = [], body: ByteBuffer = ByteBuffer(),
        takeBack: (@Sendable () -> Void)? = nil
    ) {
        self.status = status
        // Any page may read the answer: which pages are served is decided before (§1.10).
        self.headers = [(name: "access-control-allow-origin", value: "*")] + headers
        self.body = body
        self.takeBack = takeBack
    }

    /// To be called when the response could not be written: its messages wait for the next poll then.
    package func writeFailed() {
        self.takeBack?()
    }

    /// The body of the request is larger than what is read.
    package static let bodyTooLarge = LongPollResponse(status: 413)
    /// A method that is not served.
    static let badRequest = LongPollResponse(status: 400)

    /// For refusals that are no fault of the client's; an empty body makes phoenix.js try again later.
    static func refusal(_ status: HTTPResponseStatus) -> LongPollResponse {
        LongPollResponse(status: Int(clamping: status.code))
    }

    /// What the protocol says.
    static func json(_ body: ByteBuffer, takeBack: (@Sendable () -> Void)? = nil) -> LongPollResponse {
        LongPollResponse(
            status: 200,
            headers: [
                (name: "content-type", value: LongPollBody.contentType),
                (name: "cache-control", value: "no-store"),
                (name: "x-content-type-options", value: "nosniff"),
            ], body: body, takeBack: takeBack)
    }

    static func status(_ status: LongPollStatus) -> LongPollResponse {
        .json(LongPollBody.status(status))
    }

    /// - Parameter requestedHeaders: Those that the page wants to send: all are allowed.
    static func preflight(_ requestedHeaders: String?) -> LongPollResponse {
        var headers = [
            (name: "access-control-allow-methods", value: "get, post, options"),
            (name: "access-control-max-age", value: "3600"),
        ]
        if let requestedHeaders { headers.append((name: "access-control-allow-headers", value: requestedHeaders)) }
        return LongPollResponse(status: 200, headers: headers)
    }
}
