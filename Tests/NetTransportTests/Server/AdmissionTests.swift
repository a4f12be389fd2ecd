import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import NetTransport

@Suite("Handshakes that are decided later")
struct AdmissionTests {
    /// Writes down what it is told.
    private final class Recorder: WebSocketHandler {
        var opened = 0
        var messages: [String] = []
        var closes: [UInt16] = []

        func connectionOpened(_ connection: WebSocketConnection) { opened += 1 }
        func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
            messages.append(String(buffer: payload))
        }
        func shouldDrain(retryAfter: TimeAmount) {}
        func connectionClosed(code: WebSocketCloseCode, reason: String) { closes.append(code.rawValue) }
    }

    /// What the route was asked; one decision may be made within the asking.
    private final class Desk {
        var admissions: [WebSocketAdmission] = []
        var atOnce: ((WebSocketAdmission) -> Void)?
    }

    /// Lets no answer out.
    private final class BrokenOutput: ChannelOutboundHandler {
        typealias OutboundIn = HTTPServerResponsePart

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            promise?.fail(ChannelError.ioOnClosedChannel)
        }
    }

    private let channel = EmbeddedChannel()
    private let loop: TransportLoop
    private let front: HTTPFrontHandler
    private let desk: NIOLoopBound<Desk>
    private let recorder: NIOLoopBound<Recorder>

    init() throws {
        let eventLoop = channel.embeddedEventLoop
        let desk = NIOLoopBound(Desk(), eventLoop: eventLoop)
        self.desk = desk
        recorder = NIOLoopBound(Recorder(), eventLoop: eventLoop)
        func route(_ path: String, _ refusals: RefusalStyle) -> WebSocketRoute {
            WebSocketRoute(path: path, refusals: refusals) { admission in
                desk.value.admissions.append(admission)
                desk.value.atOnce?(admission)
            }
        }
        loop = TransportLoop(eventLoop: eventLoop, counters: ConnectionCounters().makeLoopCounters())
        front = HTTPFrontHandler(
            settings: HTTPFrontSettings(
                handshake: UpgradeHandshake(
                    routes: [route("/later", .json), route("/bare", .bare)], origins: AllowedOrigins()),
                limits: HTTPLimits(),
                serverName: "Test",
                exchange: HTTPExchange(responder: helloResponder),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ),
            loop: loop
        )
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(front)
    }

    private func receive(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
        channel.embeddedEventLoop.run()
    }

    private func handshake(_ path: String = "/later?a=1", trailing: [UInt8] = []) throws {
        try receive(Array(RawClient.upgradeRequest(port: 1, path: path).utf8) + trailing)
    }

    private func accept() throws {
        let recorder = recorder
        try #require(desk.value.admissions.first).accept { recorder.value }
        channel.embeddedEventLoop.run()
    }

    private func output() throws -> String {
        var all = ByteBuffer()
        while var next = try channel.readOutbound(as: ByteBuffer.self) { all.writeBuffer(&next) }
        return String(buffer: all)
    }

    @Test("Nothing is answered before the decision, then the 101 is")
    func acceptance() throws {
        try handshake()
        #expect(desk.value.admissions.map(\.request.query) == ["a=1"])
        #expect(try output().isEmpty)
        #expect(recorder.value.opened == 0)
        try accept()
        #expect(try output().hasPrefix("HTTP/1.1 101 "))
        #expect(recorder.value.opened == 1)
        try receive(ClientFrame.text("hello"))
        #expect(recorder.value.messages == ["hello"])
        #expect(recorder.value.closes.isEmpty)
        front.tick(.now() + .hours(1))
        #expect(channel.isActive)
        try channel.close().wait()
        #expect(recorder.value.closes == [1006])
    }

    @Test("A route may decide within the asking")
    func atOnce() throws {
        let recorder = recorder
        desk.value.atOnce = { admission in admission.accept { recorder.value } }
        try handshake(trailing: ClientFrame.text("early"))
        #expect(try output().hasPrefix("HTTP/1.1 101 "))
        #expect(recorder.value.messages == ["early"])
    }

    @Test("What comes early is kept in order, with what comes after")
    func earlyBytes() throws {
        let frames = (0..<40).flatMap { ClientFrame.text("\($0)") }
        try handshake(trailing: Array(frames[..<50]))
        try receive(Array(frames[50..<55]))
        try receive(Array(frames[55..<120]))
        #expect(recorder.value.messages.isEmpty)
        try accept()
        try receive(Array(frames[120...]))
        #expect(recorder.value.messages == (0..<40).map { "\($0)" })
    }

    @Test("64 KiB may come early")
    func manyEarlyBytes() throws {
        // 8 bytes of head and key each.
        let frame = ClientFrame.bytes(2, Array(repeating: 0x61, count: 32_760))
        try handshake(trailing: frame)
        try receive(frame)
        #expect(channel.isActive)
        try accept()
        #expect(recorder.value.messages.map(\.count) == [32_760, 32_760])
    }

    @Test("Who sends more is cut off, and the handler made for him is not opened but told")
    func tooManyEarlyBytes() throws {
        try handshake(trailing: Array(repeating: 0, count: 65_536))
        #expect(channel.isActive)
        try receive([0])
        #expect(!channel.isActive)
        #expect(recorder.value.closes.isEmpty)
        try accept()
        #expect(recorder.value.opened == 0)
        #expect(recorder.value.closes == [1006])
        #expect(try output().isEmpty)
    }

    @Test("A client that has gone gets no handler opened, but it is told once")
    func clientGone() throws {
        try handshake()
        try channel.close().wait()
        try accept()
        try accept()
        #expect(recorder.value.opened == 0)
        #expect(recorder.value.closes == [1006])
    }

    @Test("A refusal for a client that has gone is of no consequence")
    func refusalForNobody() throws {
        try handshake()
        try channel.close().wait()
        try #require(desk.value.admissions.first).refuse(UpgradeRefusal(status: .forbidden, detail: "no"))
        #expect(try output().isEmpty)
    }

    @Test("A handler whose 101 cannot be written is told")
    func unwrittenAnswer() throws {
        try handshake()
        try channel.pipeline.syncOperations.addHandler(BrokenOutput(), position: .before(front))
        try accept()
        #expect(recorder.value.opened == 0)
        #expect(recorder.value.closes == [1006])
    }

    @Test("A refusal is answered with its status")
    func refusal() throws {
        try handshake()
        try #require(desk.value.admissions.first).refuse(UpgradeRefusal(status: .unauthorized, detail: "who?"))
        let answer = try output()
        #expect(answer.hasPrefix("HTTP/1.1 401 "))
        #expect(answer.hasSuffix("{\"detail\":\"who?\"}"))
        try accept()
        #expect(recorder.value.closes.isEmpty)
        #expect(try output().isEmpty)
    }

    @Test("Any other error is a 500, from the factory as well")
    func otherErrors() throws {
        try handshake()
        try #require(desk.value.admissions.first).accept { throw ChannelError.eof }
        #expect(try output().hasPrefix("HTTP/1.1 500 "))
    }

    @Test("The first decision counts")
    func firstDecision() throws {
        try handshake()
        try accept()
        let admission = try #require(desk.value.admissions.first)
        let other = NIOLoopBound(Recorder(), eventLoop: channel.embeddedEventLoop)
        admission.accept { other.value }
        admission.refuse(UpgradeRefusal(status: .forbidden, detail: "no"))
        #expect(try output().count(of: "HTTP/1.1 ") == 1)
        #expect(other.value.opened == 0)
        #expect(other.value.closes.isEmpty)
        #expect(channel.isActive)
    }

    @Test("A decision that does not come is a 503", arguments: ["/later", "/bare"])
    func timeout(path: String) throws {
        try handshake(path)
        front.tick(.now() + .seconds(9))
        #expect(try output().isEmpty)
        front.tick(.now() + .seconds(11))
        let answer = try output()
        #expect(answer.hasPrefix("HTTP/1.1 503 "))
        #expect(answer.hasSuffix("\r\n\r\n") == (path == "/bare"))
        try accept()
        #expect(recorder.value.opened == 0)
        #expect(recorder.value.closes == [1006])
        front.tick(.now() + .seconds(15))
        #expect(!channel.isActive)
    }

    @Test("A stopping server does not wait for decisions")
    func drain() throws {
        try handshake()
        loop.drain(retryAfter: .seconds(1))
        let answer = try output().lowercased()
        #expect(answer.hasPrefix("http/1.1 503 "))
        #expect(answer.contains("retry-after: 1\r\n"))
        try accept()
        #expect(recorder.value.opened == 0)
        #expect(recorder.value.closes == [1006])
    }
}

extension String {
    /// How often `text` occurs.
    fileprivate func count(of text: String) -> Int { ranges(of: text).count }
}
