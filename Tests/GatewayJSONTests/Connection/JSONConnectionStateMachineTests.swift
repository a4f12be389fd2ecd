import ChatCore
import ChatModel
import NIOCore
import Testing

@testable import GatewayJSON

struct JSONConnectionStateMachineTests {
    private let start = NIODeadline.uptimeNanoseconds(1_000_000_000)

    private func frame(_ type: FrameType, _ ref: String? = nil) -> JSONConnectionStateMachine.Entry {
        let room = RoomReference.number(Sample.seven)
        let command: Command =
            type == .chatSend
            ? .send(room, OutgoingMessage(body: "x")) : .history(room, HistoryWindow(anchor: .end, limit: 1))
        return .success(InboundFrame(type: type, ref: ref, room: Sample.seven, command: command))
    }

    private let fault = JSONConnectionStateMachine.Entry.failure(FrameError(fault: .malformed, ref: nil))
    private let hello = Hello(ref: nil, token: nil, extensions: nil)

    private func fresh() -> MachineUnderTest {
        MachineUnderTest(JSONConnectionStateMachine(now: self.start, helloTimeout: .seconds(10)))
    }

    private func opened() -> MachineUnderTest {
        let machine = self.fresh()
        _ = machine.helloReceived(.success(self.hello))
        _ = machine.loginCompleted(nil)
        _ = machine.sessionPrepared()
        return machine
    }

    // MARK: - Hello

    @Test func aGoodHelloIsAuthenticatedThenOpened() {
        let machine = self.fresh()
        #expect(machine.awaitsHello)
        #expect(machine.helloReceived(.success(self.hello)).name == "authenticate")
        #expect(!machine.awaitsHello)
        #expect(machine.loginCompleted(nil).name == "openSession")
        #expect(machine.sessionPrepared())
        #expect(!machine.isClosed)
    }

    @Test func aBadHelloEndsTheConnection() {
        let machine = self.fresh()
        guard
            case .refuse(let error, .badHello) = machine.helloReceived(.failure(FrameError(fault: .badHello, ref: nil)))
        else {
            Issue.record("not refused")
            return
        }
        #expect(error.fault == .badHello)
        #expect(machine.isClosed)
        #expect(machine.helloReceived(.success(self.hello)).name == "ignore")
    }

    @Test func silenceIsCutOffAtTheDeadline() {
        let machine = self.fresh()
        #expect(machine.ticked(now: self.start + .milliseconds(9_999)) == .none)
        let refusal = FrameError(fault: .helloTimeout, ref: nil)
        #expect(machine.ticked(now: self.start + .seconds(10)) == .refuse(refusal, .helloTimeout))
        #expect(machine.ticked(now: self.start + .seconds(11)) == .none)
    }

    @Test func whoHasSaidHelloHasTime() {
        let machine = self.fresh()
        _ = machine.helloReceived(.success(self.hello))
        #expect(machine.ticked(now: self.start + .hours(1)) == .none)
    }

    @Test func aRefusedLoginNamesItsCloseCode() {
        let machine = self.fresh()
        _ = machine.helloReceived(.success(self.hello))
        guard case .refuse(let error, .authentication) = machine.loginCompleted(ChatError(.authExpired)) else {
            Issue.record("not refused")
            return
        }
        #expect(error.code == .authExpired)
        #expect(machine.isClosed)
    }

    @Test func aFailedResumeRefusesTheHello() {
        let machine = self.fresh()
        _ = machine.helloReceived(.success(self.hello))
        _ = machine.loginCompleted(nil)
        guard case .refuse(_, .noCapacity) = machine.loginCompleted(ChatError(.unavailable)) else {
            Issue.record("not refused")
            return
        }
        #expect(!machine.sessionPrepared())
    }

    @Test func aLoginThatEndsAfterTheConnectionIsForgotten() {
        let machine = self.fresh()
        _ = machine.helloReceived(.success(self.hello))
        machine.connectionClosed()
        #expect(machine.loginCompleted(nil).name == "ignore")
        #expect(machine.loginCompleted(ChatError(.authInvalid)).name == "ignore")
    }

    // MARK: - Order

    @Test func framesWaitUntilTheHelloIsAnswered() {
        let machine = self.fresh()
        _ = machine.helloReceived(.success(self.hello))
        #expect(machine.frameReceived(self.frame(.chatSend, "1"), bytes: 10, now: self.start).name == "wait")
        #expect(machine.frameReceived(self.fault, bytes: 10, now: self.start).name == "wait")
        #expect(machine.nextWaiting() == nil)
        _ = machine.loginCompleted(nil)
        #expect(machine.nextWaiting() == nil)
        _ = machine.sessionPrepared()
        #expect(machine.nextWaiting()?.name == "1")
        #expect(machine.nextWaiting()?.name == "answer")
        #expect(machine.nextWaiting() == nil)
        #expect(!machine.hasWaiting)
    }

    @Test func sendsAreUnderWayTogether() {
        let machine = self.opened()
        for _ in 0..<10 {
            #expect(machine.frameReceived(self.frame(.chatSend), bytes: 10, now: self.start).name == "execute")
        }
    }

    @Test func everythingElseGoesAlone() {
        let machine = self.opened()
        #expect(machine.frameReceived(self.frame(.chatSend), bytes: 10, now: self.start).name == "execute")
        #expect(machine.frameReceived(self.frame(.historyGet, "2"), bytes: 10, now: self.start).name == "wait")
        #expect(machine.frameReceived(self.frame(.chatSend, "3"), bytes: 10, now: self.start).name == "wait")
        #expect(machine.nextWaiting() == nil)
        #expect(machine.commandCompleted(.pipelined))
        #expect(machine.nextWaiting()?.name == "2")
        #expect(machine.nextWaiting() == nil)
        #expect(machine.commandCompleted(.exclusive))
        #expect(machine.nextWaiting()?.name == "3")
    }

    @Test func aFaultKeepsItsPlaceInTheOrder() {
        let machine = self.opened()
        #expect(machine.frameReceived(self.fault, bytes: 10, now: self.start).name == "answer")
        _ = machine.frameReceived(self.frame(.historyGet), bytes: 10, now: self.start)
        #expect(machine.frameReceived(self.fault, bytes: 10, now: self.start).name == "wait")
        _ = machine.commandCompleted(.exclusive)
        #expect(machine.nextWaiting()?.name == "answer")
    }

    @Test func readingPausesWhenTooMuchWaitsAndGoesOnWhenItHasRun() {
        let machine = self.opened()
        _ = machine.frameReceived(self.frame(.historyGet), bytes: 10, now: self.start)
        let names = (0..<70).map { _ in
            machine.frameReceived(self.frame(.chatSend), bytes: 10, now: self.start).name
        }
        #expect(names.filter { $0 == "pauseReading" }.count == 1)
        #expect(names.firstIndex(of: "pauseReading") == 63)
        #expect(!machine.readingMayResume())
        _ = machine.commandCompleted(.exclusive)
        while machine.nextWaiting() != nil {}
        #expect(machine.readingMayResume())
        #expect(!machine.readingMayResume())
    }

    @Test func aFewBigFramesPauseReadingToo() {
        let machine = self.opened()
        _ = machine.frameReceived(self.frame(.historyGet), bytes: 10, now: self.start)
        #expect(machine.frameReceived(self.frame(.chatSend), bytes: 65_536, now: self.start).name == "wait")
        #expect(machine.frameReceived(self.frame(.chatSend), bytes: 65_536, now: self.start).name == "pauseReading")
    }

    // MARK: - Faults

    @Test func aFloodOfFaultsIsCutOff() {
        let machine = self.opened()
        for _ in 0..<100 {
            #expect(machine.frameReceived(self.fault, bytes: 3, now: self.start).name == "answer")
        }
        guard case .close(.flood) = machine.frameReceived(self.fault, bytes: 3, now: self.start) else {
            Issue.record("not closed")
            return
        }
        #expect(machine.frameReceived(self.frame(.chatSend), bytes: 3, now: self.start).name == "ignore")
    }

    @Test func faultsWhileLoggingInCountToo() {
        let machine = self.fresh()
        _ = machine.helloReceived(.success(self.hello))
        let names = (0..<101).map { _ in machine.frameReceived(self.fault, bytes: 3, now: self.start).name }
        #expect(names.last == "close")
    }

    // MARK: - Endings

    @Test func whateverEndsItFirstCounts() {
        let machine = self.opened()
        #expect(machine.binaryReceived() == .binaryFrame)
        #expect(machine.drainRequested() == nil)
        #expect(machine.sessionEnded(.authentication) == nil)
        #expect(machine.binaryReceived() == nil)
    }

    @Test func answersThatComeTooLateAreNotTold() {
        let machine = self.opened()
        _ = machine.frameReceived(self.frame(.historyGet), bytes: 10, now: self.start)
        _ = machine.frameReceived(self.frame(.chatSend), bytes: 10, now: self.start)
        #expect(machine.sessionEnded(.authentication) == .authentication)
        #expect(!machine.commandCompleted(.exclusive))
        #expect(machine.nextWaiting() == nil)
    }

    @Test func aConnectionWithoutHelloDrainsToo() {
        let machine = self.fresh()
        #expect(machine.drainRequested() == .goingAway)
        #expect(machine.isClosed)
    }
}

// What an action is called, for comparing actions whose contents cannot be.

extension JSONConnectionStateMachine.HelloAction {
    fileprivate var name: String {
        switch self {
        case .authenticate: "authenticate"
        case .refuse: "refuse"
        case .ignore: "ignore"
        }
    }
}

extension JSONConnectionStateMachine.LoginAction {
    fileprivate var name: String {
        switch self {
        case .openSession: "openSession"
        case .refuse: "refuse"
        case .ignore: "ignore"
        }
    }
}

extension JSONConnectionStateMachine.FrameAction {
    fileprivate var name: String {
        switch self {
        case .execute: "execute"
        case .answer: "answer"
        case .wait: "wait"
        case .pauseReading: "pauseReading"
        case .close: "close"
        case .ignore: "ignore"
        }
    }
}

extension JSONConnectionStateMachine.NextAction {
    /// The ref of a frame that is to be run.
    fileprivate var name: String? {
        switch self {
        case .execute(let frame): frame.ref
        case .answer: "answer"
        }
    }
}
