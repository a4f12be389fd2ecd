import NIOCore
import NIOEmbedded
import Testing

@testable import NetTransport

@Suite("One WebSocket connection")
struct WebSocketConnectionTests {
    /// Writes down what it is told, and does what a test wants.
    private final class Recorder: WebSocketHandler {
        var connection: WebSocketConnection?
        var messages: [String] = []
        var reads = 0
        var drained = 0
        var closes: [(UInt16, String)] = []
        var onMessage: (WebSocketConnection) -> Void = { _ in }

        func connectionOpened(_ connection: WebSocketConnection) { self.connection = connection }

        func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
            messages.append(String(buffer: payload))
            if let connection { onMessage(connection) }
        }

        func readCompleted() { reads += 1 }
        func outboundDrained() { drained += 1 }
        func shouldDrain(retryAfter: TimeAmount) {
            connection?.close(code: .serviceRestart, reason: "\(retryAfter.nanoseconds)")
        }
        func connectionClosed(code: WebSocketCloseCode, reason: String) { closes.append((code.rawValue, reason)) }
    }

    /// Holds writes back until it is told to let them go.
    private final class Brake: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var isOn = false
        private var held: [(NIOAny, EventLoopPromise<Void>?)] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            if isOn { held.append((data, promise)) } else { context.write(data, promise: promise) }
        }

        func release(_ context: ChannelHandlerContext) {
            isOn = false
            let writes = held
            held = []
            for (data, promise) in writes { context.writeAndFlush(data, promise: promise) }
        }
    }

    private let channel = EmbeddedChannel()
    private let recorder = Recorder()
    private let brake = Brake()
    private let counters = ConnectionCounters()
    private let connection: WebSocketConnection

    init() throws {
        let loop = TransportLoop(eventLoop: channel.embeddedEventLoop, counters: counters.makeLoopCounters())
        connection = WebSocketConnection(
            loop: loop,
            limits: WebSocketLimits(maxControlFramesPerTick: 5, maxQueuedBytes: 1000),
            deflate: DeflateNegotiation.accept(["permessage-deflate"]),
            sendsDirectly: true,
            handler: recorder
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandlers([brake, connection])
    }

    private func receive(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    private func sent() throws -> [ServerFrame] {
        var all = ByteBuffer()
        while var next = try channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&next) }
        var frames: [ServerFrame] = []
        while let frame = ServerFrame(readingFrom: &all) { frames.append(frame) }
        #expect(all.readableBytes == 0)
        return frames
    }

    private func releaseBrake() throws {
        try brake.release(channel.pipeline.syncOperations.context(handler: brake))
    }

    private func text(_ text: String) -> ByteBuffer {
        WebSocketFrameEncoder.frame(.text, payload: ByteBuffer(string: text))
    }

    @Test("Messages are delivered, and answers leave at the end of the read")
    func messages() throws {
        recorder.onMessage = { $0.sendText(ByteBuffer(string: "answer")) }
        try receive(ClientFrame.text("one") + ClientFrame.text("two"))
        #expect(recorder.messages == ["one", "two"])
        #expect(recorder.reads == 1)
        #expect(try sent().map(\.text) == ["answer", "answer"])
        #expect(counters.snapshot().openWebSockets == 1)
        #expect(counters.snapshot().bytesOut == 16)
    }

    @Test("Pings are answered in order")
    func pings() throws {
        try receive(ClientFrame.bytes(9, [1]) + ClientFrame.bytes(9, [2, 3]))
        #expect(try sent() == [ServerFrame(opcode: 10, payload: [1]), ServerFrame(opcode: 10, payload: [2, 3])])
    }

    @Test("A flood of control frames is cut")
    func controlFlood() throws {
        try receive((0..<5).flatMap { _ in ClientFrame.bytes(10) })
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        try receive((0..<6).flatMap { _ in ClientFrame.bytes(9) })
        #expect(try sent().last?.closeCode == 1008)
        #expect(connection.isClosing)
    }

    @Test("Compressed only where it pays")
    func compression() throws {
        connection.sendText(ByteBuffer(string: String(repeating: "a", count: 900)))
        connection.flush()
        connection.sendText(ByteBuffer(string: String(repeating: "a", count: 1024)))
        connection.flush()
        let frames = try sent()
        #expect(frames.map(\.isCompressed) == [false, true])
        #expect(frames[1].payload.count < 50)
        #expect(connection.negotiatedDeflate)
    }

    @Test("The peer's close is answered with its code, then the socket closes")
    func peerCloses() throws {
        try receive(ClientFrame.close(4000, "done"))
        #expect(try sent().map(\.closeCode) == [4000])
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        #expect(recorder.closes.map(\.0) == [4000])
        #expect(recorder.closes.map(\.1) == ["done"])
        #expect(counters.snapshot().openWebSockets == 0)
    }

    @Test("Our close waits for the peer's")
    func weClose() throws {
        connection.close(code: .init(rawValue: 4401), reason: "no")
        connection.sendText(ByteBuffer(string: "late"))
        try receive(ClientFrame.text("late"))
        channel.embeddedEventLoop.run()
        #expect(channel.isActive)
        #expect(recorder.messages.isEmpty)
        #expect(recorder.closes.isEmpty)
        try receive(ClientFrame.close(4401))
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        #expect(try sent().map(\.closeCode) == [4401])
        #expect(recorder.closes.map(\.0) == [4401])
        #expect(recorder.closes.map(\.1) == ["no"])
    }

    @Test("A socket that ends without a close frame is 1006")
    func abnormalEnd() throws {
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        #expect(recorder.closes.map(\.0) == [1006])
    }

    @Test("A broken rule is answered with its code, and nothing more is delivered")
    func failure() throws {
        try receive(ClientFrame.text("one") + [0x81, 0x00] + ClientFrame.text("two"))
        channel.embeddedEventLoop.run()
        #expect(recorder.messages == ["one"])
        #expect(try sent().map(\.closeCode) == [1002])
        #expect(recorder.closes.map(\.0) == [1002])
    }

    @Test("A pause takes effect within a read, and what came meanwhile follows in order")
    func pause() throws {
        recorder.onMessage = { [recorder] in if recorder.messages.count == 1 { $0.pauseReading() } }
        try receive(ClientFrame.text("one") + ClientFrame.text("two"))
        try receive(ClientFrame.text("three"))
        #expect(recorder.messages == ["one"])
        connection.resumeReading()
        #expect(recorder.messages == ["one"])
        channel.embeddedEventLoop.run()
        #expect(recorder.messages == ["one", "two", "three"])
    }

    @Test("Frames behind a full socket keep their order, and the handler hears when it is empty again")
    func order() throws {
        brake.isOn = true
        for number in 0..<5 {
            connection.send(text("\(number)"))
            connection.flush()
        }
        #expect(try sent().isEmpty)
        #expect(connection.queuedBytes == 15)
        try releaseBrake()
        #expect(try sent().map(\.text) == ["0", "1", "2", "3", "4"])
        #expect(connection.queuedBytes == 0)
        #expect(recorder.drained == 1)
    }

    @Test("A peer that does not read is cut off, and hears why if it ever reads")
    func slowConsumer() throws {
        brake.isOn = true
        let message = text(String(repeating: "x", count: 198))
        for _ in 0..<10 {
            connection.send(message)
            connection.flush()
        }
        #expect(connection.isClosing)
        #expect(connection.queuedBytes < 300)
        #expect(counters.snapshot().slowConsumerCloses == 1)
        #expect(recorder.closes.isEmpty)
        try releaseBrake()
        let frames = try sent()
        #expect(frames.count == 2)
        #expect(frames.last?.closeCode == 1013)
        #expect(frames.last?.closeReason == "slow consumer, resume")
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        #expect(recorder.closes.map(\.0) == [1013])
    }

    @Test("A failed write ends the connection without calling the handler from within the flush")
    func failedWrite() throws {
        try channel.close().wait()
        connection.send(text("x"))
        connection.flush()
        channel.embeddedEventLoop.run()
        #expect(recorder.closes.count == 1)
    }

    @Test("A peer that answers no ping is given up")
    func missedPongs() throws {
        let start = NIODeadline.now()
        connection.tick(start + .seconds(26))
        connection.tick(start + .seconds(52))
        #expect(try sent() == [ServerFrame(opcode: 9, payload: []), ServerFrame(opcode: 9, payload: [])])
        #expect(channel.isActive)
        connection.tick(start + .seconds(78))
        channel.embeddedEventLoop.run()
        #expect(recorder.closes.map(\.0) == [1006])
    }

    @Test("A peer that answers pings stays")
    func answeredPings() throws {
        let start = NIODeadline.now()
        for second in stride(from: Int64(26), through: 260, by: 26) {
            connection.tick(start + .seconds(second))
            try receive(ClientFrame.bytes(10))
        }
        #expect(channel.isActive)
        #expect(try sent().count == 10)
    }

    @Test("A peer that does not answer our close is not waited for long")
    func unansweredClose() throws {
        connection.close(code: .normal)
        connection.tick(.now() + .seconds(2))
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        #expect(recorder.closes.map(\.0) == [1000])
    }

    @Test("Draining is left to the handler")
    func drain() throws {
        connection.drain(retryAfter: .seconds(1))
        #expect(try sent().map(\.closeCode) == [1012])
    }
}
