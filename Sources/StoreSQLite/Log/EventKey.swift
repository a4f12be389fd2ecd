import ChatCore
import ChatModel

/// The primary key of an event: the room's number within the database, and the event's position in it.
struct EventKey: Hashable {
    private static let seqBits: Int64 = 36
    /// 68 thousand million events of one room.
    static let maximumSeq: Seq = 1 << seqBits - 1
    /// 134 million rooms.
    static let maximumRoom: Int64 = 1 << (63 - seqBits) - 1

    let value: Int64

    init(value: Int64) { self.value = value }

    /// `seq` is brought into 0…``maximumSeq``: positions come from clients.
    init(room: Int64, seq: Seq) {
        self.value = room << Self.seqBits | min(max(seq, 0), Self.maximumSeq)
    }

    var room: Int64 { self.value >> Self.seqBits }
    var seq: Seq { self.value & Self.maximumSeq }
}

/// The kinds of event rows, as the schema numbers them.
enum EventKind: Int64 {
    case message = 0
    case edited, retracted, reactionAdded, reactionRemoved, membership, settings, deleted
}

/// The bits of an event row's `flags`.
enum EventFlags {
    static let retracted: Int64 = 1
    static let hasReactions: Int64 = 2
}
