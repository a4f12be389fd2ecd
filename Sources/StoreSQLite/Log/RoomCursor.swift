import ChatCore
import ChatModel

/// What names a room's events.
struct RoomIdentity: Sendable {
    /// The room's number within the database.
    let no: Int64
    let id: RoomID
    let number: RoomNumber
    let epoch: Epoch
}

/// Where the writer stands in one room's log: saves it a look at the database for every message.
final class RoomCursor {
    let identity: RoomIdentity
    var lastSeq: Seq
    var lastArchiveID: Int64
    /// Message rows that are kept.
    var messages: Int64
    var version: Int64
    /// Rows of `members` with `is_member`.
    var memberCount: Int64
    var isDeleted = false
    /// Whether its head waits to be written at the end of the batch.
    var isTouched = false

    init(
        identity: RoomIdentity, lastSeq: Seq, lastArchiveID: Int64, messages: Int64, version: Int64,
        memberCount: Int64
    ) {
        self.identity = identity
        self.lastSeq = lastSeq
        self.lastArchiveID = lastArchiveID
        self.messages = messages
        self.version = version
        self.memberCount = memberCount
    }
}

/// The cursors of rooms written to lately.
struct RoomCursors {
    /// Some 200 bytes each.
    private static let capacity = 16_384

    private var cursors: [RoomID: RoomCursor] = [:]
    private var touched: [RoomCursor] = []

    /// - Throws: `roomNotFound` for rooms that never were or are deleted.
    mutating func cursor(of room: RoomID, on connection: Connection) throws(StoreError) -> RoomCursor {
        if let known = self.cursors[room] {
            guard !known.isDeleted else { throw StoreError(.roomNotFound, "room \(room) is deleted") }
            return known
        }
        guard let loaded = try connection.roomCursor(room) else { throw StoreError(.roomNotFound, "no room \(room)") }
        if self.cursors.count >= Self.capacity, self.touched.isEmpty { self.cursors.removeAll(keepingCapacity: true) }
        self.cursors[room] = loaded
        return loaded
    }

    /// The cursor of a room that is remembered, deleted or not.
    func known(_ room: RoomID) -> RoomCursor? { self.cursors[room] }

    /// Notes that the room's head has to be written.
    mutating func touch(_ cursor: RoomCursor) {
        guard !cursor.isTouched else { return }
        cursor.isTouched = true
        self.touched.append(cursor)
    }

    /// Writes the heads of the rooms that the batch touched, each once.
    mutating func writeHeads(on connection: Connection) throws(StoreError) {
        for cursor in self.touched {
            cursor.isTouched = false
            let statement = try connection.statement(
                "UPDATE heads SET last_seq = ?2, last_archive_id = ?3, messages = ?4 WHERE room = ?1")
            statement.bind(1, cursor.identity.no)
            statement.bind(2, cursor.lastSeq)
            statement.bind(3, cursor.lastArchiveID)
            statement.bind(4, cursor.messages)
            try statement.run()
        }
        self.touched.removeAll(keepingCapacity: true)
    }

    /// After a failed transaction, or when somebody else has written.
    mutating func forgetAll() {
        self.cursors.removeAll(keepingCapacity: true)
        self.touched.removeAll(keepingCapacity: true)
    }
}

extension Connection {
    fileprivate func roomCursor(_ room: RoomID) throws(StoreError) -> RoomCursor? {
        let statement = try self.statement(
            """
            SELECT no, number, epoch, version, member_count, last_seq, last_archive_id, messages
            FROM rooms JOIN heads ON heads.room = rooms.no WHERE id = ?1 AND deleted_at IS NULL
            """)
        defer { statement.reset() }
        statement.bind(1, room.value)
        guard try statement.step() else { return nil }
        let identity = RoomIdentity(
            no: statement.integer(0), id: room, number: try statement.roomNumber(1), epoch: Epoch(statement.text(2)))
        return RoomCursor(
            identity: identity, lastSeq: statement.integer(5), lastArchiveID: statement.integer(6),
            messages: statement.integer(7), version: statement.integer(3), memberCount: statement.integer(4))
    }
}

extension Statement {
    /// - Throws: `damaged` when the column holds no number of a room.
    func roomNumber(_ column: Int32) throws(StoreError) -> RoomNumber {
        guard let number = RoomNumber(self.integer(column)) else {
            throw StoreError(.damaged, "\(self.integer(column)) is no room number")
        }
        return number
    }
}
