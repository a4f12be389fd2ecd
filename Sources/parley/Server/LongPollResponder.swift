import ChatCore
import GatewayPhoenix
import GatewayREST
import HTTPTypes
import HummingbirdCore
import NIOCore
import ServiceLifecycle

/// Serves long polling on the HTTP port: takes its path out of what goes to the REST gateway.
struct LongPollResponder: Sendable {
    let endpoint: LongPollEndpoint
    let clients: ClientAddressRule
    /// Bytes of a POST's body at most; more gets 413.
    let maxBodyBytes: Int

    /// - Parameter others: Answers all other paths.
    func responder(before others: @escaping HTTPChannelHandler.Responder) -> HTTPChannelHandler.Responder {
        { request, writer, channel in
            guard request.uri.path == LongPollEndpoint.path else {
                return try await others(request, writer, channel)
            }
            let response = try await self.respond(to: request, over: channel)
            do {
                try await writer.write(response: response.head, body: ResponseBody(byteBuffer: response.body))
            } catch {
                response.writeFailed()
                throw error
            }
        }
    }

    private func respond(to request: Request, over channel: any Channel) async throws -> LongPollResponse {
        var poll = LongPollRequest(request, from: self.address(of: request, over: channel))
        if request.method == .post {
            guard let body = try await self.body(of: request) else { return .bodyTooLarge }
            poll.body = body
        }
        let caller = LongPollCaller()
        let watch = HangUpWatch { caller.hangUp() }
        do {
            // In front of all others: some of those behind it keep to themselves that the client has shut its side.
            try await channel.pipeline.addHandler(watch, position: .first).get()
        } catch {
            caller.hangUp()
        }
        let response = await self.endpoint.respond(to: poll, for: caller)
        try? await channel.pipeline.removeHandler(watch).get()
        return response
    }

    /// nil when it is too large. What is malformed is thrown on: the transport answers it.
    private func body(of request: Request) async throws -> ByteBuffer? {
        // A length that was announced is believed before anything is read.
        if let length = request.headers[.contentLength], (Int(length) ?? .max) > self.maxBodyBytes { return nil }
        do {
            return try await request.body.collect(upTo: self.maxBodyBytes)
        } catch is NIOTooManyBytesError {
            return nil
        }
    }

    private func address(of request: Request, over channel: any Channel) -> ClientAddress {
        let forwarded = HTTPField.Name("X-Forwarded-For").map { request.headers[values: $0] } ?? []
        return self.clients.address(peer: channel.remoteAddress?.ipAddress, forwardedFor: forwarded)
    }
}

/// Ends the sessions of long polling when the node stops, so that what waits is answered before it is cut off.
struct LongPollService: Service {
    let endpoint: LongPollEndpoint

    func run() async throws {
        try? await gracefulShutdown()
        await self.endpoint.drain()
    }
}

/// Tells that the other end of a connection closes it, or will send no more: nobody waits for the answer then.
private final class HangUpWatch: ChannelInboundHandler, RemovableChannelHandler, Sendable {
    typealias InboundIn = NIOAny

    private let hungUp: @Sendable () -> Void

    init(_ hungUp: @escaping @Sendable () -> Void) {
        self.hungUp = hungUp
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if !context.channel.isActive { self.hungUp() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        self.hungUp()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed { self.hungUp() }
        context.fireUserInboundEventTriggered(event)
    }
}

extension LongPollRequest {
    fileprivate init(_ request: Request, from address: ClientAddress) {
        self.init(method: request.method.rawValue, query: request.uri.query ?? "", address: address)
        let headers = request.headers
        self.origins = headers[values: .origin]
        self.host = request.head.authority
        self.contentType = headers[.contentType]
        self.sessionToken = HTTPField.Name("X-Phoenix-Longpoll-Token").flatMap { headers[$0] }
        self.authToken = HTTPField.Name("X-Phoenix-AuthToken").flatMap { headers[$0] }
        self.requestedHeaders = headers[.accessControlRequestHeaders]
    }
}

extension LongPollResponse {
    fileprivate var head: HTTPResponse {
        var fields = HTTPFields()
        for (name, value) in self.headers {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        fields[.contentLength] = "\(self.body.readableBytes)"
        return HTTPResponse(status: HTTPResponse.Status(code: self.status), headerFields: fields)
    }
}
