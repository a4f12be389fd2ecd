package import ChatModel

/// Who is in a room now, with which connections. Being present is not membership.
///
/// Up to a number of users each is shown in detail; when there are more, only their number is, until they are clearly
/// fewer again, so that one who comes and goes at the border does not make the whole list come and go.
package struct RoomPresence: Sendable {
    private struct Entry: Sendable {
        var profile: UserProfile
        /// Nearly always one: kept without an array of its own.
        var meta: PresenceMeta
        /// Younger ones, oldest first.
        var others: [PresenceMeta] = []
        var place: Int

        var metas: [PresenceMeta] { [self.meta] + self.others }

        mutating func remove(_ id: PresenceID) -> PresenceMeta? {
            if let index = self.others.firstIndex(where: { $0.id == id }) { return self.others.remove(at: index) }
            guard id == self.meta.id, !self.others.isEmpty else { return nil }
            defer { self.meta = self.others.removeFirst() }
            return self.meta
        }
    }

    private var entries: [UserID: Entry] = [:]
    /// Order of arrival; a gap where somebody left, closed up when gaps are the most of it.
    private var order: [UserID?] = []
    /// Whether users are shown one by one.
    package private(set) var isDetailed = true

    package init() {}

    package var count: Int { self.entries.count }

    package var isEmpty: Bool { self.entries.isEmpty }

    package func contains(_ user: UserID) -> Bool { self.entries[user] != nil }

    package func profile(of user: UserID) -> UserProfile? { self.entries[user]?.profile }

    /// Notes a connection. nil when it was there already, else whether it is the user's first.
    package mutating func arrive(_ profile: UserProfile, _ meta: PresenceMeta) -> Bool? {
        if let entry = self.entries[profile.id] {
            guard !entry.metas.contains(where: { $0.id == meta.id }) else { return nil }
            self.entries[profile.id]?.others.append(meta)
            return false
        }
        self.entries[profile.id] = Entry(profile: profile, meta: meta, place: self.order.count)
        self.order.append(profile.id)
        return true
    }

    /// Takes a connection out; one that is not there (any more) changes nothing.
    package mutating func depart(
        _ user: UserID, _ id: PresenceID
    ) -> (profile: UserProfile, meta: PresenceMeta, isLast: Bool)? {
        guard let entry = self.entries[user] else { return nil }
        if let meta = self.entries[user]?.remove(id) { return (entry.profile, meta, false) }
        guard entry.meta.id == id, let gone = self.remove(user) else { return nil }
        return (gone.profile, entry.meta, true)
    }

    /// Puts another presence in the place of one of the user's; nil when that is not there.
    package mutating func replace(_ id: PresenceID, of user: UserID, by meta: PresenceMeta) -> PresenceMeta? {
        guard let entry = self.entries[user] else { return nil }
        if entry.meta.id == id {
            self.entries[user]?.meta = meta
            return entry.meta
        }
        guard let index = entry.others.firstIndex(where: { $0.id == id }) else { return nil }
        self.entries[user]?.others[index] = meta
        return entry.others[index]
    }

    package mutating func rename(_ profile: UserProfile) { self.entries[profile.id]?.profile = profile }

    /// Everybody for whom a condition holds.
    package func users(where condition: (UserID) -> Bool) -> [UserID] { self.entries.keys.filter(condition) }

    /// Takes the user out whatever the number of his connections.
    package mutating func remove(_ user: UserID) -> PresenceEntry? {
        guard let entry = self.entries.removeValue(forKey: user) else { return nil }
        self.order[entry.place] = nil
        if self.order.count > 16, self.order.count > self.entries.count * 2 { self.closeGaps() }
        return PresenceEntry(profile: entry.profile, metas: entry.metas)
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

    /// Everybody with his connections, in order of arrival.
    package func list() -> [PresenceEntry] {
        self.order.compactMap { user in
            guard let user, let entry = self.entries[user] else { return nil }
            return PresenceEntry(profile: entry.profile, metas: entry.metas)
        }
    }

    package enum DetailChange: Sendable {
        case none, hidden, shown
    }

    /// Decides anew whether users are shown one by one, after somebody came or went.
    package mutating func settleDetail(limit: Int) -> DetailChange {
        if self.isDetailed, self.count > limit {
            self.isDetailed = false
            return .hidden
        }
        if !self.isDetailed, self.count <= limit - limit / 5 - 1 {
            self.isDetailed = true
            return .shown
        }
        return .none
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
