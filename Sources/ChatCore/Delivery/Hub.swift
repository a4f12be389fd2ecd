package import ChatModel
package import NIOCore

/// Hands events to the event loops that have receivers: one hop per loop and batch, never one per receiver.
package final class Hub: Sendable {
    package let shards: [HubShard]
    private let users: UserDirectory
    private let signals: SignalBoard

    package init(
        eventLoops: [any EventLoop], encoders: EncoderTable, users: UserDirectory, clock: any WallClock,
        metrics: ServiceMetrics
    ) {
        precondition(!eventLoops.isEmpty && eventLoops.count <= 64, "1 to 64 event loops")
        self.users = users
        let signals = SignalBoard()
        self.signals = signals
        self.shards = eventLoops.enumerated().map { index, loop in
            HubShard(
                index: index, eventLoop: loop, encoders: encoders, signals: signals, clock: clock, metrics: metrics)
        }
    }

    /// The shard of an event loop; nil for a loop that is none of ours.
    package func shard(of eventLoop: any EventLoop) -> HubShard? {
        self.shards.first { $0.eventLoop === eventLoop }
    }

    package func post(_ events: [RoomEvent], of room: Room, to loops: UInt64) {
        self.forEachShard(in: loops) { $0.post(.events(events, room)) }
    }

    package func post(_ event: EphemeralEvent, of room: Room, to loops: UInt64) {
        self.forEachShard(in: loops) { $0.post(.ephemeral(event, room)) }
    }

    /// The users' subscriptions to the room end, after what was posted before.
    package func postPutOut(_ users: [UserID], of room: Room, to loops: UInt64) {
        guard !users.isEmpty else { return }
        self.forEachShard(in: loops) { $0.post(.putOut(users, room)) }
    }

    /// To all connections of the user.
    package func post(_ event: UserEvent) {
        for (shard, sessions) in self.sessionsByShard(of: event.user) {
            self.shards[shard].post(.user(event, sessions))
        }
    }

    /// To the connections of the user whom an event concerns and who are not in the room.
    package func postOutside(_ event: RoomEvent) {
        guard let user = event.reachesOutside else { return }
        for (shard, sessions) in self.sessionsByShard(of: user) {
            self.shards[shard].post(.outside(event, sessions))
        }
    }

    /// To all who listen to signals of this kind.
    package func post(_ signal: Signal, to topic: SignalTopic) {
        self.forEachShard(in: self.signals.loops(of: topic)) { $0.post(.signal(signal, topic)) }
    }

    /// To all who listen to what is for everybody.
    package func post(attendance change: PresenceChange) {
        self.forEachShard(in: self.signals.loops(of: .everybody)) { $0.post(.attendance(change)) }
    }

    func schedule(in delay: TimeAmount, _ work: @escaping @Sendable () -> Void) {
        self.shards[0].eventLoop.scheduleTask(in: delay, work)
    }

    package func end(_ sessions: [ClientSession], _ reason: SessionEnd) {
        for session in sessions { self.shards[session.shardIndex].post(.end(session, reason)) }
    }

    private func sessionsByShard(of user: UserID) -> [Int: [ClientSession]] {
        Dictionary(grouping: self.users.sessions(of: user), by: \.shardIndex)
    }

    private func forEachShard(in loops: UInt64, _ body: (HubShard) -> Void) {
        var left = loops
        while left != 0 {
            body(self.shards[left.trailingZeroBitCount])
            left &= left - 1
        }
    }
}

/// The gateways' encoders by ``WireFormat/gateway``; filled once at wiring.
package struct EncoderTable: Sendable {
    private var encoders: [UInt8: any EventEncoder] = [:]

    package init() {}

    package mutating func register(_ encoder: any EventEncoder, gateway: UInt8) {
        self.encoders[gateway] = encoder
    }

    package subscript(format: WireFormat) -> (any EventEncoder)? { self.encoders[format.gateway] }
}
