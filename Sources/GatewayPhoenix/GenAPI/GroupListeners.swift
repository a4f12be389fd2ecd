import ChatCore
import ChatModel
import NIOCore

/// The groups that were joined by PhoenixGenApi through one channel, whose messages go to it until it ends.
///
/// A group is heard on one channel of a connection: that through which it was first joined.
final class GroupListeners {
    /// Milliseconds before somebody who was let in is heard again, when he may not join just now.
    private static let retryMilliseconds: ClosedRange<Int64> = 100...60_000

    private unowned let channel: Channel
    private var listeners: [RoomID: GroupListener] = [:]
    /// Groups whose members have still to let the user in.
    private var awaited: Set<RoomID> = []
    /// Whether a long answer is being given.
    var isStreaming = false

    init(_ channel: Channel) {
        self.channel = channel
    }

    func listener(to group: RoomID) -> GroupListener? { self.listeners[group] }

    func awaits(_ group: RoomID) -> Bool { self.awaited.contains(group) }

    /// The channel will hear the group as soon as the user is let in.
    func waitForAcceptance(to group: RoomID) {
        self.awaited.insert(group)
    }

    func forget(_ listener: GroupListener) {
        if self.listeners[listener.group] === listener { self.listeners[listener.group] = nil }
    }

    func forgetAwaited(_ group: RoomID) {
        self.awaited.remove(group)
    }

    /// The channel is over, or is nobody's any more.
    func leaveAll() {
        for listener in self.listeners.values { self.stop(listener) }
        self.listeners = [:]
        self.awaited = []
    }

    private func stop(_ listener: GroupListener) {
        listener.end()
        if let session = self.channel.socket.session { self.channel.service.stopListening(listener, as: session) }
    }

    // MARK: - Joining

    /// Joins a group that exists, and hears it from then on.
    ///
    /// - Parameters:
    ///   - position: Where to begin; nil: with what is said from now on.
    ///   - completion: Runs before anything live is delivered.
    func join(
        _ group: RoomID, from position: RoomPosition? = nil, as session: ClientSession,
        _ completion: @escaping (Result<(listener: GroupListener, info: RoomInfo), ChatError>) -> Void
    ) {
        let channel = self.channel
        let listener = GroupListener(group, for: channel)
        self.listeners[group] = listener
        self.awaited.remove(group)
        let options = JoinOptions(history: 0, position: position, mayCreate: false, wantsPresence: false)
        channel.service.execute(.join(.id(group), options), as: session, for: listener)
            .assumeIsolated().whenComplete { result in
                completion(channel.groups.joined(listener, result))
            }
    }

    private func joined(
        _ listener: GroupListener, _ result: Result<Reply, any Error>
    ) -> Result<(listener: GroupListener, info: RoomInfo), ChatError> {
        let isWanted = self.listeners[listener.group] === listener
        switch result {
        case .success(.joined(let joined)) where isWanted:
            listener.joined(joined)
            return .success((listener, joined.info))
        case .success:
            // The channel has ended meanwhile.
            self.stop(listener)
            return .failure(ChatError(.unavailable))
        case .failure(let error):
            listener.end()
            self.forget(listener)
            return .failure(ChatError(any: error))
        }
    }

    /// A group that is awaited has let the user in: from there on he hears it.
    ///
    /// - Parameter position: Of the event that says so; nil: from now on.
    func letIn(to group: RoomID, at position: RoomPosition?) {
        let channel = self.channel
        let socket = channel.socket
        guard self.awaited.contains(group), socket.isJoined(channel), let session = socket.account,
            socket.listener(to: group) == nil
        else { return self.forgetAwaited(group) }
        self.join(group, from: position, as: session) { result in
            guard case .failure(let error) = result, error.code == .rateLimited else { return }
            channel.groups.waitForAcceptance(to: group)
            let wait = Self.retryMilliseconds.clamp(error.retryAfterMilliseconds ?? 0)
            socket.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(wait)) {
                channel.groups.letIn(to: group, at: position)
            }
        }
    }
}

extension ClosedRange {
    fileprivate func clamp(_ value: Bound) -> Bound { Swift.min(Swift.max(value, self.lowerBound), self.upperBound) }
}

extension PhoenixSocket {
    /// The listener to a group on whichever channel it is.
    func listener(to group: RoomID) -> GroupListener? {
        self.joinedChannel { $0.groups.listener(to: group) != nil }?.groups.listener(to: group)
    }

    /// No channel awaits any more that the user is let in.
    func forgetAwaited(_ group: RoomID) {
        self.joinedChannel { $0.groups.awaits(group) }?.groups.forgetAwaited(group)
    }

    /// Somebody has decided about the user in a room in which he is not: the channel that awaits it joins.
    func toldOutside(of event: RoomEvent) {
        guard case .membership(let change) = event.change else { return }
        // The core is in the midst of a pass over its listeners.
        self.eventLoop.assumeIsolated().execute {
            guard let channel = self.joinedChannel(where: { $0.groups.awaits(event.room) }) else { return }
            guard change.action == .accepted else { return channel.groups.forgetAwaited(event.room) }
            channel.groups.letIn(
                to: event.room, at: RoomPosition(room: .id(event.room), epoch: event.epoch, seq: event.seq))
        }
    }
}
