import ChatModel
import Testing

@testable import GatewayPhoenix

struct TopicTests {
    @Test(arguments: [
        "room:lobby", "room:a:b", "realtime:lobby", "user:public", "user:role", "user:12", "relay:x", "relay:a:b",
    ])
    func aTopicKeepsItsName(name: String) {
        #expect(Topic(name)?.name == name)
    }

    @Test(arguments: ["", "room", "room:", "phoenix", "user:", "chat:lobby", ":x", "Room:lobby", "relay:"])
    func whatIsNoneOfOursIsNoTopic(name: String) {
        #expect(Topic(name) == nil)
    }

    @Test func aNameMayNotBeEndless() {
        #expect(Topic("relay:" + String(repeating: "x", count: 256)) != nil)
        #expect(Topic("relay:" + String(repeating: "x", count: 257)) == nil)
    }
}
