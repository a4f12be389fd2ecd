import ChatCore
import ChatModel
import NIOCore
import NetTransport
import Testing
import WireJSON

@testable import GatewayPhoenix

/// A socket on a core of its own, with a connection that is as slow as a test says.
struct PhoenixSocketTests {
    private static let lobby = "room:lobby"

    /// Brings so many messages of so many bytes into the lobby; the client stays in it.
    private func talk(_ client: TestClient, _ count: Int, bytes: Int) async throws {
        try await client.done("1", Self.lobby, "phx_join")
        let body = "needle " + String(repeating: "x", count: bytes - 7)
        for number in 0..<count {
            try await client.done("say-\(number)", Self.lobby, "new_msg", #"{"body":"\#(body)"}"#)
        }
    }

    private func join(
        _ gateway: TestGateway, queued bytes: Int, from last: (epoch: String, seq: Int64), history: Int
    ) async throws -> JSONObject {
        let client = try await gateway.connect()
        try await client.queued(bytes)
        let position = #"{"epoch":"\#(last.epoch)","seq":\#(last.seq)}"#
        let params = #"{"last":\#(position),"history":\#(history)}"#
        let joined = try await client.done("1", Self.lobby, "phx_join", params)
        try await client.close()
        return joined
    }

    // MARK: - Answers and what waits already

    @Test func whoeverComesBackIsReplayedWhatHasRoom() async throws {
        try await TestGateway.with { gateway in
            let sender = try await gateway.connect()
            let joined = try await sender.done("1", Self.lobby, "phx_join")
            let last = (epoch: try #require(joined["epoch"]?.string), seq: try #require(joined["seq"]?.integer))
            try await self.talk(sender, 40, bytes: 4000)
            func answer(queued bytes: Int) async throws -> (resume: String?, history: Int?) {
                let joined = try await self.join(gateway, queued: bytes, from: last, history: 50)
                return (joined["resume"]?.object?["result"]?.string, joined["history"]?.array?.count)
            }
            // 40 times 4.5 KB, and the same once more as history.
            #expect(try await answer(queued: 0) == ("replayed", 40))
            let tight = try await answer(queued: 300_000)
            #expect(tight.resume == "replayed")
            #expect((1..<40).contains(try #require(tight.history)))
            let tighter = try await answer(queued: 500_000)
            #expect(tighter.resume == "gap")
            #expect((1..<40).contains(try #require(tighter.history)))
            #expect(try await answer(queued: 1_000_000) == ("gap", 0))
            #expect(try await answer(queued: .max) == ("gap", 0))
        }
    }

    @Test func aSearchThatIsCutGoesOnBehindItsLastMessage() async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.connect()
            try await self.talk(client, 12, bytes: 2000)
            try await client.queued(0, of: 32 * 1024)
            var (found, pages, before) = ([Int64](), 0, "")
            repeat {
                let page = try await client.done(
                    "find-\(pages)", Self.lobby, "search", #"{"query":"needle","limit":10\#(before)}"#)
                let seqs = try #require(page["messages"]?.array).compactMap { $0.object?["seq"]?.integer }
                try #require(!seqs.isEmpty)
                found += seqs
                pages += 1
                before = page["next"]?.integer.map { #","before":\#($0)"# } ?? ""
            } while !before.isEmpty
            #expect(found.count == 12)
            #expect(found == found.sorted(by: >))
            #expect(pages > 2)
        }
    }

    @Test func aPageOfHistoryHasOneMessageAtLeast() async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.connect()
            try await self.talk(client, 3, bytes: 2000)
            try await client.queued(.max)
            let page = try await client.done("9", Self.lobby, "history", #"{"limit":3}"#)
            #expect(page["messages"]?.array?.count == 1)
            #expect(page["has_more_before"]?.bool == true)
        }
    }

    // MARK: - One's own rooms

    private func makeRooms(_ client: TestClient, _ count: Int) async throws {
        try await client.done("1", "user:alice", "phx_join")
        for number in 0..<count {
            try await client.done("make-\(number)", "user:alice", "create_room", #"{"title":"number \#(number)"}"#)
        }
    }

    @Test func ownRoomsComeInPagesThatFit() async throws {
        try await TestGateway.with { limits in
            limits.roomsCreatedPerDay = 0
        } _: { gateway in
            let client = try await gateway.connect("alice")
            try await self.makeRooms(client, 10)
            #expect(try await client.done("all", "user:alice", "my_rooms")["rooms"]?.array?.count == 10)
            try await client.queued(0, of: 8 * 1024)
            var (found, pages, after) = ([Int64](), 0, "{}")
            repeat {
                let page = try await client.done("page-\(pages)", "user:alice", "my_rooms", after)
                let numbers = try #require(page["rooms"]?.array).compactMap { $0.object?["number"]?.integer }
                try #require(!numbers.isEmpty)
                found += numbers
                pages += 1
                after = page["next"]?.integer.map { #"{"after":\#($0)}"# } ?? ""
            } while !after.isEmpty
            #expect(found.count == 10)
            #expect(Set(found).count == 10)
            #expect(pages > 1)
            // Whatever waits, there is one.
            try await client.queued(.max)
            #expect(try await client.done("one", "user:alice", "my_rooms")["rooms"]?.array?.count == 1)
            let refusal = try await client.ask("bad", "user:alice", "my_rooms", #"{"after":"x"}"#)
            #expect(refusal["response"]?.object?["reason"]?.string == "invalid_payload")
        }
    }

    @Test func askingForOnesRoomsCountsAsARequest() async throws {
        try await TestGateway.with { limits in
            limits.requestRate = Rate(burst: 2, perSecond: 0.001)
        } _: { gateway in
            let client = try await gateway.connect("alice")
            try await client.done("1", "user:alice", "phx_join")
            try await client.done("2", "user:alice", "my_rooms")
            try await client.done("3", "user:alice", "my_rooms")
            let refusal = try await client.ask("4", "user:alice", "my_rooms")
            #expect(refusal["response"]?.object?["reason"]?.string == "rate_limited")
        }
    }

    // MARK: - Presence

    @Test(arguments: [false, true])
    func whoJoinsWhileMuchWaitsIsToldHowManyAreThere(isRealtime: Bool) async throws {
        try await TestGateway.with { gateway in
            let topic = isRealtime ? "realtime:lobby" : Self.lobby
            let track = isRealtime ? #"{"event":"track","payload":{"a":1}}"# : #"{"meta":{"a":1}}"#
            let first = try await gateway.connect()
            try await first.done("1", topic, "phx_join")
            try await first.done("2", topic, "presence", track)
            let second = try await gateway.connect()
            try await second.done("1", topic, "phx_join")
            #expect(try await second.told(topic, "presence_state").count > 0)
            let third = try await gateway.connect()
            try await third.queued(.max)
            try await third.done("1", topic, "phx_join")
            #expect(try await third.told(topic, "presence_state").isEmpty)
            let count =
                isRealtime
                ? try await third.told(topic, "broadcast")["payload"]?.object
                : try await third.told(topic, "presence_count")
            #expect(count?["count"]?.integer == 3)
        }
    }

    // MARK: - Logging out

    @Test(arguments: 0..<20)
    func aJoinThatIsUnderWayDoesNotSurviveALogOut(turn: Int) async throws {
        try await TestGateway.with { gateway in
            let client = try await gateway.connect("alice")
            try await client.done("1", "user:alice", "phx_join")
            let history = turn.isMultiple(of: 2) ? #"{"history":50}"# : "{}"
            try await client.onLoop { socket, _ in
                let join = #"["2","2","room:lobby","phx_join",\#(history)]"#
                socket.received(.text, ByteBuffer(string: join))
                socket.sessionEnded(.loggedOut)
            }
            _ = try await client.next { $0[2].string == "user:alice" && $0[3].string == "phx_close" }
            _ = try await client.next { $0[1].string == "2" && $0[3].string == "phx_reply" }
            try await client.onLoop { socket, _ in
                #expect(socket.machine.joinedChannels.isEmpty)
                #expect(socket.session == nil)
            }
            let reply = try await client.ask("3", Self.lobby, "echo")
            #expect(reply["response"]?.object?["reason"]?.string == "unmatched topic")
            let room = try await gateway.service.present(in: try #require(RoomNumber(1)))
            #expect(room.count == 0)
        }
    }
}
