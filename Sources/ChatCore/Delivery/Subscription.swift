package import ChatModel

/// One connection's place in one room, on the connection's event loop.
package final class Subscription {
    package unowned let session: ClientSession
    package let room: Room
    /// The newest event that the connection has been given.
    package var lastSeq: Seq
    /// False between subscribing and the end of the replay: what comes meanwhile is fetched by the replay itself.
    package var isLive = false
    /// Place in its ``RoomSubscribers`` group.
    fileprivate var place = 0

    package init(session: ClientSession, room: Room, lastSeq: Seq) {
        self.session = session
        self.room = room
        self.lastSeq = lastSeq
    }
}

/// The subscribers of one room on one loop, by the format in which they want its events.
package final class RoomSubscribers {
    package struct Group {
        package let format: WireFormat
        package fileprivate(set) var subscriptions: [Subscription] = []
    }

    package let room: Room
    package private(set) var groups: [Group] = []

    package init(room: Room) { self.room = room }

    package var isEmpty: Bool { self.groups.allSatisfy(\.subscriptions.isEmpty) }

    package func add(_ subscription: Subscription) {
        guard let format = subscription.session.sink?.format else { return }
        let group = self.groups.firstIndex { $0.format == format } ?? self.groups.endIndex
        if group == self.groups.endIndex { self.groups.append(Group(format: format)) }
        subscription.place = self.groups[group].subscriptions.count
        self.groups[group].subscriptions.append(subscription)
    }

    package func remove(_ subscription: Subscription) {
        for group in self.groups.indices {
            let place = subscription.place
            guard place < self.groups[group].subscriptions.count,
                self.groups[group].subscriptions[place] === subscription
            else { continue }
            let last = self.groups[group].subscriptions.removeLast()
            guard last !== subscription else { return }
            self.groups[group].subscriptions[place] = last
            last.place = place
            return
        }
    }

    package func subscriptions(of users: Set<UserID>) -> [Subscription] {
        self.groups.flatMap { group in group.subscriptions.filter { users.contains($0.session.profile.id) } }
    }
}
