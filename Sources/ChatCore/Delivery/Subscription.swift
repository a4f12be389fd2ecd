package import ChatModel

/// Somebody who is told things, in the form that his sink wants them.
protocol Listening: AnyObject {
    var sink: any EventSink { get }
    /// Its place in a ``ListenerGroups`` group.
    var place: Int { get set }
}

/// One listener's place in one room, on the connection's event loop.
///
/// A connection listens to a room once; one that carries several channels (Phoenix) may do so with each of them.
package final class Subscription: Listening {
    package unowned let session: ClientSession
    package let sink: any EventSink
    package let room: Room
    /// The listener itself; its first presence bears the same number.
    let id: PresenceID
    /// As what the listener counts when it is present; another one whenever it changes what it says of itself.
    package var presence: PresenceID
    /// The newest event that the listener has been given.
    package var lastSeq: Seq
    /// False between subscribing and the end of the replay: what comes meanwhile is fetched by the replay itself.
    package var isLive = false
    var place = 0

    init(session: ClientSession, sink: any EventSink, room: Room, id: PresenceID, lastSeq: Seq) {
        self.session = session
        self.sink = sink
        self.room = room
        self.id = id
        self.presence = id
        self.lastSeq = lastSeq
    }
}

/// The listeners of one thing on one loop, by the format in which they want its events.
final class ListenerGroups<Listener: Listening> {
    struct Group {
        let format: WireFormat
        fileprivate(set) var listeners: [Listener] = []
    }

    private(set) var groups: [Group] = []

    var isEmpty: Bool { self.groups.allSatisfy(\.listeners.isEmpty) }

    func add(_ listener: Listener) {
        let format = listener.sink.format
        let group = self.groups.firstIndex { $0.format == format } ?? self.groups.endIndex
        if group == self.groups.endIndex { self.groups.append(Group(format: format)) }
        listener.place = self.groups[group].listeners.count
        self.groups[group].listeners.append(listener)
    }

    func remove(_ listener: Listener) {
        for group in self.groups.indices {
            let place = listener.place
            guard place < self.groups[group].listeners.count, self.groups[group].listeners[place] === listener
            else { continue }
            let last = self.groups[group].listeners.removeLast()
            guard last !== listener else { return }
            self.groups[group].listeners[place] = last
            last.place = place
            return
        }
    }

    func all(where condition: (Listener) -> Bool) -> [Listener] {
        self.groups.flatMap { $0.listeners.filter(condition) }
    }
}
