import Testing

@testable import GatewayPhoenix

struct ServerEventTests {
    /// They are what applications say of themselves, and stand inside of a broadcast.
    @Test(arguments: ["typing", "member", "broadcast", "new_msg", "presence_diff", "phx_reply", "Room:x", "room"])
    func commonWordsAreFreeInBroadcasts(name: String) {
        #expect(!ServerEvent.isReserved(inBroadcast: name))
    }

    @Test(arguments: ServerEvent.allCases)
    func whatTheServerSaysOfARoomCannotBeSaidByOthers(event: ServerEvent) {
        #expect(ServerEvent.isReserved(inBroadcast: event.broadcastName))
        #expect(ServerEvent.isReserved(asEvent: event.rawValue))
        #expect(ServerEvent.isReserved(asEvent: event.broadcastName))
    }

    @Test(arguments: [
        "phx_reply", "phx_x", "presence_x", "chan_reply_7", "room:x", "phx_\u{301}", "room:\u{301}x",
    ])
    func whatClientsTakeForThePartOfTheProtocolIsNoNameOfBytes(name: String) {
        #expect(ServerEvent.isReserved(asEvent: name))
    }

    @Test func aCombiningMarkHidesNoPrefix() {
        #expect(ServerEvent.isReserved(inBroadcast: "room:\u{301}x"))
    }

    @Test(arguments: ["draw", "", "phx", "rooms:x"])
    func otherNamesAreFree(name: String) {
        #expect(!ServerEvent.isReserved(asEvent: name))
    }
}
