import Testing

@testable import GatewayPhoenix

/// The conversations of phoenix-channels.md §1.8 and §2, and the cases of §6 that they stand for.
struct SocketStateMachineTests {
    private let topic = "room:a"
    private let unmatched = ReplyReason.unmatchedTopic

    private func head(_ joinRef: Ref, _ ref: Ref, _ topic: String? = "room:a") -> ReplyHead {
        ReplyHead(joinRef: joinRef, ref: ref, topic: topic)
    }

    // MARK: - Without channels

    /// C05, C06.
    @Test(arguments: [Ref.string("14"), .null, .literal("7")])
    func heartbeatsAreAnsweredWithoutJoinRef(ref: Ref) {
        var socket = SocketUnderTest()
        let answer = ControlMessage.ok(self.head(.null, ref, "phoenix"))
        #expect(socket.receive("x", ref, "phoenix", "heartbeat") == .answer(answer))
    }

    /// C07.
    @Test(arguments: ["other", "phx_join", "phx_leave"])
    func anythingElseOnPhoenixIsUnmatched(event: String) {
        var socket = SocketUnderTest()
        let answer = ControlMessage.refusal(self.head(.null, "1", "phoenix"), reason: self.unmatched)
        #expect(socket.receive("x", "1", "phoenix", event) == .answer(answer))
    }

    /// C20: the join_ref of the answer is null.
    @Test(arguments: ["nope", nil])
    func joiningAnUnknownTopicIsUnmatched(topic: String?) {
        var socket = SocketUnderTest()
        let answer = ControlMessage.refusal(self.head(.null, "4", topic), reason: self.unmatched)
        #expect(socket.receive("4", "4", topic, "phx_join") == .answer(answer))
        #expect(socket.machine.instances.isEmpty)
    }

    @Test(arguments: ["echo", nil])
    func anEventOnATopicThatIsNotJoinedIsUnmatched(event: String?) {
        var socket = SocketUnderTest()
        let answer = ControlMessage.refusal(self.head(.null, "13"), reason: self.unmatched)
        #expect(socket.receive("1", "13", self.topic, event) == .answer(answer))
    }

    /// C26.
    @Test(arguments: [Ref.string("1"), .null])
    func leavingWhatIsNotJoinedIsAnsweredAndNothingMore(joinRef: Ref) {
        var socket = SocketUnderTest()
        #expect(socket.receive(joinRef, "12", self.topic, "phx_leave") == .answer(.ok(self.head(joinRef, "12"))))
    }

    // MARK: - Joining

    /// C18.
    @Test func anAcceptedJoinIsAnsweredWithBothRefs() throws {
        var socket = SocketUnderTest()
        let channel = try socket.startJoin("1", "1", self.topic)
        #expect(socket.machine.joinedChannel(channel.id) == nil)
        let answer = socket.machine.joinCompleted(channel.id, .accepted)
        #expect(answer == .init(reply: self.head("1", "1"), then: [], isJoined: true))
        #expect(socket.machine.joinedChannel(channel.id) == channel)
        #expect(channel.messageRef == "1")
        #expect(socket.machine.joinCompleted(channel.id, .accepted) == nil)
    }

    /// C19.
    @Test func aRefusedJoinLeavesNothing() throws {
        var socket = SocketUnderTest()
        let channel = try socket.startJoin("1", "1", self.topic)
        let answer = socket.machine.joinCompleted(channel.id, .refused)
        #expect(answer == .init(reply: self.head("1", "1"), then: [], isJoined: false))
        let unmatched = ControlMessage.refusal(self.head(.null, "2"), reason: self.unmatched)
        #expect(socket.receive("1", "2", self.topic, "echo") == .answer(unmatched))
    }

    /// C34: the answer has no join_ref, what the channel says has the join's ref, and its end has none.
    @Test func aJoinWithoutJoinRef() throws {
        var socket = SocketUnderTest()
        let channel = try socket.startJoin(.null, "1", self.topic)
        #expect(socket.machine.joinCompleted(channel.id, .accepted)?.reply == self.head(.null, "1"))
        #expect(channel.messageRef == "1")
        #expect(channel.reply(to: "2") == self.head("1", "2"))
        // Also with a join_ref: all versions but the newest took it.
        for joinRef in [Ref.null, "1", "9", .literal("1")] {
            #expect(socket.receive(joinRef, "3", self.topic, "echo") == .deliver(channel))
        }
        #expect(socket.machine.channelEnded(channel.id, .crashed) == .crash(joinRef: .null, topic: self.topic))
    }

    /// C35.
    @Test func theLimitHoldsForFurtherTopicsAndNotForThoseJoined() throws {
        var socket = SocketUnderTest(limit: 100)
        for number in 0..<100 { _ = try socket.join("1", "1", "room:k\(number)") }
        let refusal = ControlMessage.refusal(self.head("9", "99", "room:k100"), reason: "too many channels joined")
        #expect(socket.receive("9", "99", "room:k100", "phx_join") == .answer(refusal))
        let unmatched = ControlMessage.refusal(self.head(.null, "99", "nope"), reason: self.unmatched)
        #expect(socket.receive("9", "99", "nope", "phx_join") == .answer(unmatched))
        let again = try socket.join("2", "2", "room:k5")
        #expect(socket.machine.joinedChannel(again.id) == again)
        #expect(socket.machine.instances.count == 100)
        _ = socket.receive("2", "3", "room:k5", "phx_leave")
        #expect(socket.machine.leaveCompleted(again.id).count == 2)
        _ = try socket.join("9", "99", "room:k100")
    }

    /// What looks alike is not the same: a client would get the events of a topic that it never named.
    @Test func topicsAreComparedByTheirBytes() throws {
        var socket = SocketUnderTest()
        let (composed, decomposed) = ("relay:\u{E9}", "relay:e\u{301}")
        let first = try socket.join("1", "1", composed)
        let unmatched = ControlMessage.refusal(self.head(.null, "2", decomposed), reason: self.unmatched)
        #expect(socket.receive("1", "2", decomposed, "echo") == .answer(unmatched))
        let second = try socket.join("3", "3", decomposed)
        #expect(socket.receive("1", "4", composed, "echo") == .deliver(first))
        #expect(socket.receive("3", "5", decomposed, "echo") == .deliver(second))
    }

    // MARK: - Events

    /// C22, C23, C24, C17.
    @Test func eventsAreForTheInstanceThatTheyName() throws {
        var socket = SocketUnderTest()
        let channel = try socket.join("1", "1", self.topic)
        #expect(socket.receive("1", "2", self.topic, "echo") == .deliver(channel))
        #expect(socket.receive(.null, "2", self.topic, "echo") == .deliver(channel))
        #expect(channel.reply(to: "2") == self.head("1", "2"))
        for stale in [Ref.string("77"), .literal("1"), .string("")] {
            #expect(socket.receive(stale, "2", self.topic, "echo") == .ignore)
        }
    }

    @Test(arguments: ["phx_close", "phx_reply", "phx_error", "heartbeat", nil])
    func reservedNamesAreOrdinaryEvents(event: String?) throws {
        var socket = SocketUnderTest()
        let channel = try socket.join("1", "1", self.topic)
        #expect(socket.receive("1", "2", self.topic, event) == .deliver(channel))
    }

    // MARK: - Leaving

    /// C25, C28.
    @Test(arguments: [Ref.string("1"), .null])
    func leavingIsAnsweredThenClosed(joinRef: Ref) throws {
        var socket = SocketUnderTest()
        let channel = try socket.join("1", "1", self.topic)
        #expect(socket.receive(joinRef, "11", self.topic, "phx_leave") == .startLeave(channel))
        #expect(socket.machine.joinedChannel(channel.id) == nil)
        let close = ControlMessage.close(joinRef: "1", topic: self.topic)
        #expect(socket.machine.leaveCompleted(channel.id) == [.ok(self.head("1", "11")), close])
        #expect(socket.machine.leaveCompleted(channel.id).isEmpty)
        #expect(socket.machine.instances.isEmpty)
    }

    /// C27.
    @Test func aStaleLeaveIsIgnored() throws {
        var socket = SocketUnderTest()
        _ = try socket.join("1", "1", self.topic)
        let channel = try socket.join("2", "2", self.topic)
        #expect(socket.receive("1", "3", self.topic, "phx_leave") == .ignore)
        #expect(socket.receive("2", "4", self.topic, "echo") == .deliver(channel))
    }

    @Test func nothingIsAnsweredByAChannelThatIsBeingLeft() throws {
        var socket = SocketUnderTest()
        let channel = try socket.join("1", "1", self.topic)
        _ = socket.receive("1", "2", self.topic, "phx_leave")
        #expect(socket.receive("1", "3", self.topic, "echo") == .ignore)
        #expect(socket.receive("1", "4", self.topic, "phx_leave") == .ignore)
        #expect(socket.machine.channelEnded(channel.id, .crashed) == nil)
        #expect(socket.machine.leaveCompleted(channel.id).count == 2)
    }

    /// §2.3, last rule: the leave's reply is never sent, the close comes after the new answer.
    @Test func joiningAgainOvertakesALeave() throws {
        var socket = SocketUnderTest()
        let old = try socket.join("1", "1", self.topic)
        _ = socket.receive("1", "2", self.topic, "phx_leave")
        let new = try socket.startJoin("3", "3", self.topic, displacing: old)
        #expect(socket.machine.leaveCompleted(old.id).isEmpty)
        let close = ControlMessage.close(joinRef: "1", topic: self.topic)
        let answer = socket.machine.joinCompleted(new.id, .accepted)
        #expect(answer == .init(reply: self.head("3", "3"), then: [close], isJoined: true))
    }

    // MARK: - Joining again

    /// C29.
    @Test func theOldInstanceIsClosedAfterTheNewAnswer() throws {
        var socket = SocketUnderTest()
        let old = try socket.join("1", "1", self.topic)
        let new = try socket.startJoin("2", "2", self.topic, displacing: old)
        // Gone at once: no reply of it follows, and its end is told once.
        #expect(socket.machine.joinedChannel(old.id) == nil)
        #expect(socket.machine.channelEnded(old.id, .crashed) == nil)
        let close = ControlMessage.close(joinRef: "1", topic: self.topic)
        let answer = socket.machine.joinCompleted(new.id, .accepted)
        #expect(answer == .init(reply: self.head("2", "2"), then: [close], isJoined: true))
        #expect(socket.receive("1", "3", self.topic, "echo") == .ignore)
        #expect(socket.receive("2", "3", self.topic, "echo") == .deliver(new))
        #expect(socket.machine.joinedChannels == [new])
    }

    /// C30.
    @Test func theOldInstanceIsClosedWhenTheNewIsRefusedToo() throws {
        var socket = SocketUnderTest()
        let old = try socket.join("1", "1", self.topic)
        let new = try socket.startJoin("2", "2", self.topic, displacing: old)
        let close = ControlMessage.close(joinRef: "1", topic: self.topic)
        let answer = socket.machine.joinCompleted(new.id, .refused)
        #expect(answer == .init(reply: self.head("2", "2"), then: [close], isJoined: false))
        #expect(socket.machine.instances.isEmpty)
    }

    // MARK: - Endings

    /// C31, C33.
    @Test(arguments: [
        (ChannelEnd.crashed, ControlMessage.crash(joinRef: "1", topic: "room:a")),
        (.closed, .close(joinRef: "1", topic: "room:a")),
    ])
    func anEndedChannelIsToldOnceAndGone(end: ChannelEnd, message: ControlMessage) throws {
        var socket = SocketUnderTest()
        let other = try socket.join("5", "5", "room:b")
        let channel = try socket.join("1", "1", self.topic)
        #expect(socket.machine.channelEnded(channel.id, end) == message)
        #expect(socket.machine.channelEnded(channel.id, end) == nil)
        let unmatched = ControlMessage.refusal(self.head(.null, "2"), reason: self.unmatched)
        #expect(socket.receive("1", "2", self.topic, "echo") == .answer(unmatched))
        #expect(socket.receive("5", "6", "room:b", "echo") == .deliver(other))
        _ = try socket.join("3", "3", self.topic)
    }

    /// C32.
    @Test(arguments: [
        (ChannelEnd.crashed, ControlMessage.crash(joinRef: .null, topic: "room:a")),
        (.closed, .close(joinRef: .null, topic: "room:a")),
    ])
    func withoutJoinRefAnEndHasNoRef(end: ChannelEnd, message: ControlMessage) throws {
        var socket = SocketUnderTest()
        let channel = try socket.join(.null, "1", self.topic)
        #expect(socket.machine.channelEnded(channel.id, end) == message)
    }

    /// The join's answer comes first, whatever happens meanwhile.
    @Test func aChannelThatEndsWhileItIsJoinedIsAnsweredFirst() throws {
        var socket = SocketUnderTest()
        let old = try socket.join("1", "1", self.topic)
        let new = try socket.startJoin("2", "2", self.topic, displacing: old)
        #expect(socket.machine.channelEnded(new.id, .closed) == nil)
        #expect(socket.machine.channelEnded(new.id, .crashed) == nil)
        let answer = socket.machine.joinCompleted(new.id, .accepted)
        let closes = [
            ControlMessage.close(joinRef: "1", topic: self.topic), .close(joinRef: "2", topic: self.topic),
        ]
        #expect(answer == .init(reply: self.head("2", "2"), then: closes, isJoined: false))
        #expect(socket.machine.instances.isEmpty)
    }

    @Test func aRefusedJoinHasNoEndToTell() throws {
        var socket = SocketUnderTest()
        let channel = try socket.startJoin("1", "1", self.topic)
        #expect(socket.machine.channelEnded(channel.id, .crashed) == nil)
        #expect(socket.machine.joinCompleted(channel.id, .refused)?.then == [])
    }

    /// C16.
    @Test func aClosedSocketSaysNothingMore() throws {
        var socket = SocketUnderTest()
        let joined = try socket.join("1", "1", self.topic)
        let joining = try socket.startJoin("2", "2", "room:b")
        let leaving = try socket.join("3", "3", "room:c")
        _ = socket.receive("3", "4", "room:c", "phx_leave")
        #expect(socket.machine.socketClosed() == [joined, joining, leaving])
        #expect(socket.machine.socketClosed().isEmpty)
        #expect(socket.receive(.null, "5", "phoenix", "heartbeat") == .ignore)
        #expect(socket.receive("6", "6", self.topic, "phx_join") == .ignore)
        #expect(socket.machine.joinCompleted(joining.id, .accepted) == nil)
        #expect(socket.machine.leaveCompleted(leaving.id).isEmpty)
        #expect(socket.machine.channelEnded(joined.id, .closed) == nil)
    }
}

/// A machine for which all topics but `nope` are known.
struct SocketUnderTest {
    var machine: SocketStateMachine

    init(limit: Int = SocketStateMachine.usualLimit) {
        self.machine = SocketStateMachine(limit: limit)
    }

    mutating func receive(
        _ joinRef: Ref, _ ref: Ref, _ topic: String?, _ event: String?
    ) -> SocketStateMachine.MessageAction {
        self.machine.messageReceived(message(joinRef, ref, topic, event)) { $0 != "nope" }
    }

    mutating func startJoin(
        _ joinRef: Ref, _ ref: Ref, _ topic: String, displacing old: ChannelInstance? = nil
    ) throws -> ChannelInstance {
        guard case .startJoin(let channel, let displaced) = self.receive(joinRef, ref, topic, "phx_join") else {
            throw NotJoined()
        }
        if let old { #expect(displaced == old) }
        return channel
    }

    mutating func join(_ joinRef: Ref, _ ref: Ref, _ topic: String) throws -> ChannelInstance {
        let channel = try self.startJoin(joinRef, ref, topic)
        guard self.machine.joinCompleted(channel.id, .accepted)?.isJoined == true else { throw NotJoined() }
        return channel
    }

    struct NotJoined: Error {}
}
