import NIOCore
import NIOHTTP1

extension HTTPFrontHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        deadline = .now() + settings.limits.headTimeout
        loop.ticker.add(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        abandonAdmission()
        loop.ticker.remove(self)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .silent = phase else {
            received(unwrapInboundIn(data), context: context)
            return
        }
        do {
            try addParser(context: context)
            context.pipeline.syncOperations.fireChannelRead(data)
        } catch {
            context.close(promise: nil)
        }
    }

    /// Memory for a parser is spent on those who say something.
    private func addParser(context: ChannelHandlerContext) throws {
        let decoder = ByteToMessageHandler(
            HTTPRequestDecoder(
                leftOverBytesStrategy: .forwardBytes,
                limitConfiguration: settings.limits.decoder
            ),
            // What follows a handshake is kept until the protocol is switched. All else is parsed as it comes.
            maximumBufferSize: Self.maxEarlyBytes
        )
        let encoder = HTTPResponseEncoder()
        try context.pipeline.syncOperations.addHandlers([encoder, decoder], position: .first)
        codecs = (encoder, decoder)
        phase = .firstHead
    }

    func channelInactive(context: ChannelHandlerContext) {
        abandonAdmission()
        loop.ticker.remove(self)
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        let isInputClosed = event as? ChannelEvent == .inputClosed
        switch phase {
        case .routed:
            context.fireUserInboundEventTriggered(event)
        case .lingering where exchanges > 0:
            context.fireUserInboundEventTriggered(event)
        case .silent, .firstHead, .upgrading, .admitting, .switching, .lingering:
            if isInputClosed { context.close(promise: nil) }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case HTTPParserError.headerOverflow:
            refuse(HTTPRefusal(status: .requestHeaderFieldsTooLarge, detail: "header too large"), context: context)
        case is HTTPParserError, is ByteToMessageDecoderError:
            if case .lingering = phase { return }
            if isReadingRequest {
                // The router waits for the rest of the body, which will not come: it answers this itself.
                closesAfterResponse = true
                context.fireErrorCaught(error)
                return
            }
            refuse(.badRequest("malformed request"), context: context)
        default:
            context.close(promise: nil)
        }
    }

    // MARK: Responses of the router

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if head.status.code >= 200 { complete(&head) }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            finishExchange(context: context, data: data, promise: promise)
        }
    }

    private func complete(_ head: inout HTTPResponseHead) {
        isPolling = false
        if !head.headers.contains(name: "date") { head.headers.add(name: "date", value: loop.dateHeader.current()) }
        if !head.headers.contains(name: "server") { head.headers.add(name: "server", value: settings.serverName) }
        if closesAfterResponse, exchanges == 1 { head.headers.replaceOrAdd(name: "connection", value: "close") }
    }

    private func finishExchange(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        exchanges = max(0, exchanges - 1)
        guard exchanges == 0 else {
            context.write(data, promise: promise)
            return
        }
        guard closesAfterResponse else {
            if !isReadingRequest { deadline = .now() + settings.limits.idleTimeout }
            context.write(data, promise: promise)
            return
        }
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        closeOutput(after: written.futureResult)
        context.writeAndFlush(data, promise: written)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .routed = phase, !isReadingRequest, exchanges > 0 { watchReader(context: context) }
        context.fireChannelWritabilityChanged()
    }

    /// A response that is not read: as long as the socket takes nothing, time runs.
    func watchReader(context: ChannelHandlerContext) {
        deadline = context.channel.isWritable ? nil : .now() + settings.limits.idleTimeout
    }
}

extension HTTPFrontHandler: TransportMember {
    func tick(_ now: NIODeadline) {
        guard let deadline, now >= deadline, let context else { return }
        if case .admitting = phase {
            refuse(HTTPRefusal(status: .serviceUnavailable, detail: "took too long"), context: context)
        } else {
            context.close(promise: nil)
        }
    }

    func drain(retryAfter: TimeAmount) {
        switch phase {
        case .routed where exchanges > 0, .lingering where exchanges > 0:
            closesAfterResponse = true
            // Its answer would only come when something has happened, and the client asks again anyway.
            if isPolling { context?.close(promise: nil) }
        case .lingering:
            break
        case .admitting:
            if let context { refuse(.stopping, context: context) }
        case .silent, .firstHead, .upgrading, .switching, .routed:
            context?.close(promise: nil)
        }
    }

    func abort() {
        context?.close(promise: nil)
    }
}
