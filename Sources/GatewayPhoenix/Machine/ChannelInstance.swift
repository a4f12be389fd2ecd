/// Names one join of one topic on one socket; never used twice on it.
struct ChannelID: Hashable, Sendable {
    let value: UInt64
}

/// One join of a topic: from its `phx_join` to its end (phoenix-channels.md §2).
struct ChannelInstance: Sendable, Equatable {
    let id: ChannelID
    let topic: String
    /// The join_ref of the join as the client sent it; null when it sent none.
    let joinRef: Ref
    /// The ref of the join.
    let joinMessageRef: Ref

    /// The join_ref of everything that the channel says: that of the join or, without one, the join's ref (§2.1).
    var messageRef: Ref { self.joinRef.isNull ? self.joinMessageRef : self.joinRef }

    /// Whether it is the channel of this topic. Clients compare names by their bytes; strings, which are equal as soon as
    /// they look alike, would take two topics for one.
    func isOf(_ topic: String) -> Bool {
        self.topic == topic && self.topic.utf8.elementsEqual(topic.utf8)
    }

    /// The head of the answer to the join; a join without join_ref is answered without one.
    var joinReply: ReplyHead { ReplyHead(joinRef: self.joinRef, ref: self.joinMessageRef, topic: self.topic) }

    /// The head of the answer to a message on the channel.
    func reply(to ref: Ref) -> ReplyHead {
        ReplyHead(joinRef: self.messageRef, ref: ref, topic: self.topic)
    }

    /// Whether a message with this join_ref is for this instance and not for an earlier one (§2.2).
    ///
    /// Null always is, and everything is for a channel that was joined without join_ref (§2.1).
    func accepts(_ joinRef: Ref) -> Bool {
        joinRef.isNull || self.joinRef.isNull || joinRef == self.joinRef
    }

    /// What tells the client that the channel is over.
    func ending(_ end: ChannelEnd) -> ControlMessage {
        switch end {
        case .closed: .close(joinRef: self.joinRef, topic: self.topic)
        case .crashed: .crash(joinRef: self.joinRef, topic: self.topic)
        }
    }
}

enum ChannelEnd: Sendable {
    /// The server closes the channel, or the client left it: `phx_close`.
    case closed
    /// A fault of the channel or of what the client asked of it: `phx_error`.
    case crashed
}
