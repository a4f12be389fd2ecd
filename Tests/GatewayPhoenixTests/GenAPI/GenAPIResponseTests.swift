import NIOCore
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §5.1: seven members in every response, and the words for what goes wrong.
struct GenAPIResponseTests {
    private func text(_ write: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        write(&writer)
        return writer.takeBuffer().text
    }

    @Test func anAnswerHasSevenMembers() {
        #expect(
            self.text { $0.response(to: "req_1") { $0.string("ok") } }
                == #"{"request_id":"req_1","result":"ok","success":true,"error":null,"async":false,"has_more":false,"#
                + #""can_retry":false}"#)
    }

    @Test func aPartOfAnAnswerSaysWhetherMoreComes() {
        #expect(
            self.text { $0.response(to: 7, isStreamed: true, hasMore: true) { $0.string("init") } }
                == #"{"request_id":7,"result":"init","success":true,"error":null,"async":true,"has_more":true,"#
                + #""can_retry":false}"#)
    }

    @Test func aFailureHasThemToo() {
        #expect(
            self.text { $0.response(to: "unknown", .rateLimited(milliseconds: 2999)) }
                == #"{"request_id":"unknown","result":null,"success":false,"#
                + #""error":"Rate limit exceeded. Please retry after 2 seconds.","async":false,"has_more":false,"#
                + #""can_retry":true}"#)
    }

    private static let failures: [(GenAPIFailure, error: String, reply: String?, canRetry: Bool)] = [
        (.authenticationRequired, "Authentication required", "Authentication required", false),
        (
            .invalid("Missing required fields: service"), "Invalid request: Missing required fields: service",
            "Missing required fields: service", false
        ),
        (.unsupported(type: "fly", version: nil), "unsupported function: fly version latest", nil, false),
        (.unsupported(type: "fly", version: "9.9.9"), "unsupported function: fly version 9.9.9", nil, false),
        (
            .arguments(#"missing or nil argument "message" in "relay_msg""#), "Request processing failed",
            #"missing or nil argument "message" in "relay_msg""#, false
        ),
        (.permissionDenied, "Permission denied", nil, false),
        (.rateLimited(milliseconds: 999), "Rate limit exceeded. Please retry after 0 seconds.", nil, true),
        (.rateLimited(milliseconds: .min), "Rate limit exceeded. Please retry after 0 seconds.", nil, true),
        (.rateLimited(milliseconds: 61_000), "Rate limit exceeded. Please retry after 61 seconds.", nil, true),
        (.unavailable, "Service temporarily unavailable", nil, true),
        (.internalError, "Internal Server Error", nil, false),
        (.refused("not_admin"), "not_admin", nil, false),
    ]

    @Test(arguments: Self.failures.indices)
    func failuresHaveTheWordsOfTheDocumentation(index: Int) {
        let (failure, error, reply, canRetry) = Self.failures[index]
        #expect(failure.error == error)
        #expect(failure.replyError == reply)
        #expect(failure.canRetry == canRetry)
    }
}
