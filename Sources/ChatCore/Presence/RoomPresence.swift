package import ChatModel

/// Who is in a room now, with which connections. Being present is not membership.
package struct RoomPresence: Sendable {
    private struct Entry: Sendable {
        var profile: UserProfile
        /// Nearly always one: kept without an array of its own.
        var connection: ConnectionID
        var others: [ConnectionID] = []
        var place: Int

        mutating func add(_ connection: ConnectionID) {
            guard connection != self.connection, !self.others.contains(connection) else { return }
            self.others.append(connection)
        }

        /// False when it was the only one, or is not one of these.
        mutating func removeOneOfSeveral(_ connection: ConnectionID) -> Bool {
            if let index = self.others.firstIndex(of: connection) {
                self.others.remove(at: index)
                return true
            }
            guard connection == self.connection, let other = self.others.popLast() else { return false }
            self.connection = other
            return true
        }
    }

    private var entries: [UserID: Entry] = [:]
    /// Order of arrival; a gap where somebody left, closed up when gaps are the most of it.
    private var order: [UserID?] = []

    package init() {}

    package var count: Int { self.entries.count }

    package var isEmpty: Bool { self.entries.isEmpty }

    package func contains(_ user: UserID) -> Bool { self.entries[user] != nil }

    package func profile(of user: UserID) -> UserProfile? { self.entries[user]?.profile }

    /// Notes a connection. True when it is the user's first.
    package mutating func arrive(_ profile: UserProfile, with connection: ConnectionID) -> Bool {
        if self.entries[profile.id] != nil {
            self.entries[profile.id]?.add(connection)
            return false
        }
        self.entries[profile.id] = Entry(profile: profile, connection: connection, place: self.order.count)
        self.order.append(profile.id)
        return true
    }

    /// Takes a connection out; one that is not there (any more) changes nothing. The profile when it was the user's last.
    package mutating func depart(_ user: UserID, with connection: ConnectionID) -> UserProfile? {
        guard let entry = self.entries[user] else { return nil }
        if self.entries[user]?.removeOneOfSeveral(connection) ?? false { return nil }
        return entry.connection == connection ? self.remove(user) : nil
    }

    package mutating func rename(_ profile: UserProfile) { self.entries[profile.id]?.profile = profile }

    /// Everybody for whom a condition holds.
    package func users(where condition: (UserID) -> Bool) -> [UserID] { self.entries.keys.filter(condition) }

    /// Takes the user out whatever the number of his connections.
    package mutating func remove(_ user: UserID) -> UserProfile? {
        guard let entry = self.entries.removeValue(forKey: user) else { return nil }
        self.order[entry.place] = nil
        if self.order.count > 16, self.order.count > self.entries.count * 2 { self.closeGaps() }
        return entry.profile
    }

    /// The first `detail` users in order of arrival, and how many there are.
    package func snapshot(detail: Int) -> PresenceSnapshot {
        var users: [UserProfile] = []
        users.reserveCapacity(min(detail, self.entries.count))
        for case let user? in self.order {
            guard users.count < detail else { break }
            if let entry = self.entries[user] { users.append(entry.profile) }
        }
        return PresenceSnapshot(users: users, count: self.entries.count)
    }

    private mutating func closeGaps() {
        var closed: [UserID?] = []
        closed.reserveCapacity(self.entries.count)
        for case let user? in self.order {
            guard self.entries[user] != nil else { continue }
            self.entries[user]?.place = closed.count
            closed.append(user)
        }
        self.order = closed
    }
}
