import Logging
import NIOCore
import NIOHTTP1

extension HTTPFrontHandler {
    /// What may come after a handshake before it is answered. Who sends more is cut off.
    static let maxEarlyBytes = 65_536

    func beginUpgrade(_ head: HTTPRequestHead, context: ChannelHandlerContext) throws {
        guard case .firstHead = phase else {
            // The router's handlers are in place. A connection of its own will do.
            throw HTTPRefusal(
                status: .temporaryRedirect, detail: "use a new connection", headers: [("location", head.uri)])
        }
        guard !loop.isDraining else { throw HTTPRefusal.stopping }
        phase = .upgrading(try settings.handshake.plan(head, remoteAddress: context.remoteAddress))
    }

    /// Asks the route whether it takes the connection, now that the request has ended.
    func admit(_ plan: UpgradeHandshake.Plan, context: ChannelHandlerContext) {
        switch plan.route.decision {
        case .atOnce(let makeHandler):
            phase = .switching
            answerUpgrade(plan, context: context) { try makeHandler(plan.request) }
        case .later(let admit):
            let admission = WebSocketAdmission(plan, for: self, on: context.eventLoop)
            phase = .admitting(admission)
            deadline = .now() + settings.limits.admissionTimeout
            admit(admission)
        }
    }

    /// The route has decided, and the client is still there.
    func admissionDecided(_ plan: UpgradeHandshake.Plan, makeHandler: () throws -> any WebSocketHandler) {
        guard case .admitting = phase, let context else { return }
        phase = .switching
        answerUpgrade(plan, context: context, makeHandler: makeHandler)
    }

    /// The client is told or gone: what the route decides now is of no use any more.
    func abandonAdmission() {
        guard case .admitting(let admission) = phase else { return }
        phase = .lingering
        admission.abandon()
    }

    private func answerUpgrade(
        _ plan: UpgradeHandshake.Plan,
        context: ChannelHandlerContext,
        makeHandler: () throws -> any WebSocketHandler
    ) {
        let handler: any WebSocketHandler
        do {
            handler = try makeHandler()
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
        written.futureResult.assumeIsolated().whenComplete { [self] result in
            guard case .success = result, switchProtocols(plan, handler: handler) else {
                handler.connectionClosed(code: .abnormal, reason: "")
                return
            }
        }
        // Frames sent straight to the socket must not overtake this answer: hence only after it has been written.
        context.writeAndFlush(wrapOutboundOut(.head(head)), promise: written)
    }

    /// Leaves one handler in the pipeline. What the parser has read beyond the request is passed on to it.
    ///
    /// - Returns: `false` when the connection is gone, so that `handler` was not opened.
    private func switchProtocols(_ plan: UpgradeHandshake.Plan, handler: any WebSocketHandler) -> Bool {
        guard let context, let codecs, context.channel.isActive else { return false }
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
            return false
        }
        pipeline.removeHandler(codecs.encoder, promise: nil)
        let removed = context.eventLoop.makePromise(of: Void.self)
        removed.futureResult.assumeIsolated().whenComplete { _ in
            pipeline.fireChannelReadComplete()
        }
        pipeline.removeHandler(codecs.decoder, promise: removed)
        pipeline.removeHandler(self, promise: nil)
        if loop.isDraining { connection.drain(retryAfter: loop.drainRetryAfter) }
        return true
    }
}
