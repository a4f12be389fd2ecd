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
    private let longPollPaths: Set<String>

    init(
        handshake: UpgradeHandshake,
        limits: HTTPLimits,
        serverName: String,
        longPollPaths: Set<String> = [],
        exchange: HTTPExchange,
        logger: Logger
    ) {
        self.handshake = handshake
        self.limits = limits
        self.serverName = serverName
        self.longPollPaths = longPollPaths
        self.exchange = exchange
        self.logger = logger
    }

    /// Whether the answer to this request may be long in coming, and is no loss when the server stops.
    func isLongPoll(_ head: HTTPRequestHead) -> Bool {
        guard !longPollPaths.isEmpty, head.method == .GET else { return false }
        return longPollPaths.contains(String(UpgradeHandshake.split(head.uri).path))
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
        /// The head of a handshake has been accepted, the request's end is awaited.
        case upgrading(UpgradeHandshake.Plan)
        /// The route takes its time to decide about a handshake.
        case admitting(WebSocketAdmission)
        /// The answer to a handshake is being made and written.
        case switching
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
    /// Whether the only request that is not answered yet is a long poll: nothing is lost when it is cut.
    var isPolling = false
    /// How the path of the last head wants its refusals.
    var refusals = RefusalStyle.json
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
        case (.upgrading(let plan), .end):
            admit(plan, context: context)
        case (.upgrading, _), (.admitting, _), (.switching, _):
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
            // Asked before the checks: what they refuse is answered in the path's style as well.
            refusals = settings.handshake.route(of: unchecked.uri)?.refusals ?? .json
            let head = try RequestHeadRules.checked(unchecked, limits: settings.limits)
            let webSocket = settings.handshake.route(of: head.uri)
            refusals = webSocket?.refusals ?? .json
            if RequestHeadRules.asksForWebSocket(head) {
                try beginUpgrade(head, context: context)
            } else if webSocket != nil {
                throw UpgradeHandshake.upgradeRequired
            } else {
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
        let isLongPoll = settings.isLongPoll(head)
        if isLongPoll, loop.isDraining { throw HTTPRefusal.stopping }
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
        isPolling = isLongPoll && exchanges == 1
        isReadingRequest = true
        if head.headers["connection"] == ["close"] || loop.isDraining { closesAfterResponse = true }
        deadline = .now() + settings.limits.idleTimeout
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }

    // MARK: Answers of our own

    /// Answers with an error and ends the connection; after the response under way, if there is one.
    func refuse(_ refusal: HTTPRefusal, context: ChannelHandlerContext) {
        guard exchanges == 0 else {
            phase = .lingering
            closesAfterResponse = true
            return
        }
        abandonAdmission()
        let refusal = refusals.styled(refusal)
        let body = ByteBuffer(string: refusals.body(detail: refusal.detail))
        var headers: HTTPHeaders = [
            "content-length": "\(body.readableBytes)", "date": loop.dateHeader.current(),
            "server": settings.serverName,
        ]
        if body.readableBytes > 0 { headers.add(name: "content-type", value: "application/json") }
        for (name, value) in refusal.headers { headers.add(name: name, value: value) }
        if !headers.contains(name: "connection") { headers.add(name: "connection", value: "close") }
        let head = HTTPResponseHead(version: .http1_1, status: refusal.status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if body.readableBytes > 0 { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        closeOutput(after: written.futureResult)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: written)
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
