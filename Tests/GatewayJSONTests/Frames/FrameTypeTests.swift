import ChatModel
import Testing
import WireJSON

@testable import GatewayJSON

struct FrameTypeTests {
    @Test func everyNumberThatClientsSendMeansOneType() {
        let client = FrameType.allCases.filter { !$0.isServerOnly }
        #expect(Set(client.map(\.number)).count == client.count)
        for type in client { #expect(FrameType(clientNumber: type.number) == type) }
    }

    @Test func everyNumberThatTheServerSendsMeansOneType() {
        // chat_edit and chat_delete are the only ones that the server does not send.
        let server = FrameType.allCases.filter { $0 != .chatEdit && $0 != .chatDelete }
        #expect(Set(server.map(\.number)).count == server.count)
    }

    @Test(arguments: [
        ("hello", 1), ("error", 2), ("ack", 3), ("channel_join", 5), ("channel_leave", 6), ("channel_members", 7),
        ("chat_send", 10), ("chat_react", 11), ("chat_react_add", 12), ("chat_react_remove", 13), ("chat_typing", 14),
        ("chat_edit", 15), ("chat_edited", 15), ("chat_delete", 16), ("chat_deleted", 16), ("chat_kick", 20),
        ("chat_mute", 21), ("chat_unmute", 22), ("chat_ban", 23), ("chat_unban", 24),
    ])
    func theNumbersOfTheSpecificationStand(name: String, number: Int) {
        #expect(FrameType(rawValue: name)?.number == Int64(number))
    }

    @Test func ourOwnNumbersStayOutOfThoseOfTheSpecification() {
        #expect(FrameType.allCases.allSatisfy { $0.number < 25 || $0.number >= 50 })
    }

    @Test func frameIDsAreDifferentVersion4UUIDs() {
        let ids = FrameIDs(seed: (1, 2))
        let made = (0..<10_000).map { _ in ids.next() }
        #expect(Set(made).count == made.count)
        #expect(made.allSatisfy { $0.version == 4 && $0.hasStandardVariant })
    }

    @Test func anEventHasTheSameFrameIDAlways() {
        #expect(FrameIDs.id(epoch: Epoch("a"), seq: 1) == FrameIDs.id(epoch: Epoch("a"), seq: 1))
        let all = ["a", "b", "ab"].flatMap { epoch in
            (0..<1000).map { FrameIDs.id(epoch: Epoch(epoch), seq: Seq($0)) }
        }
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { $0.version == 4 && $0.hasStandardVariant })
    }
}
