import ChatCore
import ChatModel
import NIOCore

@testable import GatewayJSON

/// A machine in a box: expectations cannot take apart a value that must not be copied.
final class MachineUnderTest {
    private var machine: JSONConnectionStateMachine

    init(_ machine: consuming JSONConnectionStateMachine) { self.machine = machine }

    var awaitsHello: Bool { self.machine.awaitsHello }
    var isClosed: Bool { self.machine.isClosed }
    var hasWaiting: Bool { self.machine.hasWaiting }

    func helloReceived(_ hello: Result<Hello, FrameError>) -> JSONConnectionStateMachine.HelloAction {
        self.machine.helloReceived(hello)
    }

    func loginCompleted(_ error: ChatError?) -> JSONConnectionStateMachine.LoginAction {
        self.machine.loginCompleted(error)
    }

    func sessionPrepared() -> Bool { self.machine.sessionPrepared() }

    func frameReceived(
        _ frame: JSONConnectionStateMachine.Entry, bytes: Int, now: NIODeadline
    ) -> JSONConnectionStateMachine.FrameAction {
        self.machine.frameReceived(frame, bytes: bytes, now: now)
    }

    func nextWaiting() -> JSONConnectionStateMachine.NextAction? { self.machine.nextWaiting() }
    func commandCompleted(_ pace: CommandPace) -> Bool { self.machine.commandCompleted(pace) }
    func readingMayResume() -> Bool { self.machine.readingMayResume() }
    func ticked(now: NIODeadline) -> JSONConnectionStateMachine.TickAction { self.machine.ticked(now: now) }
    func binaryReceived() -> CloseCode? { self.machine.binaryReceived() }
    func drainRequested() -> CloseCode? { self.machine.drainRequested() }
    func sessionEnded(_ code: CloseCode) -> CloseCode? { self.machine.sessionEnded(code) }
    func connectionClosed() { self.machine.connectionClosed() }
}
