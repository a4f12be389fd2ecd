import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// One request of PhoenixGenApi under way: the response is pushed, then the request is replied to (phoenix-channels.md
/// §5.1). It fails or succeeds once.
struct GenAPICall {
    private static let unknownID = JSONValue.string("unknown")

    let request: ChannelRequest
    private let id: JSONValue
    /// The request type as the client named it.
    private let type: String

    static func perform(_ request: ChannelRequest) {
        guard case .json(let payload) = request.payload, case .object(let object) = payload.value else {
            return request.crash()
        }
        let call = GenAPICall(
            request: request, id: GenAPIRequest.id(in: object) ?? Self.unknownID,
            type: object["request_type"]?.string ?? "")
        do throws(GenAPIFailure) {
            guard let session = call.socket.account else { throw .authenticationRequired }
            let asked = try GenAPIRequest(object, byteCount: payload.text.readableBytes)
            let function = try RelayFunction(asked, services: call.socket.gateway.configuration.services)
            let operation = try function.operation(asked.arguments)
            RelayCall(call: call, operation: operation, requestID: asked.id, session: session).perform()
        } catch {
            call.fail(error)
        }
    }

    var channel: Channel { self.request.channel }

    var socket: PhoenixSocket { self.request.channel.socket }

    // MARK: - Answers

    func succeed(_ result: (inout JSONWriter) -> Void) {
        self.push { $0.response(to: self.id, result: result) }
        self.request.answer(.ok) { $0.string(self.type) }
    }

    func succeed(_ word: String) {
        self.succeed { $0.string(word) }
    }

    func fail(_ failure: GenAPIFailure) {
        self.push { $0.response(to: self.id, failure) }
        if let text = failure.replyError {
            self.request.answer(.error) { $0.string(text) }
        } else {
            self.request.answer(.ok) { $0.string(self.type) }
        }
    }

    // MARK: - Answers in several parts

    /// Says that parts will come; the reply follows at once.
    func beginStream() {
        self.push { $0.response(to: self.id, isStreamed: true, hasMore: true) { $0.string("init") } }
        self.request.answer(.ok) { $0.string(self.type) }
    }

    /// The first part is a complete response in itself.
    func streamFirst(_ result: (inout JSONWriter) -> Void) {
        self.stream(hasMore: true) { writer in
            writer.response(to: self.id, isStreamed: true, hasMore: true, result: result)
        }
    }

    func stream(hasMore: Bool, _ result: (inout JSONWriter) -> Void) {
        self.push { $0.response(to: self.id, isStreamed: true, hasMore: hasMore, result: result) }
        self.socket.flushWhenDue()
    }

    func failStream() {
        self.push { $0.response(to: self.id, .internalError) }
        self.socket.flushWhenDue()
    }

    private func push(_ response: (inout JSONWriter) -> Void) {
        self.channel.push(self.socket.gateway.configuration.requestEvent, response)
    }
}
