import ChatCore
import ChatModel
import NIOCore
import NetTransport

/// One client of `/ws`: decodes its frames, asks the machine, performs what it says.
///
/// Lives on its connection's event loop. As the core's ``EventSink`` it only queues: bytes leave at the end of a read or
/// of a delivered batch, in one system call.
final class JSONConnection: WebSocketHandler {
    let gateway: JSONGateway
    let address: ClientAddress
    /// The token of the upgrade request, for a client whose hello has none; nil once it has been used.
    var bearerToken: String?
    /// Whether the subprotocol made the connection compact from its first frame on.
    let speaksCompact: Bool

    var machine: JSONConnectionStateMachine
    var decoder: FrameDecoder
    /// How the core's events are written for this connection; settled by the hello.
    var format: WireFormat
    var features: Features = []

    private(set) var connection: WebSocketConnection?
    var session: ClientSession?
    /// Whether the session is a guest's that has not been told its token yet: nobody else can come back as it.
    var isUntoldGuest = false
    /// Where the client's signals come from; empty unless it wants them.
    var listeners: [SignalListener] = []
    /// What the core had for us before the hello was answered; nil from then on.
    var early: ByteBuffer? = ByteBuffer()
    /// Within a burst of reads everything is flushed at its end.
    private var isReading = false
    var isRunScheduled = false

    init(gateway: JSONGateway, address: ClientAddress, bearerToken: String?, speaksCompact: Bool) {
        self.gateway = gateway
        self.address = address
        self.bearerToken = bearerToken
        self.speaksCompact = speaksCompact
        self.machine = JSONConnectionStateMachine(now: .now(), helloTimeout: gateway.configuration.helloTimeout)
        self.decoder = FrameDecoder(rules: gateway.decodingRules, acceptsCompact: speaksCompact)
        self.format = (speaksCompact ? Dialect.compact : []).format(gateway: gateway.encoderID)
    }

    var service: ChatService { self.gateway.service }

    // MARK: - The transport's side

    func connectionOpened(_ connection: WebSocketConnection) {
        self.connection = connection
    }

    func messageReceived(_ opcode: WebSocketOpcode, _ payload: ByteBuffer) {
        self.isReading = true
        guard opcode == .text else {
            if let code = self.machine.binaryReceived() { self.close(code) }
            return
        }
        if self.machine.awaitsHello { self.helloReceived(payload) } else { self.frameReceived(payload) }
    }

    func readCompleted() {
        self.isReading = false
    }

    func timerTick(_ now: NIODeadline) {
        switch self.machine.ticked(now: now) {
        case .none: return
        case .refuse(let error, let code): self.refuse(ErrorAnswer(error), code)
        }
    }

    func shouldDrain(retryAfter: TimeAmount) {
        guard let code = self.machine.drainRequested() else { return }
        // Spread over three times the least wait, so that not everybody is back in the same moment.
        let least = min(max(1, retryAfter.nanoseconds / 1_000_000), 3_600_000)
        let wait = Int64.random(in: least...3 * least)
        self.close(code, reason: "\(code.reason); retry_after_ms=\(wait)")
    }

    func connectionClosed(code: WebSocketCloseCode, reason: String) {
        self.machine.connectionClosed()
        self.leave(isFinal: CloseCode.isFinal(code))
        self.connection = nil
    }

    // MARK: - Writing

    /// Appends frames for this client alone and queues them.
    func answer(_ write: (AnswerEncoder, inout ByteBuffer) -> Void) {
        let encoder = AnswerEncoder(
            events: self.gateway.encoder, format: self.format, wantsAck: self.features.contains(.ack),
            limits: self.service.limits, user: self.session?.profile ?? Self.nobody, now: self.service.clock.now())
        var buffer = ByteBuffer()
        write(encoder, &buffer)
        if buffer.readableBytes > 0 { self.connection?.send(buffer) }
    }

    /// Stands where an answer is written before anybody is logged in.
    private static let nobody = UserProfile(id: UserID(canonical: ""), username: "")

    /// Writes out what was queued, unless the end of a read or of the core's pass is about to do so.
    func flushWhenDue() {
        if self.isReading { return }
        if let session = self.session { session.requestFlush() } else { self.connection?.flush() }
    }

    // MARK: - Ending

    func refuse(_ error: ErrorAnswer, _ code: CloseCode) {
        self.answer { $0.append(error, into: &$1) }
        self.close(code)
    }

    func close(_ code: CloseCode, reason: String? = nil) {
        self.connection?.close(code: code.code, reason: reason ?? code.reason)
        self.leave(isFinal: CloseCode.isFinal(code.code))
    }

    private func leave(isFinal: Bool) {
        self.stopListeningToSignals()
        guard let session = self.session else { return }
        self.session = nil
        if self.isUntoldGuest { self.service.dismiss(session) } else { self.service.close(session, isFinal: isFinal) }
    }
}
