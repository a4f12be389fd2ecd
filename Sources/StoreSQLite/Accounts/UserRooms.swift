import ChatCore
import ChatModel

/// The rooms in which a user has left something, by their numbers within the database: whoever changes that without an
/// event says where.
extension Connection {
    /// Rooms with a membership record, whatever its status.
    func memberRooms(of user: Int64) throws(StoreError) -> Set<Int64> {
        try self.rooms(try self.statement("SELECT room FROM members WHERE user = ?1"), user)
    }

    /// Rooms in which somebody's membership was last changed by this user.
    func moderatedRooms(of user: Int64) throws(StoreError) -> Set<Int64> {
        try self.rooms(try self.statement("SELECT DISTINCT room FROM members WHERE by_user = ?1"), user)
    }

    func mentionRooms(of user: Int64) throws(StoreError) -> Set<Int64> {
        try self.rooms(try self.statement("SELECT DISTINCT room FROM mentions WHERE user = ?1"), user)
    }

    func reactionRooms(of user: Int64) throws(StoreError) -> Set<Int64> {
        try self.rooms(try self.statement("SELECT DISTINCT message >> 36 FROM reactions WHERE user = ?1"), user)
    }

    /// Rooms with messages or edits, tombstones too. Goes through all messages: for a reader.
    func messageRooms(of user: Int64) throws(StoreError) -> Set<Int64> {
        try self.rooms(
            try self.statement(
                """
                SELECT DISTINCT key >> 36 FROM events INDEXED BY events_by_message
                WHERE message_id IS NOT NULL AND actor = ?1
                """), user)
    }

    private func rooms(_ statement: Statement, _ user: Int64) throws(StoreError) -> Set<Int64> {
        defer { statement.reset() }
        statement.bind(1, user)
        var rooms: Set<Int64> = []
        while try statement.step() { rooms.insert(statement.integer(0)) }
        return rooms
    }

    /// The ids of those rooms that are not deleted.
    func roomIDs(of rooms: Set<Int64>) throws(StoreError) -> Set<RoomID> {
        let statement = try self.statement("SELECT id FROM rooms WHERE no = ?1 AND deleted_at IS NULL")
        defer { statement.reset() }
        var ids: Set<RoomID> = []
        for room in rooms {
            statement.reset()
            statement.bind(1, room)
            if try statement.step() { ids.insert(RoomID(statement.text(0))) }
        }
        return ids
    }
}
