/// Decides what one Phoenix socket does with its messages and its channels (phoenix-channels.md §1.8, §2).
///
/// Holds no connection, core or clock: each input is a fact in the past tense, each result what to do.
///
/// It assumes that messages are asked about in the order of their arrival, and that none but heartbeats is while a join
/// or a leave is under way: joins and leaves go through the connection's lane as exclusive commands. A message that
/// comes all the same, for a topic whose join is under way, is ignored. Joins and leaves of different topics may overlap.
struct SocketStateMachine {
    /// The usual limit of channels per socket (§1.3).
    static let usualLimit = 100

    private enum State {
        /// → joined, or over. `displaced` is the instance before, which is told to be closed after the join's answer.
        case joining(displaced: ChannelInstance?, ended: ChannelEnd?)
        /// → leaving, or over
        case joined
        /// The leave is under way; `reply` heads its answer. → over
        case leaving(reply: ReplyHead)
    }

    private struct Channel {
        let instance: ChannelInstance
        var state: State
    }

    private let limit: Int
    /// One per topic. A socket has a handful: a plain list is smaller than a table and as fast.
    private var channels: [Channel] = []
    private var lastID: UInt64 = 0
    private var isClosed = false

    /// - Parameter limit: the most channels, at least 1.
    init(limit: Int = Self.usualLimit) {
        self.limit = max(1, limit)
    }

    // MARK: - Messages

    enum MessageAction: Sendable, Equatable {
        case answer(ControlMessage)
        /// Join, then tell ``SocketStateMachine/joinCompleted(_:_:)``. `displacing` is over already: take it out of
        /// everything first and write nothing of it any more.
        case startJoin(ChannelInstance, displacing: ChannelInstance?)
        /// An event for the channel.
        case deliver(ChannelInstance)
        /// Take the channel out of everything, then tell ``SocketStateMachine/leaveCompleted(_:)``.
        case startLeave(ChannelInstance)
        /// Stale, or for a channel that is being left: there is no answer.
        case ignore
    }

    /// - Parameter isKnown: Whether there are channels of this topic; asked for joins only.
    mutating func messageReceived(_ message: InboundMessage, isKnown: (String) -> Bool) -> MessageAction {
        if self.isClosed { return .ignore }
        if message.isHeartbeat {
            return .answer(.ok(ReplyHead(joinRef: .null, ref: message.ref, topic: message.topic)))
        }
        guard let topic = message.topic, topic != ReservedTopic.phoenix else { return Self.unmatched(message) }
        let index = self.channels.firstIndex { $0.instance.isOf(topic) }
        switch (message.event, index) {
        case (ReservedEvent.join, let index?): return self.rejoin(message, at: index)
        case (ReservedEvent.join, nil): return self.join(message, topic, isKnown: isKnown)
        case (ReservedEvent.leave, let index?): return self.leave(message, at: index)
        case (ReservedEvent.leave, nil): return .answer(.ok(message.replyHead))
        case (_, let index?): return self.event(message, at: index)
        case (_, nil): return Self.unmatched(message)
        }
    }

    private mutating func join(
        _ message: InboundMessage, _ topic: String, isKnown: (String) -> Bool
    ) -> MessageAction {
        guard isKnown(topic) else { return Self.unmatched(message) }
        guard self.channels.count < self.limit else {
            return .answer(.refusal(message.replyHead, reason: ReplyReason.tooManyChannels))
        }
        let instance = self.makeInstance(message, topic)
        self.channels.append(Channel(instance: instance, state: .joining(displaced: nil, ended: nil)))
        return .startJoin(instance, displacing: nil)
    }

    /// The new instance takes the old one's place at once, so the limit does not matter (§2.4).
    private mutating func rejoin(_ message: InboundMessage, at index: Int) -> MessageAction {
        let old = self.channels[index]
        switch old.state {
        case .joining:
            return .ignore
        case .joined, .leaving:
            let instance = self.makeInstance(message, old.instance.topic)
            let state = State.joining(displaced: old.instance, ended: nil)
            self.channels[index] = Channel(instance: instance, state: state)
            return .startJoin(instance, displacing: old.instance)
        }
    }

    private mutating func leave(_ message: InboundMessage, at index: Int) -> MessageAction {
        let instance = self.channels[index].instance
        switch self.channels[index].state {
        case .joined where instance.accepts(message.joinRef):
            self.channels[index].state = .leaving(reply: instance.reply(to: message.ref))
            return .startLeave(instance)
        case .joined, .joining, .leaving:
            return .ignore
        }
    }

    private func event(_ message: InboundMessage, at index: Int) -> MessageAction {
        let channel = self.channels[index]
        switch channel.state {
        case .joined where channel.instance.accepts(message.joinRef): return .deliver(channel.instance)
        case .joined, .joining, .leaving: return .ignore
        }
    }

    private mutating func makeInstance(_ message: InboundMessage, _ topic: String) -> ChannelInstance {
        self.lastID &+= 1
        return ChannelInstance(
            id: ChannelID(value: self.lastID), topic: topic, joinRef: message.joinRef, joinMessageRef: message.ref)
    }

    /// No channel answers, so the join_ref is null whatever was sent (§2.1, §2.4).
    private static func unmatched(_ message: InboundMessage) -> MessageAction {
        let head = ReplyHead(joinRef: .null, ref: message.ref, topic: message.topic)
        return .answer(.refusal(head, reason: ReplyReason.unmatchedTopic))
    }

    // MARK: - Joins and leaves under way

    enum JoinResult: Sendable {
        case accepted
        case refused
    }

    /// What to write when a join has been decided.
    struct JoinAnswer: Sendable, Equatable {
        /// The head of the reply; status and response are the channel's.
        let reply: ReplyHead
        /// What comes right after the reply.
        let then: [ControlMessage]
        /// False when nothing is joined: the join was refused, or the channel was ended meanwhile and what the join made
        /// must be undone.
        let isJoined: Bool
    }

    /// - Returns: nil when there is nothing to write any more: the socket is closed. Undo what the join made.
    mutating func joinCompleted(_ id: ChannelID, _ result: JoinResult) -> JoinAnswer? {
        guard let index = self.index(of: id), case .joining(let displaced, let ended) = self.channels[index].state
        else { return nil }
        let instance = self.channels[index].instance
        var then: [ControlMessage] = []
        if let displaced { then.append(displaced.ending(.closed)) }
        let isJoined = result == .accepted && ended == nil
        // A refused instance never was: it has no end to tell.
        if result == .accepted, let ended { then.append(instance.ending(ended)) }
        if isJoined { self.channels[index].state = .joined } else { self.channels.remove(at: index) }
        return JoinAnswer(reply: instance.joinReply, then: then, isJoined: isJoined)
    }

    /// - Returns: the reply and the close, in this order; nothing when the channel was joined anew meanwhile.
    mutating func leaveCompleted(_ id: ChannelID) -> [ControlMessage] {
        guard let index = self.index(of: id), case .leaving(let reply) = self.channels[index].state else { return [] }
        let instance = self.channels.remove(at: index).instance
        return [.ok(reply), instance.ending(.closed)]
    }

    // MARK: - Endings

    /// A channel is over without the client's doing: closed by the server, or by a fault.
    ///
    /// A final reply or push must be written before this is asked.
    /// - Returns: what tells the client; nil when that is told otherwise: after the answer to a join or a leave that is
    ///   under way, or it was told before.
    mutating func channelEnded(_ id: ChannelID, _ end: ChannelEnd) -> ControlMessage? {
        guard let index = self.index(of: id) else { return nil }
        switch self.channels[index].state {
        case .joined:
            return self.channels.remove(at: index).instance.ending(end)
        case .joining(let displaced, let ended):
            self.channels[index].state = .joining(displaced: displaced, ended: ended ?? end)
            return nil
        case .leaving:
            return nil
        }
    }

    /// Closing has begun, or the connection is gone: every channel ends without a word (§2.6).
    ///
    /// - Returns: the channels to take out of everything. A join that is under way is among them and must be undone
    ///   when it completes.
    mutating func socketClosed() -> [ChannelInstance] {
        self.isClosed = true
        let instances = self.instances
        self.channels = []
        return instances
    }

    // MARK: - Looking

    /// The channel when it is joined. nil: write nothing of it, neither a push nor a reply that comes late.
    func joinedChannel(_ id: ChannelID) -> ChannelInstance? {
        guard let index = self.index(of: id), case .joined = self.channels[index].state else { return nil }
        return self.channels[index].instance
    }

    /// All joined channels, the oldest first.
    var joinedChannels: [ChannelInstance] {
        self.channels.compactMap { channel in
            if case .joined = channel.state { channel.instance } else { nil }
        }
    }

    /// All channels, also those being joined or left; the oldest first.
    var instances: [ChannelInstance] { self.channels.map(\.instance) }

    private func index(of id: ChannelID) -> Int? {
        self.channels.firstIndex { $0.instance.id == id }
    }
}

extension InboundMessage {
    /// The head of an answer with the message's own join_ref.
    var replyHead: ReplyHead { ReplyHead(joinRef: self.joinRef, ref: self.ref, topic: self.topic) }
}
