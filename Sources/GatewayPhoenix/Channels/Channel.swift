import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// One channel of a socket: what a topic does with its join, its events and its end.
///
/// To the core it is a listener of its own, so that the events of one topic come in that topic's form. Subclasses are
/// the kinds of topics.
class Channel {
    let socket: PhoenixSocket
    let instance: ChannelInstance
    let topic: Topic
    /// Settled before the channel listens to anything.
    final var format: WireFormat
    private let stamp: JoinRefStamp?
    /// Groups that were joined by PhoenixGenApi through this channel.
    private(set) lazy var groups = GroupListeners(self)
    private var hasGroups = false
    /// Requests that the core has not answered yet.
    private var requestsUnderWay = 0
    private var endsAfterAnswer = false

    init(_ topic: Topic, _ kind: PhoenixFormat.Kind, _ instance: ChannelInstance, of socket: PhoenixSocket) {
        self.socket = socket
        self.instance = instance
        self.topic = topic
        self.format = PhoenixFormat(kind, socket.version).wireFormat(gateway: socket.gateway.encoderID)
        self.stamp =
            socket.stampsJoinRefs ? JoinRefStamp(joinRef: instance.messageRef, topic: instance.topic) : nil
    }

    var service: ChatService { self.socket.service }

    // MARK: - What kinds of topics do

    /// Whether the channel is somebody's, and ends when the socket is nobody's any more.
    var needsUser: Bool { true }

    /// Decides about a join and calls `completion` once, now or later on the loop.
    func join(_ params: PayloadReader, _ completion: @escaping (JoinOutcome) -> Void) {
        completion(.accepted())
    }

    /// An event of the client; to be answered, refused or finished exactly once.
    func handle(_ request: ChannelRequest) {
        request.refuse("unknown_event", "there is no event '\(request.event.prefix(64))' on this topic")
    }

    /// The channel is over: gives back everything. May be called more than once.
    func left() {
        if self.hasGroups { self.groups.leaveAll() }
    }

    /// The socket is somebody else now.
    func standingChanged() {}

    // MARK: - What every channel does

    final func received(_ request: ChannelRequest) {
        self.requestsUnderWay += 1
        if request.event == self.socket.gateway.configuration.requestEvent {
            self.hasGroups = true
            return GenAPICall.perform(request)
        }
        guard request.event == "echo" else { return self.handle(request) }
        switch request.payload {
        case .json(let payload): request.reply { $0.raw(payload.text) }
        case .binary(let data): request.reply(binary: data)
        }
    }

    /// A message to this client alone.
    final func push(_ event: String, ephemeral: Bool = false, _ payload: (inout JSONWriter) -> Void) {
        guard self.socket.isJoined(self), let outlet = self.socket.outlet else { return }
        var buffer = ByteBuffer()
        self.socket.writer.push(
            event, on: self.instance.topic, joinRef: self.instance.messageRef, into: &buffer, payload: payload)
        outlet.send(buffer, ephemeral: ephemeral)
    }

    // MARK: - As the core's listener

    func deliver(_ bytes: ByteBuffer, ephemeral: Bool) {
        self.socket.outlet?.send(self.stamp?.stamped(bytes) ?? bytes, ephemeral: ephemeral)
    }

    func subscriptionStarted(in room: Room) {}

    /// A final answer goes before the end: whoever asked to be taken out is told that it was done.
    func subscriptionEnded(in room: Room) {
        guard self.requestsUnderWay == 0 else {
            self.endsAfterAnswer = true
            return
        }
        self.socket.endChannel(self, .closed)
    }

    /// A request has been answered.
    final func requestFinished() {
        self.requestsUnderWay -= 1
        guard self.endsAfterAnswer, self.requestsUnderWay == 0 else { return }
        self.endsAfterAnswer = false
        self.socket.endChannel(self, .closed)
    }
}

extension Channel: EventSink {
    final func flush() {
        self.socket.outlet?.flush()
    }

    /// Only the socket is a session's sink.
    final func sessionEnded(_ reason: SessionEnd) {}
}

/// How a join has come out, with what its reply says.
struct JoinOutcome {
    let isAccepted: Bool
    let write: (ReplyHead, MessageWriter, inout ByteBuffer) -> Void
    /// Runs after the reply has been written, when the channel is joined.
    let then: () -> Void

    static func accepted(
        _ response: @escaping (inout JSONWriter) -> Void = { $0.emptyObject() }, then: @escaping () -> Void = {}
    ) -> JoinOutcome {
        JoinOutcome(
            isAccepted: true,
            write: { head, writer, buffer in writer.reply(head, .ok, into: &buffer, response: response) },
            then: then)
    }

    static func refused(_ reason: String, _ more: @escaping (inout JSONWriter) -> Void = { _ in }) -> JoinOutcome {
        JoinOutcome(
            isAccepted: false,
            write: { head, writer, buffer in writer.refusal(head, reason: reason, into: &buffer, more: more) }, then: {}
        )
    }

    /// - Parameter isComingBack: Whether the client named its last position, and is told what became of it.
    static func refused(_ error: ChatError, isComingBack: Bool = false) -> JoinOutcome {
        .refused(error.code.rawValue) { writer in
            writer.details(of: error)
            if isComingBack { writer.object("resume") { $0.resumption(.gone(error)) } }
        }
    }

    /// Params that are none: Phoenix's own word for a join handler that could not cope with them.
    static func refused(_ error: PayloadError) -> JoinOutcome {
        .refused(ReplyReason.joinCrashed) { $0.member("detail", "\(error)") }
    }
}
