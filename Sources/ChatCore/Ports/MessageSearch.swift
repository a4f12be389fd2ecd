package import ChatModel

/// A search for messages of one room whose body contains all words, in any order, without regard to case.
package struct MessageSearch: Sendable, Hashable {
    package let room: RoomID
    /// 1–8 words, folded by `lowercased()`. A word may be found inside a longer one.
    package let words: [String]
    /// The first position that the user may see.
    package let visibleFrom: Seq
    /// Only messages before this position; nil: from the newest on.
    package let before: Seq?
    /// How many messages to find at most, 1–100.
    package let limit: Int
    /// How many events to read at most, at least 1: mostly messages, but membership and reactions lie between them.
    package let scanLimit: Int

    package init(
        room: RoomID, words: [String], visibleFrom: Seq, before: Seq? = nil, limit: Int = 50, scanLimit: Int = 10_000
    ) {
        self.room = room
        self.words = words
        self.visibleFrom = visibleFrom
        self.before = before
        self.limit = limit
        self.scanLimit = scanLimit
    }
}

/// What a part of a search has found.
package struct SearchResults: Sendable {
    /// Newest first, with their reactions; no tombstones. May be empty although the search is not at its end.
    package let messages: [Message]
    /// Where to go on, as ``MessageSearch/before``; nil: everything visible has been read through.
    package let next: Seq?

    package init(messages: [Message], next: Seq?) {
        self.messages = messages
        self.next = next
    }
}
