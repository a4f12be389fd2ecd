import ChatCore
import ChatModel
import NIOCore

extension AnswerEncoder {
    /// What the joining connection alone gets, before live events flow.
    ///
    /// An old client gets past messages, oldest first. An extended one gets `channel_joined`, then what it missed or
    /// the past messages that it asked for. When the user came in with his first connection, the core then tells
    /// everybody, him included; otherwise he alone is shown who is there.
    func append(_ joined: JoinedRoom, to frame: InboundFrame, into buffer: inout ByteBuffer) {
        let record = joined.info.record
        if self.isExtended {
            var budget = AnswerBudget()
            let resumption = joined.resumption?.within(&budget)
            self.appendRoom(joined, resumption, to: frame, into: &buffer)
            self.appendReplay(resumption, of: record, into: &buffer)
        }
        for message in joined.history.newestWithinBudget() where self.isExtended || !message.isRetracted {
            self.events.frames.appendHistory(
                message, in: record.number, epoch: record.epoch, as: self.dialect, to: &buffer)
        }
        if !self.isToldByBroadcast(joined) { self.appendPresence(joined, into: &buffer) }
    }

    private func appendRoom(
        _ joined: JoinedRoom, _ resumption: Resumption?, to frame: InboundFrame, into buffer: inout ByteBuffer
    ) {
        let present = self.presence(after: joined)
        self.frame(.channelJoined, ref: frame.ref, into: &buffer) { writer in
            writer.roomNames(joined.info.record)
            writer.standing(joined.info.membership)
            writer.roomSettings(joined.info.record.settings)
            writer.roomPosition(joined.info)
            writer.member("member_count", joined.info.members)
            writer.members(present.users)
            writer.member("count", present.count)
            if let resumption { writer.resumption(resumption) }
        }
    }

    /// The events that were missed, exactly as they were sent live, then `resumed`.
    func appendReplay(_ resumption: Resumption?, of record: RoomRecord, into buffer: inout ByteBuffer) {
        guard case .replayed(let events)? = resumption else { return }
        for event in events { self.events.encode(event, as: self.format, into: &buffer) }
        self.frame(.resumed, ref: nil, into: &buffer) { writer in
            writer.member(.channelID, record.number)
            writer.member("epoch", record.epoch.value)
            writer.member(.seq, events.last?.seq ?? record.lastSeq)
        }
    }

    /// Whether the core's own announcement of the arrival shows the joiner who is there. It does not when the user was
    /// there before, nor in a room so big that only its count is announced.
    private func isToldByBroadcast(_ joined: JoinedRoom) -> Bool {
        joined.isFirstConnection && self.presence(after: joined).count <= self.limits.presenceDetail
    }

    private func appendPresence(_ joined: JoinedRoom, into buffer: inout ByteBuffer) {
        let room = RoomIdentity(id: joined.info.record.id, number: joined.info.record.number)
        let present = self.presence(after: joined)
        // An extended client has the list from `channel_joined`.
        if !self.isExtended {
            self.events.appendMembers(present, of: room, at: self.now, ref: nil, as: self.dialect, to: &buffer)
        }
        self.events.append(.channelJoin, room, self.now, self.dialect, into: &buffer) { writer in
            writer.user(.user, self.user)
            if writer.dialect.contains(.extended) { writer.member("count", present.count) }
        }
    }

    /// Who is there once the joiner is: the core counts him after he has been answered.
    private func presence(after joined: JoinedRoom) -> PresenceSnapshot {
        let present = joined.present
        guard joined.isFirstConnection, !present.users.contains(where: { $0.id == self.user.id }) else {
            return present
        }
        return PresenceSnapshot(users: present.users + [self.user], count: present.count + 1)
    }
}
