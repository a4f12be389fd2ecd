import NIOCore
import NIOEmbedded
import NetTransport
import Testing

@testable import GatewayPhoenix

/// phoenix-channels.md §1.10. The window is ten seconds.
struct LongPollSessionTests {
    // MARK: GET

    @Test func messagesThatWaitAnswerAPollAtOnce() {
        let test = TestSession()
        test.send("[1]")
        test.send("[2]")
        #expect(test.poll().outcome == .messages(["[1]", "[2]"]))
        #expect(test.poll().outcome == nil)
    }

    @Test func aPollWaitsForWhatOneTurnBrings() {
        let test = TestSession()
        let poll = test.poll()
        test.session.send(test.frame("[1]"), ephemeral: false)
        test.session.send(test.frame("[2]"), ephemeral: false)
        #expect(poll.outcome == nil)
        test.session.flush()
        #expect(poll.outcome == .messages(["[1]", "[2]"]))
    }

    @Test func aPollIsAnsweredAfterTheWindow() {
        let test = TestSession()
        let poll = test.poll()
        test.advance(by: .milliseconds(9999))
        #expect(poll.outcome == nil)
        test.advance(by: .milliseconds(1))
        #expect(poll.outcome == .nothing)
        #expect(!test.hasEnded)
    }

    @Test func binaryMessagesAreLeftOut() {
        let test = TestSession()
        let poll = test.poll()
        test.session.send(WebSocketFrameEncoder.frame(.binary, payload: ByteBuffer(bytes: [2])), ephemeral: false)
        test.session.flush()
        #expect(poll.outcome == nil)
    }

    @Test func aNewerPollTakesThePlaceOfTheOlder() {
        let test = TestSession()
        let (first, second) = (test.poll(), test.poll())
        #expect(first.outcome == .nothing)
        test.send("[1]")
        #expect(second.outcome == .messages(["[1]"]))
    }

    // MARK: Clients that go away

    @Test func messagesAreNotSpentOnAClientThatHungUp() {
        let test = TestSession()
        let first = test.poll()
        first.caller.hangUp()
        test.send("[1]")
        #expect(first.outcome == .nothing)
        #expect(test.poll().outcome == .messages(["[1]"]))
    }

    @Test func hangingUpAnswersAPoll() {
        let test = TestSession()
        let poll = test.poll()
        test.session.hungUp(poll.caller)
        #expect(poll.outcome == .nothing)
        test.advance(by: .seconds(10))
        #expect(!test.hasEnded)
    }

    @Test func whoHasHungUpBeforeDoesNotWait() {
        let test = TestSession()
        let caller = LongPollCaller()
        caller.hangUp()
        test.send("[1]")
        #expect(test.poll(from: caller).outcome == .nothing)
        #expect(test.poll().outcome == .messages(["[1]"]))
    }

    @Test func messagesThatCouldNotBeWrittenComeFirst() {
        let test = TestSession()
        test.send("[1]")
        #expect(test.poll().outcome == .messages(["[1]"]))
        test.send("[2]")
        test.session.messagesReturned([ByteBuffer(string: "[1]")])
        #expect(test.poll().outcome == .messages(["[1]", "[2]"]))
    }

    @Test func messagesThatComeBackAnswerThePollThatWaits() {
        let test = TestSession()
        let poll = test.poll()
        test.session.messagesReturned([ByteBuffer(string: "[1]")])
        #expect(poll.outcome == .messages(["[1]"]))
        test.send("[2]")
        #expect(test.poll().outcome == .messages(["[2]"]))
    }

    @Test func messagesThatComeBackTooOftenEndTheSession() {
        let test = TestSession()
        let message = ByteBuffer(repeating: UInt8(ascii: "1"), count: 600_000)
        test.session.messagesReturned([message])
        #expect(!test.hasEnded)
        test.session.messagesReturned([message])
        #expect(test.hasEnded)
    }

    // MARK: POST

    @Test func whatIsPostedIsHandedOverInOrder() {
        let test = TestSession()
        let post = test.post([.text(ByteBuffer(string: "[1]")), .binary(ByteBuffer(bytes: [0]))])
        #expect(post.status == .ok)
        #expect(test.socket.received == ["text [1]", "binary \0", "read"])
    }

    @Test func aPostOfNothingIsAnswered() {
        #expect(TestSession().post([]).status == .ok)
    }

    @Test func whatAPostBringsAboutComesByThePollThatWaits() {
        let test = TestSession()
        let poll = test.poll()
        test.socket.echoes = true
        #expect(test.post("[1]", "[2]").status == .ok)
        #expect(poll.outcome == .messages(["[1]", "[2]"]))
    }

    @Test func aPostIsAnsweredWhenAllOfItHasBeenTaken() {
        let test = TestSession()
        test.socket.pausesAt = "[1]"
        let post = test.post("[1]", "[2]")
        let next = test.post("[3]")
        #expect(post.status == nil)
        #expect(test.socket.received == ["text [1]", "read"])
        test.session.resumeReading()
        #expect(post.status == .ok)
        #expect(next.status == .ok)
        #expect(test.socket.received.filter { $0 != "read" } == ["text [1]", "text [2]", "text [3]"])
    }

    @Test func aPostThatIsNotTakenIsAnsweredAfterTheWindow() {
        let test = TestSession()
        test.socket.pausesAt = "[1]"
        let post = test.post("[1]", "[2]")
        test.keepPolling(for: .seconds(10))
        #expect(post.status == .timeout)
        test.session.resumeReading()
        #expect(test.socket.received.contains("text [2]"))
    }

    @Test func whatIsKeptForASlowSocketIsBounded() {
        let test = TestSession()
        test.socket.pausesAt = "[1]"
        for _ in 0..<20 {
            let post = test.post("[1]", "[2]")
            test.session.hungUp(post.caller)
        }
        #expect(test.post("[3]").status == .timeout)
        test.socket.pausesAt = nil
        test.session.resumeReading()
        #expect(test.socket.received.filter { $0 == "text [2]" }.count == 8)
    }

    // MARK: Endings

    @Test func whoDoesNotPollForOneAndAHalfWindowsIsGone() {
        let test = TestSession()
        test.advance(by: .seconds(14))
        let poll = test.poll()
        test.advance(by: .milliseconds(14_999))
        #expect(poll.outcome == .nothing)
        #expect(!test.hasEnded)
        test.advance(by: .milliseconds(1))
        #expect(test.hasEnded)
        #expect(test.socket.closed == .goingAway)
        #expect(test.poll().outcome == .startOver)
        #expect(test.post("[1]").status == .gone)
    }

    @Test func anUndecodablePostEndsTheSessionAndIsAnsweredAfterTheWindow() {
        let test = TestSession()
        let poll = test.poll()
        let post = test.post([.undecodable, .text(ByteBuffer(string: "[1]"))])
        #expect(poll.outcome == .nothing)
        #expect(test.hasEnded)
        #expect(test.socket.received == ["read"])
        #expect(test.post("[2]").status == .gone)
        #expect(post.status == nil)
        test.advance(by: .seconds(10))
        #expect(post.status == .timeout)
        #expect(test.socket.closed == .internalError)
    }

    @Test func aSocketThatClosesEndsTheSession() {
        let test = TestSession()
        test.socket.pausesAt = "[1]"
        let (poll, post) = (test.poll(), test.post("[1]", "[2]"))
        test.session.close(code: .goingAway, reason: "disconnected")
        #expect(poll.outcome == .nothing)
        #expect(post.status == .timeout)
        #expect(test.hasEnded)
        // Not from within its own call.
        #expect(test.socket.closed == nil)
        test.advance(by: .zero)
        #expect(test.socket.closed == .goingAway)
        test.session.resumeReading()
        #expect(!test.socket.received.contains("text [2]"))
    }

    @Test func whoFetchesTooSlowlyIsPutOut() {
        let test = TestSession()
        let message = String(repeating: "1", count: 400_000)
        for _ in 0..<2 { test.send(message) }
        test.advance(by: .zero)
        #expect(!test.hasEnded)
        test.send(message)
        // The core may be in the midst of delivering.
        #expect(!test.hasEnded)
        test.advance(by: .zero)
        #expect(test.hasEnded)
        #expect(test.poll().outcome == .startOver)
    }

    @Test func ephemeralMessagesAreDroppedBeforeThat() {
        let test = TestSession()
        test.send(String(repeating: "1", count: 600_000))
        for _ in 0..<3 { test.session.send(test.frame(String(repeating: "2", count: 400_000)), ephemeral: true) }
        test.advance(by: .zero)
        #expect(!test.hasEnded)
    }

    @Test func aServerThatStopsTellsTheSocket() {
        let test = TestSession()
        let poll = test.poll()
        test.socket.drains = { test.session.close(code: .serviceRestart, reason: "restart") }
        test.session.drain(retryAfter: .seconds(1))
        #expect(poll.outcome == .nothing)
        #expect(test.hasEnded)
    }
}
