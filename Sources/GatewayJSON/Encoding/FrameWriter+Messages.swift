import ChatModel
import NIOCore
import WireJSON

extension FrameWriter {
    /// The payload of `chat_send`.
    ///
    /// - Parameter withReactions: false for the event of the sending, which knows of none; true where a message is
    ///   shown as it stands now.
    mutating func message(_ message: Message, in room: RoomNumber, withReactions: Bool) {
        self.member(.channelID, room)
        self.user(.sender, message.sender)
        self.member(.content, message.content.body)
        if withReactions { self.reactionCounts(message.reactions) } else { self.null(.reactions) }
        if let answered = message.content.replyTo { self.member("reply_to", answered) }
        if !message.content.mentions.isEmpty {
            self.strings("mentions", message.content.mentions.lazy.map(\.value))
        }
        if let metadata = message.content.metadata { self.opaque("metadata", metadata) }
        if message.version > 1 { self.member("version", Int64(message.version)) }
        if let edited = message.editedAt { self.member("edited_at", edited) }
        if message.isRetracted { self.member("deleted", true) }
        if withReactions { self.reactedBy(message.reactions) }
    }

    /// Emote → how many; `{}` without any, which the compact encoding leaves out.
    private mutating func reactionCounts(_ reactions: [ReactionSummary]) {
        if self.isCompact, reactions.isEmpty { return }
        self.object(.reactions) { writer in
            for reaction in reactions {
                writer.json.key(escaping: reaction.emote)
                writer.json.integer(reaction.total)
            }
        }
    }

    /// Emote → the first who reacted with it (json-chat.md §1.7); absent without any.
    private mutating func reactedBy(_ reactions: [ReactionSummary]) {
        guard !reactions.isEmpty else { return }
        self.object("reacted_by") { writer in
            for reaction in reactions {
                writer.json.key(escaping: reaction.emote)
                writer.object { writer in
                    writer.strings("users", reaction.usernames)
                    writer.member("total", reaction.total)
                }
            }
        }
    }
}

extension FrameAppender {
    /// A message as `chat_send`, as it stands now, under its own id and time.
    func appendHistory(
        _ message: Message, in room: RoomNumber, epoch: Epoch, as dialect: Dialect, to buffer: inout ByteBuffer
    ) {
        let head = FrameHead(id: .init(message.id), at: message.sentAt, position: (epoch, message.seq))
        self.append(.chatSend, head, as: dialect, to: &buffer) { writer in
            writer.message(message, in: room, withReactions: true)
        }
    }
}
