package import ChatCore
package import ChatModel

/// Accounts and tokens.
extension SQLiteStore {
    package func createAccount(_ account: Account) async throws(StoreError) {
        try await self.writer.write { (session) throws(StoreError) in try session.createAccount(account) }
    }

    package func account(_ id: UserID) async throws(StoreError) -> Account? {
        try await self.readers.read { (connection) throws(StoreError) in try connection.account(id) }
    }

    package func updateAccount(_ id: UserID, _ change: AccountChange) async throws(StoreError) -> Account {
        try await self.writer.write { (session) throws(StoreError) in try session.updateAccount(id, change) }
    }

    package func deleteAccount(
        _ id: UserID, messages choice: ErasureChoice, at: Timestamp
    ) async throws(StoreError) -> [RoomID] {
        let begun = try await self.writer.write { (session) throws(StoreError) in
            try session.beginDeletion(of: id, choice, at: at)
        }
        guard let begun else { return [] }
        var rooms = begun.rooms
        if choice != .keep { rooms.formUnion(try await self.messageRooms(of: begun.user)) }
        rooms.formUnion(try await self.finishDeletion(of: begun.user, removesMessages: choice == .remove))
        return try await self.roomIDs(of: rooms)
    }

    /// Erases what a deleted account left in the rooms.
    /// - Returns: The rooms in which reactions were erased.
    func finishDeletion(of user: Int64, removesMessages: Bool) async throws(StoreError) -> Set<Int64> {
        let rooms = try await self.repeatedly { (session) throws(StoreError) in try session.eraseReactions(of: user) }
        if removesMessages { try await self.eraseMessages(of: user) }
        try await self.writer.write { (session) throws(StoreError) in try session.endDeletion(of: user) }
        return rooms
    }

    func messageRooms(of user: Int64) async throws(StoreError) -> Set<Int64> {
        try await self.readers.read { (connection) throws(StoreError) in try connection.messageRooms(of: user) }
    }

    /// The ids of rooms, without those that are deleted, ascending.
    func roomIDs(of rooms: Set<Int64>, and more: Set<RoomID> = []) async throws(StoreError) -> [RoomID] {
        let ids = try await self.readers.read { (connection) throws(StoreError) in try connection.roomIDs(of: rooms) }
        return ids.union(more).sorted { $0.value < $1.value }
    }

    private func eraseMessages(of user: Int64) async throws(StoreError) {
        var last: MessageID?
        while true {
            // Found by a reader: the search goes through all messages, and the writer has better to do.
            let after = last
            let ids = try await self.readers.read { (connection) throws(StoreError) in
                try connection.messageIDs(by: user, after: after, limit: WriteSession.erasuresPerStep)
            }
            guard let newest = ids.last else { return }
            try await self.writer.write { (session) throws(StoreError) in try session.eraseMessages(ids) }
            last = newest
        }
    }

    package func moveMessages(from guest: UserID, to account: UserID) async throws(StoreError) -> [RoomID] {
        let move = try await self.writer.write { (session) throws(StoreError) in
            try session.beginMove(from: guest, to: account)
        }
        guard let move else { return [] }
        let written = try await self.finishMove(from: move.guest, to: move.account)
        return try await self.roomIDs(of: move.rooms.union(written))
    }

    /// Writes the account's number into the guest's messages.
    /// - Returns: Their rooms.
    func finishMove(from guest: Int64, to account: Int64) async throws(StoreError) -> Set<Int64> {
        var rooms: Set<Int64> = []
        while true {
            let keys = try await self.readers.read { (connection) throws(StoreError) in
                try connection.contentKeys(by: guest, limit: WriteSession.erasuresPerStep)
            }
            try await self.writer.write { (session) throws(StoreError) in
                try session.moveContent(keys, to: account)
                if keys.isEmpty { try session.endMove(of: guest) }
            }
            if keys.isEmpty { return rooms }
            rooms.formUnion(keys.map(\.room))
        }
    }

    package func takenGuests() async throws(StoreError) -> [UserID] {
        try await self.readers.read { (connection) throws(StoreError) in try connection.takenGuests() }
    }

    package func accounts(matching query: AccountQuery) async throws(StoreError) -> (total: Int, accounts: [Account]) {
        try await self.readers.read { (connection) throws(StoreError) in try connection.accounts(matching: query) }
    }

    package func messages(
        by sender: UserID, offset: Int, limit: Int
    ) async throws(StoreError) -> (total: Int, messages: [(RoomNumber, Message)]) {
        try await self.readers.read { (connection) throws(StoreError) in
            try connection.messages(by: sender, offset: offset, limit: limit)
        }
    }

    package func revokeToken(_ id: String, until: Timestamp) async throws(StoreError) {
        try await self.writer.write { (session) throws(StoreError) in try session.revokeToken(id, until: until) }
    }

    package func revokedTokens(at now: Timestamp) async throws(StoreError) -> [String] {
        try await self.readers.read { (connection) throws(StoreError) in try connection.revokedTokens(at: now) }
    }
}
