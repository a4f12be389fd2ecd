import ChatModel
import Testing

@testable import ChatCore

/// phoenix-channels.md §4.5, product.md §4.
struct SignalRequestTests {
    private static let user = SignalTopic.user(UserID(canonical: "7"))

    private func fault(
        _ event: String, to topic: SignalTopic, _ texts: [String: String] = [:], key: String? = nil
    ) -> SignalFault.Field? {
        do throws(SignalFault) {
            let payload = SignalRequest.Payload(json: Signal.nothing, texts: texts)
            let request = try SignalRequest(event: event, to: topic, payload: payload, idempotencyKey: key)
            #expect(request.signal.name == event && request.topic == topic)
            return nil
        } catch {
            #expect(!error.message.isEmpty)
            return error.field
        }
    }

    @Test func everyKnownSignalHasOneAudience() {
        let needs = ["permissionsChanged": ["lookup": "moderators"], "logout": ["token": "a.b.c"]]
        let audiences: [(String, SignalTopic)] = [
            ("announcement", .everybody), ("permissionsChanged", .roles), ("reauthenticate", Self.user),
            ("logout", Self.user), ("newMessage", Self.user), ("refreshMentions", Self.user),
        ]
        for (event, audience) in audiences {
            for topic in [SignalTopic.everybody, .roles, Self.user] {
                #expect(
                    self.fault(event, to: topic, needs[event] ?? [:]) == (topic == audience ? nil : .audience),
                    "\(event) to \(topic)")
            }
        }
    }

    @Test(arguments: [("permissionsChanged", "lookup"), ("logout", "token")])
    func whatASignalHasToCarryIsAskedFor(event: String, member: String) {
        let topic: SignalTopic = event == "logout" ? Self.user : .roles
        #expect(self.fault(event, to: topic) == .payload)
        #expect(self.fault(event, to: topic, [member: ""]) == .payload)
        #expect(self.fault(event, to: topic, ["other": "x"]) == .payload)
        #expect(self.fault(event, to: topic, [member: "x"]) == nil)
    }

    @Test func anyOtherVisibleNameGoesToAnybody() {
        for event in ["badge_earned", "x", "Ünder", "phx", "presence", String(repeating: "字", count: 64)] {
            for topic in [SignalTopic.everybody, .roles, Self.user] { #expect(self.fault(event, to: topic) == nil) }
        }
    }

    @Test(arguments: [
        "", " ", "two words", "a\tb", "a\u{0}", "\u{200B}", "a\u{202E}b", "\u{2028}", String(repeating: "x", count: 65),
        "phx_join", "phx_reply", "phx_", "presence_state", "presence_diff", "heartbeat",
    ])
    func reservedAndInvisibleNamesAreRefused(event: String) {
        #expect(self.fault(event, to: .everybody) == .event)
    }

    @Test func aNameOfManyCombiningMarksIsTooLong() {
        #expect(self.fault("e" + String(repeating: "\u{301}", count: 64), to: .everybody) == .event)
    }

    @Test func idempotencyKeysHave1To128Bytes() {
        #expect(self.fault("x", to: .everybody, key: "") == .idempotencyKey)
        #expect(self.fault("x", to: .everybody, key: String(repeating: "k", count: 129)) == .idempotencyKey)
        #expect(self.fault("x", to: .everybody, key: String(repeating: "k", count: 128)) == nil)
    }
}
