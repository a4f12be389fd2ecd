package import ChatModel

/// How much of the past goes into one answer.
///
/// What waits for a socket is bounded, and a client whose answer is beyond that bound would be cut off as a slow
/// reader, come back and be cut off again. So answers are kept well below it; the rest is there to be asked for.
package struct AnswerBudget {
    /// Estimated bytes; what is written may be twice that, when much has to be escaped.
    private var left: Int

    package init(bytes: Int = 384 * 1024) {
        self.left = bytes
    }

    /// Makes room for all of these events, or says that there is none.
    package mutating func take(_ events: [RoomEvent]) -> Bool {
        let size = events.reduce(0) { $0 + $1.estimatedBytes }
        guard size <= self.left else { return false }
        self.left -= size
        return true
    }

    /// Makes room for one message more. The first always fits.
    package mutating func take(_ message: Message) -> Bool {
        guard self.left > 0 else { return false }
        self.left -= message.content.estimatedBytes
        return true
    }
}

extension RoomEvent {
    /// About how many bytes its frame has.
    var estimatedBytes: Int {
        switch self.change {
        case .message(let message): message.content.estimatedBytes
        case .edited(let message): message.content.estimatedBytes
        case .retracted, .reactionAdded, .reactionRemoved, .membership, .settings, .deleted: 1024
        }
    }
}

extension MessageContent {
    var estimatedBytes: Int {
        512 + self.body.utf8.count + (self.metadata?.text.utf8.count ?? 0) + 32 * self.mentions.count
    }
}

extension [Message] {
    /// The newest of them that fit one answer.
    package func newestWithinBudget() -> ArraySlice<Message> {
        var budget = AnswerBudget()
        var start = self.endIndex
        while start > self.startIndex, budget.take(self[start - 1]) { start -= 1 }
        return self[start...]
    }

    /// Of messages that come newest first, the newest that fit one answer.
    package func newestFirstWithinBudget() -> ArraySlice<Message> { self.oldestWithinBudget() }

    /// The oldest of them that fit one answer.
    package func oldestWithinBudget() -> ArraySlice<Message> {
        var budget = AnswerBudget()
        var end = self.startIndex
        while end < self.endIndex, budget.take(self[end]) { end += 1 }
        return self[..<end]
    }
}

extension Resumption {
    /// The same, or a gap to page through where a replay would be more than one answer may hold.
    package func within(_ budget: inout AnswerBudget) -> Resumption {
        switch self {
        case .replayed(let events):
            guard let first = events.first, let last = events.last, !budget.take(events) else { return self }
            return .gap(from: first.seq, to: last.seq)
        case .gap, .reset, .gone:
            return self
        }
    }
}
