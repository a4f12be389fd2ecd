import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird
import WireJSON

/// `/api/v1/signals`: what a host application tells its users over the chat server (product.md §4).
enum SignalRoutes {
    static var all: [RESTRoute] { [self.send] }

    private static let send = RESTRoute(
        .post, "/api/v1/signals",
        APIOperation(
            id: "send_signal", tag: .signals, summary: "Send a signal to one user, to all, or about a role",
            details: """
                `to` is "all", "role" or {"user": id}. The names announcement (to all), permissionsChanged (to role, \
                with `lookup` in the payload), reauthenticate, logout (with `token`), newMessage and refreshMentions \
                (to a user) are those that clients know; any other name of 1 to 64 visible characters will do that is \
                not reserved (phx_*, presence_*, heartbeat). A signal is not kept: who is not connected misses it.
                """,
            parameters: [
                APIParameter(
                    place: .header, name: "Idempotency-Key", kind: .text,
                    description: "1 to 128 bytes; the same request again within a day is not sent again")
            ],
            body: .json(.signal), security: .apiKey,
            answers: [
                .init(status: 202, description: "Sent to whoever listens", schema: .accepted),
                .init(status: 401, description: "No valid API key", schema: .error),
                .init(status: 403, description: "The key lacks the scope `signals`", schema: .error),
                .noSuchUser,
                .init(status: 409, description: "The Idempotency-Key stands for another request", schema: .error),
                .init(status: 413, description: "The payload or the body is too large", schema: .error),
                .invalid, .tooMany,
            ])
    ) { call in
        let key = try await Self.key(of: call)
        let request = try Self.request(
            try await call.jsonObject(), idempotencyKey: call.request.headers[.idempotencyKey])
        do throws(ChatError) {
            try await call.service.sendSignal(request, by: key)
        } catch {
            throw Self.refusal(error, limits: call.service.limits)
        }
        return .json(["accepted": true], status: .accepted)
    }

    // MARK: Steps

    private static func key(of call: RESTCall) async throws -> APIKeyRecord {
        guard let text = call.apiKey else { throw RESTError.notAuthenticated }
        do throws(ChatError) {
            return try await call.service.apiKeys.authenticate(text, for: .signals, from: call.address)
        } catch {
            guard error.code == .authInvalid else { throw RESTError(error) }
            throw RESTError(unauthorized: "Invalid API key")
        }
    }

    private static func request(_ body: BodyReader, idempotencyKey: String?) throws(RESTError) -> SignalRequest {
        try body.refuseFields(otherThan: ["to", "event", "payload"])
        let topic = try self.topic(body)
        let event = try body.strings("event")[0]
        let payload = try body.object("payload")
        do throws(SignalFault) {
            return try SignalRequest(
                event: event, to: topic, payload: SignalRequest.Payload(payload), idempotencyKey: idempotencyKey)
        } catch {
            throw RESTError(ValidationIssue(error))
        }
    }

    private static func topic(_ body: BodyReader) throws(RESTError) -> SignalTopic {
        switch body.value("to") {
        case "all"?: return .everybody
        case "role"?: return .roles
        case .object(let object)? where object.count == 1:
            guard let user = object["user"].flatMap(Self.user) else { break }
            // What cannot be a username is nobody's.
            guard let id = UserID(typed: user) else { throw RESTError(ChatError(.noSuchUser)) }
            return .user(id)
        case nil: throw RESTError(ValidationIssue.missing(.body, "to"))
        default: break
        }
        throw RESTError(
            ValidationIssue("signal_audience", .body, "to", "Input should be \"all\", \"role\" or {\"user\": id}"))
    }

    /// The ids of host applications are numbers more often than not.
    private static func user(_ value: JSONValue) -> String? { value.string ?? value.integer.map { String($0) } }

    private static func refusal(_ error: ChatError, limits: Limits) -> RESTError {
        var refusal: RESTError
        switch error.code {
        case .messageTooLong:
            refusal = RESTError(.contentTooLarge, "The payload may have \(limits.signalBytes) bytes at most")
        case .conflict:
            refusal = RESTError(.conflict, "This Idempotency-Key stands for another request")
        default:
            return RESTError(error)
        }
        refusal.code = error.code.rawValue
        return refusal
    }
}

extension RESTCall {
    /// The key of `X-API-Key`, or of `Authorization: Bearer …`; nil when there is none.
    fileprivate var apiKey: String? { self.request.headers[.xAPIKey] ?? self.bearerToken }
}

extension SignalRequest.Payload {
    fileprivate init(_ object: JSONObject) {
        var writer = JSONWriter()
        writer.object(object)
        var texts: [String: String] = [:]
        for member in object.members { texts[member.key] = member.value.string }
        self.init(json: OpaqueJSON(validated: String(buffer: writer.takeBuffer())), texts: texts)
    }
}

extension ValidationIssue {
    fileprivate init(_ fault: SignalFault) {
        switch fault.field {
        case .audience: self.init("signal_audience", .body, "to", fault.message)
        case .event: self.init("signal_event", .body, "event", fault.message)
        case .payload: self.init("signal_payload", .body, "payload", fault.message)
        case .idempotencyKey: self.init("signal_key", .header, "Idempotency-Key", fault.message)
        }
    }
}

extension HTTPField.Name {
    fileprivate static let xAPIKey = HTTPField.Name("X-API-Key") ?? .authorization
    fileprivate static let idempotencyKey = HTTPField.Name("Idempotency-Key") ?? .date
}
