import ChatCore
import ChatModel
import WireJSON

extension JSONWriter {
    /// The response to what was done in a room.
    ///
    /// - Parameter budget: For pages of messages.
    mutating func roomReply(_ reply: Reply, to command: Command, within budget: AnswerBudget) {
        self.object { writer in
            switch reply {
            case .sent(let sent): writer.sent(sent)
            case .history(let page): writer.history(page, readsForward: command.readsForward, within: budget)
            case .found(let messages, _, let epoch, let next):
                writer.found(messages, epoch, next: next, within: budget)
            case .members(let members, let next):
                writer.array("members", members) { writer, member in writer.object { $0.memberInfo(member) } }
                writer.nullable("next", next?.value)
            case .reactions(let page):
                writer.array("users", page.users) { writer, user in writer.object { $0.userMembers(user) } }
                writer.nullable("next", page.next?.value)
            case .audit(let entries, let next):
                writer.array("entries", entries) { writer, entry in writer.object { $0.auditEntry(entry) } }
                writer.nullable("next", next)
            case .room(let info):
                writer.object("room") { $0.roomMembers(info) }
            case .done, .joined, .resumed, .rooms, .presence, .direct:
                return
            }
        }
    }

    /// What became of something that is in the log now.
    private mutating func sent(_ sent: SentMessage) {
        switch sent.event.change {
        case .message(let message): self.member("id", message.id)
        case .edited(let edited): self.member("id", edited.id)
        case .retracted(let id, _), .reactionAdded(let id, _), .reactionRemoved(let id, _): self.member("id", id)
        case .membership, .settings, .deleted: break
        }
        self.member("seq", sent.event.seq)
        self.member("epoch", sent.event.epoch.value)
        if sent.isDuplicate { self.member("duplicate", true) }
    }

    /// A page, cut at the far end from the client's anchor when it would be too much for one answer.
    private mutating func history(_ page: MessagePage, readsForward: Bool, within budget: AnswerBudget) {
        var budget = budget
        let messages =
            readsForward ? page.messages.first(within: &budget) : page.messages.newest(within: &budget)
        let isCut = messages.count < page.messages.count
        self.messages(messages, page.epoch)
        self.member("epoch", page.epoch.value)
        self.member("has_more_before", page.hasMoreBefore || isCut && !readsForward)
        self.member("has_more_after", page.hasMoreAfter || isCut && readsForward)
    }

    /// Messages, newest first. Where they are cut, the next page begins behind the last of them.
    private mutating func found(_ found: [Message], _ epoch: Epoch, next: Seq?, within budget: AnswerBudget) {
        var budget = budget
        let messages = found.first(within: &budget)
        self.messages(messages, epoch)
        self.nullable("next", messages.count < found.count ? messages.last?.seq : next)
    }

    private mutating func messages(_ messages: some Sequence<Message>, _ epoch: Epoch) {
        self.array("messages", messages) { writer, message in
            writer.object { $0.messageMembers(message, epoch: epoch, withReactions: true) }
        }
    }

    private mutating func memberInfo(_ member: MemberInfo) {
        self.userMembers(member.profile)
        self.standing(member.membership)
        self.member("online", member.isOnline)
        self.member("joined_at", member.membership.joinedAt)
        if let until = member.membership.until { self.member("until", until) }
        if !member.membership.reason.isEmpty { self.member("reason", member.membership.reason) }
    }

    private mutating func auditEntry(_ entry: AuditEntry) {
        self.member("action", entry.action)
        self.member("actor", entry.actor)
        self.nullable("target", entry.target)
        self.member("at", entry.at)
        self.member("reason", entry.reason)
        self.nullable("seconds", entry.durationSeconds)
    }

    /// What became of a position that the client named (docs/phoenix.md).
    mutating func resumption(_ result: Resumption) {
        switch result {
        case .replayed:
            self.member("result", "replayed")
        case .gap(let from, let to):
            self.member("result", "gap")
            self.member("from", from)
            self.member("to", to)
        case .reset(let epoch):
            self.member("result", "reset")
            self.member("epoch", epoch.value)
        case .gone(let error):
            self.member("result", "gone")
            self.member("reason", error.code.rawValue)
        }
    }
}

extension [Message] {
    /// The last of them, for which there is room.
    func newest(within budget: inout AnswerBudget) -> ArraySlice<Message> {
        var start = self.endIndex
        while start > self.startIndex, budget.take(self[start - 1]) { start -= 1 }
        return self[start...]
    }

    /// The first of them, for which there is room.
    fileprivate func first(within budget: inout AnswerBudget) -> ArraySlice<Message> {
        var end = self.startIndex
        while end < self.endIndex, budget.take(self[end]) { end += 1 }
        return self[..<end]
    }
}

extension Command {
    /// Whether a page of history grows away from its anchor towards the present.
    fileprivate var readsForward: Bool {
        guard case .history(_, let window) = self else { return false }
        switch window.anchor {
        case .after, .afterMessage: return true
        case .end, .before, .beforeMessage, .around, .aroundMessage: return false
        }
    }
}
