import ChatCore
import ChatModel
import NIOCore
import Testing
import WireJSON

@testable import GatewayJSON

struct SignalFrameTests {
    private func encode(_ signal: Signal, to topic: SignalTopic, _ dialect: Dialect) -> [String] {
        let encoder = JSONEventEncoder(ids: FrameIDs(seed: (1, 2)))
        var buffer = ByteBuffer()
        encoder.encode(signal, to: topic, at: Sample.time, as: dialect.format(gateway: 1), into: &buffer)
        return texts(buffer)
    }

    @Test func aSignalSaysToWhomAndWhat() {
        let id = FrameIDs(seed: (1, 2)).next().text
        let topics: [(SignalTopic, String)] = [
            (.everybody, "all"), (.roles, "role"), (.user(UserID(canonical: "7")), "user"),
        ]
        for (topic, word) in topics {
            let signal = Signal(name: "badge \"x\"", payload: OpaqueJSON(validated: #"{"a":[1]}"#))
            #expect(
                self.encode(signal, to: topic, .extended) == [
                    #"{"type":"signal","timestamp":"2026-11-21T11:01:21.560Z","id":"\#(id)","#
                        + #""payload":{"to":"\#(word)","event":"badge \"x\"","payload":{"a":[1]}}}"#
                ])
        }
        #expect(
            self.encode(.permissionsChanged("moderators"), to: .roles, [.extended, .compact]) == [
                #"{"t":80,"p":{"to":"role","event":"permissionsChanged","payload":{"lookup":"moderators"}}}"#
            ])
    }

    @Test func whoIsListedPubliclyHasNoFrame() {
        var buffer = ByteBuffer()
        JSONEventEncoder().encode(
            .count(7), to: .everybody, as: Dialect.extended.format(gateway: 1), into: &buffer)
        #expect(buffer.readableBytes == 0)
    }

    @Test func signalsAreAFeatureThatClientsAskFor() {
        #expect(Features(names: ["signals"]) == .signals)
        #expect(Features(names: ["signals", "seq"]).names == ["seq", "signals"])
    }
}
