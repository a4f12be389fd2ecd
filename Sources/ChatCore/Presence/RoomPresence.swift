package import ChatModel

/// Who is in a room now, on which side of how many connections. Being present is not membership.
package struct RoomPresence: Sendable {
    private struct Entry: Sendable {
        let profile: UserProfile
        var connections: Int
        let place: Int
    }

    private var entries: [UserID: Entry] = [:]
    /// Order of arrival; a gap where somebody left, closed up when gaps are the most of it.
    private var order: [UserID?] = []

    package init() {}

    package var count: Int { self.entries.count }

    package var isEmpty: Bool { self.entries.isEmpty }

    package func contains(_ user: UserID) -> Bool { self.entries[user] != nil }

    package func profile(of user: UserID) -> UserProfile? { self.entries[user]?.profile }

    /// Counts one more connection. True when it is the user's first.
    package mutating func arrive(_ profile: UserProfile) -> Bool {
        if self.entries[profile.id] != nil {
            self.entries[profile.id]?.connections += 1
            return false
        }
        self.entries[profile.id] = Entry(profile: profile, connections: 1, place: self.order.count)
        self.order.append(profile.id)
        return true
    }

    /// Counts one connection less. The profile when it was the user's last.
    package mutating func depart(_ user: UserID) -> UserProfile? {
        guard let entry = self.entries[user] else { return nil }
        if entry.connections > 1 {
            self.entries[user]?.connections -= 1
            return nil
        }
        return self.remove(user)
    }

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
            guard let entry = self.entries[user] else { continue }
            self.entries[user] = Entry(profile: entry.profile, connections: entry.connections, place: closed.count)
            closed.append(user)
        }
        self.order = closed
    }
}
