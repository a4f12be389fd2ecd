package import ChatModel
import Synchronization

/// Which loops have listeners to which signals, so that a signal goes nowhere where nobody waits for it.
package final class SignalBoard: Sendable {
    private let loops = Mutex<[SignalTopic: UInt64]>([:])

    package init() {}

    func loop(_ index: Int, listensTo topic: SignalTopic) {
        self.loops.withLock { $0[topic, default: 0] |= 1 << UInt64(index) }
    }

    func loop(_ index: Int, noLongerListensTo topic: SignalTopic) {
        self.loops.withLock { loops in
            let left = loops[topic, default: 0] & ~(1 << UInt64(index))
            loops[topic] = left == 0 ? nil : left
        }
    }

    /// Bit n: loop n has listeners.
    func loops(of topic: SignalTopic) -> UInt64 { self.loops.withLock { $0[topic, default: 0] } }
}

/// One listener to signals, on its connection's event loop.
package final class SignalListener: Listening {
    package let topic: SignalTopic
    package let sink: any EventSink
    let shard: HubShard
    /// The user who is shown as connected while this listens.
    var attendance: Attendance?
    /// Whose connection it is; nil for nobody in particular.
    let session: ClientSession?
    var place = 0

    init(topic: SignalTopic, sink: any EventSink, session: ClientSession?, shard: HubShard) {
        self.topic = topic
        self.sink = sink
        self.session = session
        self.shard = shard
    }
}

/// A connection of a user, as all who listen to everything public see it.
struct Attendance: Sendable {
    let profile: UserProfile
    let meta: PresenceMeta
    /// Where there are very many, coming and going is not told.
    let isAnnounced: Bool
}
