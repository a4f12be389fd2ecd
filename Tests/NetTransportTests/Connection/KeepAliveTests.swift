import NIOCore
import Testing

@testable import NetTransport

@Suite("Keep-alive")
struct KeepAliveTests {
    private let settings = KeepAlive.Settings()
    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

    @Test("A ping every 25 s, and an end after two without an answer")
    func dropsSilentPeers() {
        var keepAlive = KeepAlive(settings: settings, now: at(0))
        let actions = (1...75).map { keepAlive.tick(settings, now: at($0)) }
        #expect(actions.indices.filter { actions[$0] == .sendPing } == [24, 49])
        #expect(actions.indices.filter { actions[$0] == .drop } == [74])
    }

    @Test("A peer that answers stays")
    func keepsAnsweringPeers() {
        var keepAlive = KeepAlive(settings: settings, now: at(0))
        for second in Int64(1)...500 {
            let action = keepAlive.tick(settings, now: at(second))
            #expect(action == (second % 25 == 0 ? .sendPing : .none))
            // One pong may be lost.
            if second % 50 == 0 { keepAlive.pongReceived() }
        }
    }
}
