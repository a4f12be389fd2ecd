import ChatCore
import ChatModel
import NIOCore

extension AnswerEncoder {
    /// A page of history, cut at the far end from the client's anchor when it would be too much for one answer.
    func append(_ page: MessagePage, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        let messages =
            frame.readsForward ? page.messages.oldestWithinBudget() : page.messages.newestWithinBudget()
        let isCut = messages.count < page.messages.count
        self.frame(.historyPage, ref: frame.ref, into: &buffer) { writer in
            writer.member(.channelID, page.number)
            writer.member("epoch", page.epoch.value)
            writer.messages(messages, in: page.number)
            writer.member("has_more_before", page.hasMoreBefore || isCut && !frame.readsForward)
            writer.member("has_more_after", page.hasMoreAfter || isCut && frame.readsForward)
            writer.nullable("first_seq", messages.first?.seq)
            writer.nullable("last_seq", messages.last?.seq)
        }
    }

    /// What a search has found, newest first, cut when it would be too much for one answer.
    func append(_ found: FoundMessages, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        let messages = found.messages.newestFirstWithinBudget()
        let isCut = messages.count < found.messages.count
        self.frame(.searchPage, ref: frame.ref, into: &buffer) { writer in
            writer.member(.channelID, found.room.number)
            writer.member("epoch", found.epoch.value)
            writer.messages(messages, in: found.room.number)
            writer.nullable("next", isCut ? messages.last?.seq : found.next)
        }
    }

    func append(_ page: ReactionPage, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        guard case .reactions(_, let message, let emote, _, _) = frame.command else { return }
        self.frame(.reactionList, ref: frame.ref, into: &buffer) { writer in
            writer.roomOf(frame)
            writer.member(.messageID, message)
            writer.member(.emote, emote)
            writer.array("users", page.users) { $0.user($1) }
            writer.nullable("next", page.next?.value)
        }
    }

    func append(_ users: [PresenceInfo], to frame: InboundFrame, into buffer: inout ByteBuffer) {
        self.frame(.presence, ref: frame.ref, into: &buffer) { writer in
            writer.array("users", users) { writer, user in
                writer.object { writer in
                    writer.member("username", user.username)
                    writer.member("online", user.isOnline)
                    writer.nullable("last_seen", user.lastSeenAt)
                }
            }
        }
    }

    /// A room that was made, or changed: the change is known from its broadcast.
    func append(_ info: RoomInfo, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        guard frame.type == .roomCreate else { return self.acknowledge(frame, into: &buffer) }
        self.frame(.roomCreated, ref: frame.ref, into: &buffer) { writer in
            writer.object("room") { $0.roomMembers(info) }
        }
    }

    /// The room of two.
    func append(_ info: RoomInfo, isNew: Bool, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        self.frame(.directOpened, ref: frame.ref, into: &buffer) { writer in
            writer.object("room") { $0.roomMembers(info) }
            writer.member("is_new", isNew)
        }
    }

    func append(_ rooms: [RoomInfo], _ next: RoomNumber?, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        self.frame(.roomList, ref: frame.ref, into: &buffer) { writer in
            writer.array("rooms", rooms) { writer, info in writer.object { $0.roomMembers(info) } }
            writer.nullable("next", next?.description)
        }
    }

    func append(_ members: [MemberInfo], _ next: UserID?, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        self.frame(.memberList, ref: frame.ref, into: &buffer) { writer in
            writer.roomOf(frame)
            writer.array(.members, members) { $0.listed($1) }
            writer.nullable("next", next?.value)
        }
    }

    func append(_ entries: [AuditEntry], _ next: Int64?, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        self.frame(.auditLog, ref: frame.ref, into: &buffer) { writer in
            writer.roomOf(frame)
            writer.array("entries", entries) { writer, entry in
                writer.object { writer in
                    writer.member("action", entry.action)
                    writer.member("actor", entry.actor)
                    writer.nullable(.target, entry.target)
                    writer.member("at", entry.at)
                    writer.member(.reason, entry.reason)
                    writer.nullable(.duration, entry.durationSeconds)
                }
            }
            writer.nullable("next", next.map { String($0) })
        }
    }
}

/// What one part of a search has found.
struct FoundMessages {
    let messages: [Message]
    let room: RoomIdentity
    let epoch: Epoch
    /// Where to go on.
    let next: Seq?
}

extension InboundFrame {
    /// Whether a page of history grows away from its anchor towards the present.
    fileprivate var readsForward: Bool {
        guard case .history(_, let window) = self.command else { return false }
        switch window.anchor {
        case .after, .afterMessage: return true
        case .end, .before, .beforeMessage, .around, .aroundMessage: return false
        }
    }
}

extension FrameWriter {
    /// The room that the client's frame named.
    fileprivate mutating func roomOf(_ frame: InboundFrame) {
        if let room = frame.room { self.member(.channelID, room) }
    }

    /// Messages as they stand now, each with what its frame's head would say.
    fileprivate mutating func messages(_ messages: some Sequence<Message>, in room: RoomNumber) {
        self.array("messages", messages) { writer, message in
            writer.object { writer in
                writer.message(message, in: room, withReactions: true)
                writer.member(.messageID, message.id)
                writer.member(.seq, message.seq)
                writer.member(.timestamp, message.sentAt)
            }
        }
    }

    /// A member with his standing, in full also in the compact encoding.
    fileprivate mutating func listed(_ member: MemberInfo) {
        self.object { writer in
            writer.member("username", member.profile.username)
            writer.member("is_guest", member.profile.isGuest)
            writer.member("id", member.profile.id.value)
            writer.member("display_name", member.profile.displayName)
            writer.standing(member.membership)
            writer.member("online", member.isOnline)
            writer.member("joined_at", member.membership.joinedAt)
            if let until = member.membership.until { writer.member("until", until) }
            if !member.membership.reason.isEmpty { writer.member(.reason, member.membership.reason) }
        }
    }
}
