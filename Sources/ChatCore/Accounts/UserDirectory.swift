package import ChatModel
import Synchronization

/// Who is connected to this node, with how many connections, and from where.
package final class UserDirectory: Sendable {
    private struct Table {
        var sessions: [UserID: [ClientSession]] = [:]
        var perAddress: [String: Int] = [:]
        var connections = 0
        var guests = 0
        var lastSeen: [UserID: Timestamp] = [:]
    }

    private let table = Mutex(Table())

    package init() {}

    package var connectionCount: Int { self.table.withLock { $0.connections } }
    package var guestCount: Int { self.table.withLock { $0.guests } }

    /// Counts a connection in.
    ///
    /// - Returns: The user's oldest connections that must go, so that no more than `perUser` remain.
    /// - Throws: ``ChatError/Code/tooManyConnections`` when its address has as many as it may have.
    func add(_ session: ClientSession, perUser: Int, perAddress: Int) throws(ChatError) -> [ClientSession] {
        try self.table.withLock { (table) throws(ChatError) -> [ClientSession] in
            let here = table.perAddress[session.address.group, default: 0]
            guard perAddress <= 0 || here < perAddress else { throw ChatError(.tooManyConnections) }
            table.perAddress[session.address.group] = here + 1
            table.connections += 1
            if session.profile.isGuest { table.guests += 1 }
            table.sessions[session.profile.id, default: []].append(session)
            guard perUser > 0, let own = table.sessions[session.profile.id], own.count > perUser else { return [] }
            return Array(own.prefix(own.count - perUser))
        }
    }

    /// Counts a connection out. True when it was the user's last.
    func remove(_ session: ClientSession, now: Timestamp) -> Bool {
        self.table.withLock { table in
            let id = session.profile.id
            guard let place = table.sessions[id]?.firstIndex(where: { $0 === session }) else { return false }
            table.sessions[id]?.remove(at: place)
            table.connections -= 1
            if session.profile.isGuest { table.guests -= 1 }
            let here = table.perAddress[session.address.group, default: 1] - 1
            table.perAddress[session.address.group] = here > 0 ? here : nil
            guard table.sessions[id]?.isEmpty ?? true else { return false }
            table.sessions[id] = nil
            table.lastSeen[id] = now
            return true
        }
    }

    package func sessions(of user: UserID) -> [ClientSession] {
        self.table.withLock { $0.sessions[user] ?? [] }
    }

    func isConnected(_ user: UserID) -> Bool { self.table.withLock { $0.sessions[user] != nil } }

    /// Whether others may know that the user is connected.
    package func isOnline(_ user: UserID) -> Bool {
        self.table.withLock { $0.sessions[user]?.contains(where: \.isSeen) ?? false }
    }

    /// Counts in a connection of nobody in particular.
    ///
    /// - Throws: ``ChatError/Code/tooManyConnections`` when its address has as many as it may have.
    func addVisit(from address: ClientAddress, perAddress: Int) throws(ChatError) {
        try self.table.withLock { (table) throws(ChatError) in
            let here = table.perAddress[address.group, default: 0]
            guard perAddress <= 0 || here < perAddress else { throw ChatError(.tooManyConnections) }
            table.perAddress[address.group] = here + 1
            table.connections += 1
        }
    }

    func removeVisit(from address: ClientAddress) {
        self.table.withLock { table in
            table.connections -= 1
            let here = table.perAddress[address.group, default: 1] - 1
            table.perAddress[address.group] = here > 0 ? here : nil
        }
    }

    /// When the user was last connected to this node, if it is known and he is not connected now.
    func lastSeen(_ user: UserID) -> Timestamp? { self.table.withLock { $0.lastSeen[user] } }

    /// Forgets when users were last seen, once the store has it.
    func takeLastSeen() -> [UserID: Timestamp] {
        self.table.withLock { table in
            defer { table.lastSeen = [:] }
            return table.lastSeen
        }
    }
}
