import ChatModel
import Synchronization

/// The guests of this node: who exists in memory only, under which name, until it first writes.
package final class GuestRegistry: Sendable {
    fileprivate struct Guest {
        let profile: UserProfile
        let address: String
        var lastSeen: Timestamp
        var isStored = false
    }

    fileprivate struct Table {
        var guests: [UserID: Guest] = [:]
        var perAddress: [String: Int] = [:]
        /// Names of guests that are stored, or are being stored: somebody's words stand under them.
        var taken: Set<UserID> = []
        /// Those of them that were added since the store was last asked for them all.
        var takenLately: Set<UserID> = []
    }

    /// Guests at the same time. The names are `Guest0000`…`Guest9999`; longer ones when those are used up.
    package static let capacity = 10_000
    private static let longNumbers = 100_000...9_999_999

    private let table = Mutex(Table())

    package init() {}

    package var count: Int { self.table.withLock { $0.guests.count } }

    /// A new guest under a free name.
    ///
    /// - Parameter random: picks the first name to try; those after it follow in order.
    /// - Throws: ``ChatError/Code/guestUnavailable`` when no name is free, ``ChatError/Code/rateLimited`` when the
    ///   address has `perAddress` guests already.
    func admit(
        from address: ClientAddress, perAddress: Int, random: UInt64, now: Timestamp
    ) throws(ChatError) -> UserProfile {
        try self.table.withLock { (table) throws(ChatError) -> UserProfile in
            guard perAddress <= 0 || table.perAddress[address.group, default: 0] < perAddress else {
                throw ChatError(.guestUnavailable, detail: "too many guests from \(address.group)")
            }
            guard table.guests.count < Self.capacity else { throw ChatError(.guestUnavailable) }
            let first = Int(random % UInt64(Self.capacity))
            let short = (0..<Self.capacity).lazy.map { (first + $0) % Self.capacity }
            let long = (0..<Self.capacity).lazy.map {
                Self.longNumbers.lowerBound + (Int(random % 9_000_000) + $0) % (Self.longNumbers.count)
            }
            guard let profile = table.firstFree(of: short) ?? table.firstFree(of: long) else {
                throw ChatError(.guestUnavailable)
            }
            table.insert(Guest(profile: profile, address: address.group, lastSeen: now))
            return profile
        }
    }

    /// Brings back a guest that showed a valid token; after a restart it is not known any more and is made anew.
    func readmit(_ id: UserID, username: String, from address: ClientAddress, isStored: Bool, now: Timestamp)
        -> UserProfile
    {
        self.table.withLock { table in
            if table.guests[id] != nil {
                table.guests[id]?.lastSeen = now
                return table.guests[id]?.profile ?? UserProfile(id: id, username: username, isGuest: true)
            }
            let profile = UserProfile(id: id, username: username, isGuest: true)
            table.insert(Guest(profile: profile, address: address.group, lastSeen: now, isStored: isStored))
            return profile
        }
    }

    /// Takes over which guests are stored: nobody else may come under their names. What was added while the store is
    /// asked, or had just been added before, may not be in its answer yet and stays.
    func renewTaken(_ ask: () async throws(StoreError) -> [UserID]) async throws(StoreError) {
        let before = self.table.withLock { table in
            defer { table.takenLately = [] }
            return table.takenLately
        }
        let stored = try await ask()
        self.table.withLock { $0.taken = before.union(stored).union($0.takenLately) }
    }

    /// Whether the guest has no account yet; asked before its first write.
    func needsAccount(_ id: UserID) -> Bool { self.table.withLock { $0.guests[id].map { !$0.isStored } ?? true } }

    /// Before an account is stored: the guest may go before that is done, and nobody may come under its name then. Should
    /// it fail, the name is free again when the store has next been asked.
    func take(_ id: UserID) { self.table.withLock { $0.take(id) } }

    func accountStored(_ id: UserID) {
        self.table.withLock { table in
            table.guests[id]?.isStored = true
            table.take(id)
        }
    }

    func touch(_ id: UserID, now: Timestamp) { self.table.withLock { $0.guests[id]?.lastSeen = now } }

    /// Forgets a guest as whom nobody comes back: its address may have another one. Its name is free again unless it is
    /// stored.
    func release(_ id: UserID) { self.table.withLock { _ = $0.remove(id) } }

    /// Forgets guests that have not been seen since a time, unless they are connected.
    func purge(idleSince time: Timestamp, isOnline: (UserID) -> Bool) {
        self.table.withLock { table in
            for (id, guest) in table.guests where guest.lastSeen < time && !isOnline(id) { _ = table.remove(id) }
        }
    }

    fileprivate static func profile(number: Int) -> UserProfile {
        let digits = String(number)
        let padded = String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
        return UserProfile(id: UserID(canonical: "guest" + padded), username: "Guest" + padded, isGuest: true)
    }
}

extension GuestRegistry.Table {
    fileprivate func firstFree(of numbers: some Sequence<Int>) -> UserProfile? {
        for number in numbers {
            let profile = GuestRegistry.profile(number: number)
            if self.guests[profile.id] == nil, !self.taken.contains(profile.id) { return profile }
        }
        return nil
    }

    fileprivate mutating func take(_ id: UserID) {
        self.taken.insert(id)
        self.takenLately.insert(id)
    }

    fileprivate mutating func insert(_ guest: GuestRegistry.Guest) {
        self.guests[guest.profile.id] = guest
        self.perAddress[guest.address, default: 0] += 1
    }

    fileprivate mutating func remove(_ id: UserID) -> GuestRegistry.Guest? {
        guard let guest = self.guests.removeValue(forKey: id) else { return nil }
        let left = self.perAddress[guest.address, default: 1] - 1
        self.perAddress[guest.address] = left > 0 ? left : nil
        return guest
    }
}
