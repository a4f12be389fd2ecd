import Logging
import NIOCore
import NIOHTTP1

/// What the front handlers of all connections share.
final class HTTPFrontSettings: Sendable {
    let handshake: UpgradeHandshake
    let limits: HTTPLimits
    let serverName: String
    let exchange: HTTPExchange
    let logger: Logger

    init(
        handshake: UpgradeHandshake,
        limits: HTTPLimits,
        serverName: String,
        exchange: HTTPExchange,
        logger: Logger
    ) {
        self.handshake = handshake
        self.limits = limits
        self.serverName = serverName
        self.exchange = exchange
        self.logger = logger
    }
}

/// The first handler of every accepted connection: guards its HTTP, and decides what becomes of it.
///
/// Until the first byte it is alone in the pipeline. Then the HTTP parser comes before it, and with the first request
/// either the router's handlers after it, or all make room for one ``WebSocketConnection``. It stays in front of the
/// router, where it checks heads, bounds times, answers what is malformed, and closes in order.
final class HTTPFrontHandler {
    enum Phase {
        /// No byte yet, and no parser.
        case silent
        /// Waiting for the first head.
        case firstHead
        /// The head of a handshake has been accepted, the request's end is awaited or the answer is being written.
        case upgrading(UpgradeHandshake.Plan?)
        /// The router answers.
        case routed
        /// An answer of our own is on its way, or the router's last; only the peer's end is awaited.
        case lingering
    }

    /// How long a peer may take to read a last answer and close.
    private static let lingerTimeout = TimeAmount.seconds(2)
    /// What each byte of a body adds to the time that the body may take: 1,000 bytes/s are always fast enough.
    private static let bodyTimePerByte = TimeAmount.milliseconds(1)

    let settings: HTTPFrontSettings
    let loop: TransportLoop
    var tickerSlot = -1

    var phase = Phase.silent
    var context: ChannelHandlerContext?
    var codecs: (encoder: HTTPResponseEncoder, decoder: ByteToMessageHandler<HTTPRequestDecoder>)?
    /// Requests passed to the router and not answered completely.
    var exchanges = 0
    var isReadingRequest = false
    var closesAfterResponse = false
    /// When the peer must have done what is awaited; `nil` while it is our turn.
    var deadline: NIODeadline?

    init(settings: HTTPFrontSettings, loop: TransportLoop) {
        self.settings = settings
        self.loop = loop
    }

    // MARK: Requests

    func received(_ part: HTTPServerRequestPart, context: ChannelHandlerContext) {
        switch (phase, part) {
        case (.firstHead, .head(let head)), (.routed, .head(let head)):
            received(head, context: context)
        case (.upgrading(let plan?), .end):
            phase = .upgrading(nil)
            answerUpgrade(plan, context: context)
        case (.upgrading, _):
            refuse(.badRequest("a WebSocket handshake has no body"), context: context)
        case (.routed, .body(let bytes)):
            // Slow is allowed, endless is not.
            deadline = deadline.map { $0 + Self.bodyTimePerByte * bytes.readableBytes }
            context.fireChannelRead(wrapInboundOut(part))
        case (.routed, .end):
            isReadingRequest = false
            if exchanges > 0 {
                watchReader(context: context)
            } else {
                deadline = .now() + settings.limits.idleTimeout
            }
            // Trailers are of no use to anybody, and one more way in.
            context.fireChannelRead(wrapInboundOut(.end(nil)))
        case (.silent, _), (.firstHead, _), (.lingering, _):
            break
        }
    }

    private func received(_ unchecked: HTTPRequestHead, context: ChannelHandlerContext) {
        do {
            let head = try RequestHeadRules.checked(unchecked, limits: settings.limits)
            if RequestHeadRules.asksForWebSocket(head) {
                try beginUpgrade(head, context: context)
            } else {
                let path = UpgradeHandshake.split(head.uri).path
                if settings.handshake.serves(path) { throw UpgradeHandshake.upgradeRequired }
                try route(head, context: context)
            }
        } catch let refusal as HTTPRefusal {
            refuse(refusal, context: context)
        } catch {
            settings.logger.debug("Cannot serve a connection", metadata: ["error": "\(error)"])
            context.close(promise: nil)
        }
    }

    private func route(_ head: HTTPRequestHead, context: ChannelHandlerContext) throws {
        if case .firstHead = phase {
            // Clients may shut their side and still read the response. Throws when the channel has closed meanwhile;
            // what follows must not, because the wrapped channel has to be served once it exists.
            try context.channel.syncOptions?.setOption(.allowRemoteHalfClosure, value: true)
            let channel = try HTTPExchange.wrap(context.channel)
            let (exchange, logger) = (settings.exchange, settings.logger)
            Task { await exchange.handle(value: channel, logger: logger) }
            phase = .routed
        }
        if exchanges == 0, head.headers["expect"].contains(where: { $0.lowercased() == "100-continue" }) {
            let goOn = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
        }
        exchanges += 1
        isReadingRequest = true
        if head.headers["connection"] == ["close"] || loop.isDraining { closesAfterResponse = true }
        deadline = .now() + settings.limits.idleTimeout
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    // MARK: Upgrade

    private func beginUpgrade(_ head: HTTPRequestHead, context: ChannelHandlerContext) throws {
        guard case .firstHead = phase else {
            // The router's handlers are in place. A connection of its own will do.
            throw HTTPRefusal(
                status: .temporaryRedirect, detail: "use a new connection", headers: [("location", head.uri)])
        }
        guard !loop.isDraining else {
            throw HTTPRefusal(status: .serviceUnavailable, detail: "server shutdown", headers: [("retry-after", "1")])
        }
        phase = .upgrading(try settings.handshake.plan(head, remoteAddress: context.remoteAddress))
    }

    private func answerUpgrade(_ plan: UpgradeHandshake.Plan, context: ChannelHandlerContext) {
        let handler: any WebSocketHandler
        do {
            handler = try plan.route.makeHandler(plan.request)
        } catch let refusal as UpgradeRefusal {
            refuse(HTTPRefusal(status: refusal.status, detail: refusal.detail), context: context)
            return
        } catch {
            settings.logger.error(
                "Cannot serve a WebSocket", metadata: ["path": "\(plan.route.path)", "error": "\(error)"])
            refuse(HTTPRefusal(status: .internalServerError, detail: "internal error"), context: context)
            return
        }
        let head = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: plan.responseHeaders)
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { [self] in
            switchProtocols(plan, handler: handler)
        }
        // Frames sent straight to the socket must not overtake this answer: hence only after it has been written.
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: written)
    }

    /// Leaves one handler in the pipeline. What the parser has read beyond the request is passed on to it.
    private func switchProtocols(_ plan: UpgradeHandshake.Plan, handler: any WebSocketHandler) {
        guard let context, let codecs, context.channel.isActive else { return }
        let connection = WebSocketConnection(
            loop: loop,
            limits: plan.route.limits,
            deflate: plan.deflate,
            sendsDirectly: true,
            handler: handler
        )
        let pipeline = context.pipeline.syncOperations
        do {
            try pipeline.addHandler(connection)
        } catch {
            context.close(promise: nil)
            return
        }
        pipeline.removeHandler(codecs.encoder, promise: nil)
        let removed = context.eventLoop.makePromise(of: Void.self)
        removed.futureResult.assumeIsolated().whenComplete { _ in
            pipeline.fireChannelReadComplete()
        }
        pipeline.removeHandler(codecs.decoder, promise: removed)
        pipeline.removeHandler(self, promise: nil)
        if loop.isDraining { connection.drain(retryAfter: loop.drainRetryAfter) }
    }

    // MARK: Answers of our own

    /// Answers with an error and ends the connection; after the response under way, if there is one.
    func refuse(_ refusal: HTTPRefusal, context: ChannelHandlerContext) {
        guard exchanges == 0 else {
            phase = .lingering
            closesAfterResponse = true
            return
        }
        let body = ByteBuffer(string: Self.errorBody(refusal.detail))
        var headers: HTTPHeaders = [
            "content-type": "application/json", "content-length": "\(body.readableBytes)",
            "date": loop.dateHeader.current(), "server": settings.serverName,
        ]
        for (name, value) in refusal.headers { headers.add(name: name, value: value) }
        if !headers.contains(name: "connection") { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: refusal.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        let written = context.eventLoop.makePromise(of: Void.self)
        closeOutput(after: written.futureResult)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
    }

    /// `{"detail": …}` with what JSON wants escaped left out.
    private static func errorBody(_ detail: String) -> String {
        let safe = detail.unicodeScalars.filter { $0.value >= 0x20 && $0 != "\"" && $0 != "\\" }
        return "{\"detail\":\"\(String(String.UnicodeScalarView(safe)))\"}"
    }

    /// Shuts our side once `written` is done, and leaves the peer a little time to read: a socket closed with unread
    /// input is reset, and the answer would be lost.
    func closeOutput(after written: EventLoopFuture<Void>) {
        phase = .lingering
        deadline = .now() + Self.lingerTimeout
        written.assumeIsolated().whenComplete { [self] _ in
            context?.close(mode: .output, promise: nil)
        }
    }
}
