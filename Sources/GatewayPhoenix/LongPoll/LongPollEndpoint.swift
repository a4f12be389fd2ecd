import ChatCore
import ChatModel
package import NIOCore
import NIOHTTP1
package import NetTransport

/// Phoenix's long polling (phoenix-channels.md §1.10): answers the requests for `/socket/longpoll`, whatever HTTP server
/// they come by.
package final class LongPollEndpoint: Sendable {
    package static let path = "/socket/longpoll"

    private let gateway: PhoenixGateway
    private let origins: AllowedOrigins
    private let sessions: LongPollSessions

    /// - Parameters:
    ///   - origins: The other sites whose pages may poll; may change while running.
    ///   - eventLoops: Those that the core was given: sessions are spread over them.
    package init(gateway: PhoenixGateway, origins: AllowedOrigins, eventLoops: [any EventLoop]) {
        self.gateway = gateway
        self.origins = origins
        self.sessions = LongPollSessions(gateway: gateway, eventLoops: eventLoops)
    }

    /// Answers one request; a GET may take as long as the window. Cancelling the task is as good as hanging up.
    ///
    /// - Parameter caller: Who waits: tell it when the client goes away meanwhile, and no message is spent on it.
    package func respond(
        to request: LongPollRequest, for caller: LongPollCaller = LongPollCaller()
    ) async -> LongPollResponse {
        guard self.permits(request) else { return .status(.forbidden) }
        switch request.method {
        case "GET": return await self.poll(request, for: caller)
        case "POST": return await self.post(request, for: caller)
        case "OPTIONS": return .preflight(request.requestedHeaders)
        default: return .badRequest
        }
    }

    /// Ends all sessions, as a server does that is being stopped; its core must refuse new ones already.
    package func drain(retryAfter: TimeAmount = .seconds(1)) async {
        await self.sessions.drain(retryAfter: retryAfter)
    }

    /// Whether the request comes from no page at all, from one of ours, or from one of the list.
    private func permits(_ request: LongPollRequest) -> Bool {
        if OriginPolicy.sameHost.permits(origins: request.origins, host: request.host) { return true }
        return request.origins.count == 1 && request.origins.allSatisfy(self.origins.contains)
    }

    // MARK: - GET

    private func poll(_ request: LongPollRequest, for caller: LongPollCaller) async -> LongPollResponse {
        let query = LongPollQuery(request.query)
        guard let text = request.sessionToken ?? query.sessionToken, let token = LongPollToken(text) else {
            return await self.begin(request, query)
        }
        switch await self.sessions.poll(token, for: caller) {
        case .startOver:
            return await self.begin(request, query)
        case .nothing:
            return .json(LongPollBody.poll(.noContent, token: token.text))
        case .messages(let messages):
            let sessions = self.sessions
            guard !caller.isGone else {
                sessions.giveBack(messages, to: token)
                return .json(LongPollBody.poll(.noContent, token: token.text))
            }
            return .json(LongPollBody.poll(.ok, token: token.text, messages: messages)) {
                sessions.giveBack(messages, to: token)
            }
        }
    }

    /// Lets the client in and tells it the token of its new session.
    private func begin(_ request: LongPollRequest, _ query: LongPollQuery) async -> LongPollResponse {
        // With the session's token in the header, all that the query has is the app's.
        let connectParams = request.sessionToken == nil ? query.connectParams : request.query
        guard let params = ConnectParams(query: connectParams, headerToken: request.authToken) else {
            return .status(.forbidden)
        }
        do throws(ChatError) {
            var identity: Identity?
            if let token = params.token {
                identity = try await self.gateway.service.authenticate(.token(token), from: request.address)
            }
            let token = try await self.sessions.open(params, identity, from: request.address)
            return .json(LongPollBody.poll(.gone, token: token.text))
        } catch {
            let refusal = UpgradeRefusal(error)
            return refusal.status == .forbidden ? .status(.forbidden) : .refusal(refusal.status)
        }
    }

    // MARK: - POST

    private func post(_ request: LongPollRequest, for caller: LongPollCaller) async -> LongPollResponse {
        guard let text = request.sessionToken ?? LongPollQuery(request.query).sessionToken,
            let token = LongPollToken(text)
        else { return .status(.gone) }
        let lines = LongPollBody.lines(of: request.body, contentType: request.contentType)
        return .status(await self.sessions.post(lines, to: token, for: caller))
    }
}
