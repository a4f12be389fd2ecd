/// JSON text that Parley keeps and hands on but does not read. Whoever makes one has parsed it.
package struct OpaqueJSON: Sendable, Hashable {
    package let text: String
    package init(validated text: String) { self.text = text }
}

/// What a message says.
package struct MessageContent: Sendable, Hashable {
    /// Trimmed, in Unicode NFC, without control characters but tab and newline. Empty in a tombstone.
    package var body: String
    package var replyTo: MessageID?
    /// Members whom the body mentions, at most 50.
    package var mentions: [UserID]
    package var metadata: OpaqueJSON?

    package init(body: String, replyTo: MessageID? = nil, mentions: [UserID] = [], metadata: OpaqueJSON? = nil) {
        self.body = body
        self.replyTo = replyTo
        self.mentions = mentions
        self.metadata = metadata
    }
}

/// Who reacted to a message with one emote.
package struct ReactionSummary: Sendable, Hashable {
    package let emote: String
    package let total: Int
    /// The first 20 usernames, earliest first.
    package let usernames: [String]

    package init(emote: String, total: Int, usernames: [String]) {
        self.emote = emote
        self.total = total
        self.usernames = usernames
    }
}

/// A message as it stands now: with its last edit, its reactions, or as a tombstone.
package struct Message: Sendable, Hashable {
    package let id: MessageID
    package let seq: Seq
    /// Decimal microseconds since 1970, strictly increasing within the room: the XMPP archive id.
    package let archiveID: Int64
    package let sender: UserProfile
    package let sentAt: Timestamp
    package var content: MessageContent
    /// The id that the sender's client chose.
    package let clientID: ClientID?
    /// 1, and one more for each edit.
    package var version: Int32
    package var editedAt: Timestamp?
    package var isRetracted: Bool
    package var reactions: [ReactionSummary]

    package init(
        id: MessageID, seq: Seq, archiveID: Int64, sender: UserProfile, sentAt: Timestamp, content: MessageContent,
        clientID: ClientID?, version: Int32 = 1, editedAt: Timestamp? = nil, isRetracted: Bool = false,
        reactions: [ReactionSummary] = []
    ) {
        self.id = id
        self.seq = seq
        self.archiveID = archiveID
        self.sender = sender
        self.sentAt = sentAt
        self.content = content
        self.clientID = clientID
        self.version = version
        self.editedAt = editedAt
        self.isRetracted = isRetracted
        self.reactions = reactions
    }
}
