import NIOCore
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §1.10.
struct LongPollSessionMachineTests {
    private typealias Request = LongPollSessionMachine.RequestID
    private typealias Due = LongPollSessionMachine.DueAnswers

    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private let first = Request(value: 1)
    private let second = Request(value: 2)

    private func session(
        _ settings: LongPollSessionMachine.Settings = .init()
    ) -> LongPollSessionMachine {
        LongPollSessionMachine(now: self.start, settings: settings)
    }

    /// Frames with these payloads as messages.
    private func frames(_ payloads: [Int64]) -> ByteBuffer {
        MessageWriter(.v2).bytes { writer, buffer in
            for payload in payloads { writer.broadcast("e", on: "t", into: &buffer) { $0.integer(payload) } }
        }
    }

    private func message(_ payload: Int64) -> ByteBuffer {
        MessageWriter(.v2, envelope: .bare).bytes { $0.broadcast("e", on: "t", into: &$1) { $0.integer(payload) } }
    }

    private func nothing(_ request: Request) -> LongPollSessionMachine.PollAnswer {
        .init(request: request, status: .noContent, messages: [])
    }

    // MARK: - GET

    /// C46.
    @Test func whatWaitsIsAnsweredAtOnce() {
        var session = self.session()
        #expect(session.framesQueued(self.frames([1, 2])) == .queued)
        #expect(session.framesQueued(self.frames([3])) == .queued)
        #expect(session.flush() == nil)
        #expect(session.pollReceived(self.first, now: self.start) == .wait(superseding: nil))
        let messages = [self.message(1), self.message(2), self.message(3)]
        #expect(session.flush() == .init(request: self.first, status: .ok, messages: messages))
        #expect(session.flush() == nil)
    }

    @Test func aWaitingPollGetsWhatComes() {
        var session = self.session()
        _ = session.pollReceived(self.first, now: self.start)
        #expect(session.flush() == nil)
        _ = session.framesQueued(self.frames([1]))
        _ = session.framesQueued(self.frames([2]))
        #expect(session.flush()?.messages == [self.message(1), self.message(2)])
        _ = session.framesQueued(self.frames([3]))
        #expect(session.flush() == nil)
    }

    /// C47.
    @Test func withoutMessagesAPollIsAnsweredAfterTheWindow() {
        var session = self.session()
        _ = session.pollReceived(self.first, now: self.start)
        #expect(session.ticked(now: self.start + .milliseconds(9_999)) == Due())
        #expect(session.ticked(now: self.start + .seconds(10)) == Due(poll: self.nothing(self.first)))
        #expect(session.ticked(now: self.start + .seconds(11)) == Due())
    }

    @Test func aSecondPollTakesTheFirstOnesPlace() {
        var session = self.session()
        _ = session.pollReceived(self.first, now: self.start)
        _ = session.framesQueued(self.frames([1]))
        let superseded = self.nothing(self.first)
        #expect(session.pollReceived(self.second, now: self.start) == .wait(superseding: superseded))
        #expect(session.flush() == .init(request: self.second, status: .ok, messages: [self.message(1)]))
    }

    @Test func messagesOutliveAPollThatWasGivenUp() {
        var session = self.session()
        _ = session.pollReceived(self.first, now: self.start)
        session.requestAborted(self.first)
        _ = session.framesQueued(self.frames([1]))
        #expect(session.flush() == nil)
        _ = session.pollReceived(self.second, now: self.start)
        #expect(session.flush()?.messages == [self.message(1)])
    }

    @Test func binaryMessagesHaveNoForm() {
        var session = self.session()
        let frames = MessageWriter(.v2).bytes { writer, buffer in
            #expect(writer.binaryBroadcast("e", on: "t", data: ByteBuffer(bytes: [1]), into: &buffer))
            writer.broadcast("e", on: "t", into: &buffer) { $0.integer(1) }
        }
        #expect(session.framesQueued(frames) == .queued)
        _ = session.pollReceived(self.first, now: self.start)
        #expect(session.flush()?.messages == [self.message(1)])
    }

    // MARK: - POST

    @Test func aPostIsAnsweredWhenItsMessagesAreTaken() {
        var session = self.session()
        #expect(session.postReceived(self.first, now: self.start) == .handOver)
        #expect(session.postHandedOver(self.first) == .ok)
        #expect(session.postHandedOver(self.first) == nil)
    }

    @Test func aPostThatIsNotTakenWithinTheWindowTimesOut() {
        var session = self.session()
        #expect(session.postReceived(self.first, now: self.start) == .handOver)
        #expect(session.postReceived(self.second, now: self.start + .seconds(1)) == .handOver)
        #expect(session.ticked(now: self.start + .seconds(9)) == Due())
        #expect(session.ticked(now: self.start + .seconds(10)) == Due(posts: [self.first]))
        #expect(session.postHandedOver(self.first) == nil)
        #expect(session.postHandedOver(self.second) == .ok)
    }

    @Test func fewPostsWaitAtOnce() {
        var settings = LongPollSessionMachine.Settings()
        settings.mostWaitingPosts = 1
        var session = self.session(settings)
        #expect(session.postReceived(self.first, now: self.start) == .handOver)
        #expect(session.postReceived(self.second, now: self.start) == .answer(.timeout))
        session.requestAborted(self.first)
        #expect(session.postReceived(self.second, now: self.start) == .handOver)
    }

    // MARK: - Endings

    /// C52.
    @Test func aSessionThatIsNotPolledForOneAndAHalfWindowsEnds() {
        var session = self.session()
        _ = session.pollReceived(self.first, now: self.start + .seconds(2))
        #expect(session.ticked(now: self.start + .seconds(12)).poll == self.nothing(self.first))
        #expect(session.ticked(now: self.start + .milliseconds(16_999)) == Due())
        // Posts are no sign of life: their answers come by GET.
        #expect(session.postReceived(self.first, now: self.start + .milliseconds(16_999)) == .handOver)
        #expect(session.ticked(now: self.start + .seconds(17)) == Due(posts: [self.first], isEnded: true))
        #expect(session.isEnded)
    }

    @Test func aSessionThatWasNeverPolledEndsToo() {
        var session = self.session()
        #expect(session.ticked(now: self.start + .seconds(15)) == Due(isEnded: true))
    }

    /// C48, C52.
    @Test func anEndedSessionIsGone() {
        var session = self.session()
        _ = session.pollReceived(self.first, now: self.start)
        _ = session.postReceived(self.second, now: self.start)
        #expect(session.sessionEnded() == Due(poll: self.nothing(self.first), posts: [self.second], isEnded: true))
        #expect(session.sessionEnded() == Due())
        #expect(session.ticked(now: self.start + .hours(1)) == Due())
        #expect(session.pollReceived(self.first, now: self.start) == .startOver)
        #expect(session.postReceived(self.first, now: self.start) == .answer(.gone))
        #expect(session.framesQueued(self.frames([1])) == .ignore)
        #expect(session.flush() == nil)
    }

    @Test func whatWaitsIsBounded() {
        var settings = LongPollSessionMachine.Settings()
        let one = self.message(1).readableBytes
        settings.mostPendingBytes = 4 * one
        var session = self.session(settings)
        #expect(session.framesQueued(self.frames([1, 2])) == .queued)
        #expect(session.framesQueued(self.frames([3]), isEphemeral: true) == .queued)
        #expect(session.framesQueued(self.frames([4]), isEphemeral: true) == .dropped)
        #expect(session.framesQueued(self.frames([4])) == .queued)
        #expect(session.framesQueued(self.frames([5])) == .overflow)
        // Fetched, there is room again.
        var fetched = self.session(settings)
        for round in 0..<10 as Range<Int64> {
            #expect(fetched.framesQueued(self.frames([round, round, round])) == .queued)
            _ = fetched.pollReceived(self.first, now: self.start)
            #expect(fetched.flush()?.messages.count == 3)
        }
    }
}
