import ChatCore
import ChatModel
import NIOCore

/// One group whose messages go to one channel: to the core a listener of its own.
final class GroupListener {
    /// Bytes that are held back at the most.
    private static let mostHeldBytes = 64 * 1024

    let group: RoomID
    let format: WireFormat
    private let channel: Channel
    private let stamp: RelayStamp
    private var room: Room?
    private var membersWhenJoined = 0
    /// What came while the channel's own message was under way; nil while nothing is held back.
    private var held: ByteBuffer?
    private var isOver = false

    init(_ group: RoomID, for channel: Channel) {
        let socket = channel.socket
        self.group = group
        self.channel = channel
        self.format = PhoenixFormat(.relay, socket.version).wireFormat(gateway: socket.gateway.encoderID)
        self.stamp = RelayStamp(
            socket.version, joinRef: channel.instance.messageRef, topic: channel.instance.topic)
    }

    /// How many a message reaches: all members, muted or not, connected or not.
    var recipients: Int { self.room?.withState(\.memberCount) ?? self.membersWhenJoined }

    /// The core has let it in: what was said since it was asked goes before everything live.
    func joined(_ joined: JoinedRoom) {
        self.membersWhenJoined = joined.info.members
        guard case .replayed(let events)? = joined.resumption else { return }
        var bytes = ByteBuffer()
        for event in events { self.channel.socket.gateway.encoder.encode(event, as: self.format, into: &bytes) }
        if bytes.readableBytes > 0 { self.deliver(bytes, ephemeral: false) }
    }

    /// Nothing is written any more.
    func end() {
        self.isOver = true
        self.held = nil
    }

    // MARK: - Order

    /// Keeps back what comes until ``release()``: a sender has the answer to his request before his own message
    /// (phoenix-channels.md §5.2). Not without end: when too much comes it goes out before the answer.
    func hold() {
        self.held = self.held ?? ByteBuffer()
    }

    func release() {
        guard let held = self.held else { return }
        self.held = nil
        if held.readableBytes > 0 { self.send(held) }
    }

    private func send(_ frames: ByteBuffer) {
        self.channel.socket.outlet?.send(frames, ephemeral: false)
    }
}

extension GroupListener: EventSink {
    func deliver(_ bytes: ByteBuffer, ephemeral: Bool) {
        if self.isOver { return }
        let frames = self.stamp.stamped(bytes)
        guard self.held != nil else { return self.send(frames) }
        self.held?.writeImmutableBuffer(frames)
        if self.held?.readableBytes ?? 0 > Self.mostHeldBytes { self.release() }
    }

    func flush() {
        self.channel.socket.outlet?.flush()
    }

    func subscriptionStarted(in room: Room) {
        self.room = room
    }

    /// Put out, gone, or the group is: the channel stays, and may join it anew.
    func subscriptionEnded(in room: Room) {
        self.release()
        self.end()
        self.channel.groups.forget(self)
    }

    /// Only the socket is a session's sink.
    func sessionEnded(_ reason: SessionEnd) {}
}
