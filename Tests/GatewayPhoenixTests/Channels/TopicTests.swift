import ChatModel
import Testing

@testable import GatewayPhoenix

struct TopicTests {
    @Test(arguments: [
        "room:lobby", "room:a:b", "realtime:lobby", "user:public", "user:role", "user:12", "user:", "relay:x",
        "relay:a:b", "room:\u{E9}",
    ])
    func aTopicKeepsItsName(name: String) {
        #expect(Topic(name)?.name == name)
    }

    @Test(arguments: ["", "room", "room:", "phoenix", "user", "chat:lobby", ":x", "Room:lobby", "relay:", "realtime:"])
    func whatIsNoneOfOursIsNoTopic(name: String) {
        #expect(Topic(name) == nil)
    }

    /// Together with the colon it is one character, and yet a part of the id.
    @Test(arguments: ["\u{301}k", "\u{20E3}", "\u{FE0F}lobby"])
    func aCombiningMarkBelongsToTheID(id: String) {
        #expect(Topic("room:" + id) == .room(RoomID(id)))
        #expect(Topic("realtime:" + id) == .realtime(RoomID(id)))
        #expect(Topic("user:" + id) == .user(UserID(canonical: id)))
        #expect(Topic("relay:" + id)?.name.utf8.elementsEqual(("relay:" + id).utf8) == true)
    }

    /// No room has such an id, and yet its name looks like that of one.
    @Test func aDecomposedNameIsNoRoom() {
        #expect(Topic("room:e\u{301}") == nil)
        #expect(Topic("realtime:e\u{301}") == nil)
        #expect(Topic("relay:e\u{301}")?.name.utf8.count == 9)
    }

    @Test func aNameMayNotBeEndless() {
        #expect(Topic("relay:" + String(repeating: "x", count: 256)) != nil)
        #expect(Topic("relay:" + String(repeating: "x", count: 257)) == nil)
    }
}
