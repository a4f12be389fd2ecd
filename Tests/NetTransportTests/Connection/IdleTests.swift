import NIOCore
import NIOEmbedded
import Testing

@testable import NetTransport

@Suite("Peers that say nothing")
struct IdleTests {
    private final class Recorder: WebSocketHandler {
        var ticks = 0
        var closes: [UInt16] = []

        func connectionOpened(_ connection: WebSocketConnection) {}
        func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {}
        func timerTick(_ now: NIODeadline) { ticks += 1 }
        func shouldDrain(retryAfter: TimeAmount) {}
        func connectionClosed(code: WebSocketCloseCode, reason: String) { closes.append(code.rawValue) }
    }

    private let channel = EmbeddedChannel()
    private let recorder = Recorder()
    private let start = NIODeadline.now()

    private func open(_ limits: WebSocketLimits) throws -> WebSocketConnection {
        let loop = TransportLoop(
            eventLoop: channel.embeddedEventLoop, counters: ConnectionCounters().makeLoopCounters())
        let connection = WebSocketConnection(
            loop: loop, limits: limits, deflate: nil, sendsDirectly: false, handler: recorder)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(connection)
        return connection
    }

    private func sent() throws -> [ServerFrame] {
        var frames: [ServerFrame] = []
        while var next = try channel.readOutbound(as: ByteBuffer.self) {
            while let frame = ServerFrame(readingFrom: &next) { frames.append(frame) }
        }
        return frames
    }

    private func tick(_ connection: WebSocketConnection, _ seconds: ClosedRange<Int64>) {
        for second in seconds { connection.tick(start + .seconds(second)) }
    }

    @Test("Are closed with 1002 once the time is over, and nothing is sent before")
    func idle() throws {
        let connection = try open(WebSocketLimits(idleTimeout: .seconds(60), sendsPings: false))
        tick(connection, 1...59)
        #expect(try sent().isEmpty)
        #expect(recorder.ticks == 59)
        tick(connection, 60...62)
        let frames = try sent()
        #expect(frames.map(\.closeCode) == [1002])
        #expect(frames.first?.closeReason == "")
        try channel.writeInbound(ByteBuffer(bytes: ClientFrame.close(1002)))
        channel.embeddedEventLoop.run()
        #expect(!channel.isActive)
        #expect(recorder.closes == [1002])
    }

    @Test("The code is the route's")
    func code() throws {
        let limits = WebSocketLimits(
            idleTimeout: .seconds(5), idleCloseCode: WebSocketCloseCode(rawValue: 4000), sendsPings: false)
        let connection = try open(limits)
        tick(connection, 6...7)
        #expect(try sent().map(\.closeCode) == [4000])
    }

    @Test(
        "Any byte keeps a connection",
        arguments: [ClientFrame.text("x"), ClientFrame.bytes(9), ClientFrame.bytes(10), [0x81]])
    func anyByte(bytes: [UInt8]) throws {
        let connection = try open(WebSocketLimits(idleTimeout: .seconds(60), sendsPings: false))
        tick(connection, 1...50)
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        tick(connection, 51...110)
        #expect(try sent().allSatisfy { $0.opcode == 10 })
        tick(connection, 111...112)
        #expect(try sent().map(\.closeCode) == [1002])
    }

    @Test("What we send does not count")
    func outbound() throws {
        let connection = try open(WebSocketLimits(idleTimeout: .seconds(60), sendsPings: false))
        tick(connection, 1...50)
        connection.sendText(ByteBuffer(string: "x"))
        connection.flush()
        tick(connection, 51...62)
        #expect(try sent().map(\.closeCode) == [nil, 1002])
    }

    @Test("Who is not read from is not idle")
    func paused() throws {
        let connection = try open(WebSocketLimits(idleTimeout: .seconds(60), sendsPings: false))
        connection.pauseReading()
        tick(connection, 1...100)
        connection.resumeReading()
        tick(connection, 101...159)
        #expect(try sent().isEmpty)
        tick(connection, 160...162)
        #expect(try sent().map(\.closeCode) == [1002])
    }

    @Test("Without a limit, and without pings, silence is for ever")
    func noLimit() throws {
        let connection = try open(WebSocketLimits(sendsPings: false))
        tick(connection, 1...1000)
        #expect(try sent().isEmpty)
        #expect(channel.isActive)
    }
}
