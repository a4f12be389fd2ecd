import ChatCore
import GatewayREST
import NetTransport
import Synchronization

/// How far the node has come; what `/readyz` asks first.
final class NodeState: Sendable {
    enum Phase: Sendable { case starting, serving, stopping }

    private struct State {
        var phase = Phase.starting
        var transport: HTTPTransport?
    }

    private let state = Mutex(State())

    var phase: Phase {
        get { self.state.withLock { $0.phase } }
        set { self.state.withLock { $0.phase = newValue } }
    }

    /// The transport is made after the gateway that shows its counters.
    func attach(_ transport: HTTPTransport) { self.state.withLock { $0.transport = transport } }

    var transportCounters: ConnectionCounters.Snapshot {
        (self.state.withLock { $0.transport }?.counters ?? ConnectionCounters()).snapshot()
    }

    func readiness(of service: ChatService) async -> NodeProbe.Readiness {
        switch self.phase {
        case .starting: .notReady("starting")
        case .stopping: .notReady("stopping")
        case .serving: await service.isReady() ? .ready : .notReady("the store does not answer")
        }
    }
}
