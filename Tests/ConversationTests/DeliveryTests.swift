import ChatCore
import ChatModel
import NIOCore
import StoreSQLite
import Testing

@Suite(.timeLimit(.minutes(2)))
struct DeliveryTests {
    private let seven = roomNumber(7)

    private func message(_ body: String, id: String? = nil) -> Command {
        .send(.number(self.seven), OutgoingMessage(body: body, clientID: id.flatMap { ClientID($0) }))
    }

    @Test func whoeverJoinsInTheMidstOfTrafficGetsEveryEventOnceAndInOrder() async throws {
        let server = try await TestServer()
        let senders = try await (0..<6).asyncMap { try await server.connect("sender\($0)", loop: $0) }
        for sender in senders { try await sender.join(self.seven) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (place, sender) in senders.enumerated() {
                group.addTask {
                    for number in 0..<150 { try await sender.run(self.message("\(place)-\(number)")) }
                }
            }
            for number in 0..<24 {
                group.addTask {
                    let joiner = try await server.connect("joiner\(number)", loop: number)
                    try await joiner.join(self.seven, history: 200)
                    try await joiner.run(self.message("last of \(number)"))
                    await joiner.wait { $0.contains { $0.hasSuffix("message last of \(number)") } }
                    let positions = joiner.positions
                    // History has messages only; from the first live event on there is no hole and no double.
                    #expect(positions == positions.sorted())
                    #expect(Set(positions).count == positions.count)
                }
            }
            try await group.waitForAll()
        }
        let reader = try await server.connect("reader")
        try await reader.join(self.seven)
        try await senders[0].run(self.message("end"))
        for sender in senders {
            await sender.wait { $0.contains { $0.hasSuffix("message end") } }
            let positions = sender.positions
            #expect(positions == Array((positions.first ?? 0)...(positions.last ?? 0)))
            // The sender's acknowledgement comes after the event itself; nothing of anybody is missing.
            #expect(sender.lines.count { $0.contains(" message ") } >= 6 * 150)
        }
        try await server.stop()
    }

    @Test func aPipelineOfSendsKeepsItsOrder() async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        try await alice.join(self.seven)
        let futures = try await alice.session.eventLoop.submit {
            (0..<200).map { server.service.execute(self.message("\($0)"), as: alice.session) }
        }.get()
        for future in futures { _ = try await future.get() }
        await alice.wait { $0.contains { $0.hasSuffix("message 199") } }
        let bodies = alice.lines.filter { $0.contains(" message ") }.compactMap { $0.split(separator: " ").last }
        #expect(bodies.map(String.init) == (0..<200).map(String.init))
        try await server.stop()
    }

    @Test func aRetryGivesTheSameMessageAndIsToldToNobodyElse() async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        let bob = try await server.connect("bob", loop: 1)
        try await alice.join(self.seven)
        try await bob.join(self.seven)
        guard case .sent(let first) = try await alice.run(self.message("once", id: "k1")),
            case .sent(let second) = try await alice.run(self.message("once", id: "k1"))
        else { throw UnexpectedReply() }
        #expect(!first.isDuplicate && second.isDuplicate)
        #expect(first.event.seq == second.event.seq)
        try await alice.run(self.message("marker"))
        await bob.wait { $0.contains { $0.hasSuffix("message marker") } }
        #expect(bob.lines.count { $0.hasSuffix("message once") } == 1)
        try await server.stop()
    }

    @Test func whoeverIsKickedGetsTheKickAndNothingAfterIt() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        let bob = try await server.connect("bob", loop: 1)
        let second = try await server.connect("bob", loop: 0)
        try await owner.join(self.seven)
        try await bob.join(self.seven)
        try await second.join(self.seven)
        try await owner.run(.moderate(.number(self.seven), .username("bob"), .kick(reason: "spam")))
        try await owner.run(self.message("after"))
        await owner.wait(for: "~ bob departed 1")
        for connection in [bob, second] {
            await connection.wait { $0.contains { $0.hasSuffix("bob kicked") } }
            #expect(connection.lines.last?.hasSuffix("bob kicked") == true)
        }
        #expect(await bob.refusal(self.message("no")) == .notMember)
        #expect(await bob.refusal(.join(.number(self.seven), JoinOptions(history: 0))) == .kickedRecently)
        try await server.stop()
    }

    @Test func aUserLeavesWithHisLastConnectionOnly() async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        let one = try await server.connect("bob", loop: 1)
        let two = try await server.connect("bob", loop: 0)
        for client in [alice, one, two] { try await client.join(self.seven) }
        try await one.close()
        try await alice.run(self.message("marker"))
        await alice.wait { $0.contains { $0.hasSuffix("message marker") } }
        #expect(!alice.lines.contains { $0.contains("departed") })
        await two.wait { $0.contains { $0.hasSuffix("message marker") } }
        try await two.close()
        await alice.wait(for: "~ bob departed 1")
        try await server.stop()
    }

    @Test func aClientThatComesBackIsReplayedWhatItMissed() async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        let bob = try await server.connect("bob", loop: 1)
        try await alice.join(self.seven)
        try await bob.join(self.seven)
        try await alice.run(self.message("seen"))
        await bob.wait { $0.contains { $0.hasSuffix("message seen") } }
        let last = bob.positions.last ?? 0
        let epoch = try #require(try await server.store.room(.number(self.seven))?.epoch)
        try await bob.close()
        for number in 0..<5 { try await alice.run(self.message("missed \(number)")) }
        let back = try await server.connect("bob", loop: 1)
        let position = RoomPosition(room: .number(self.seven), epoch: epoch, seq: last)
        guard case .resumed(let rooms) = try await back.run(.resume([position])),
            case .replayed(let events)? = rooms.first?.result
        else { throw UnexpectedReply() }
        #expect(events.map(\.seq) == Array((last + 1)...(last + 5)))
        try await alice.run(self.message("live"))
        await back.wait { $0.contains { $0.hasSuffix("message live") } }
        #expect(back.positions == [last + 6])
        try await server.stop()
    }

    @Test func aPositionOfAnotherEpochIsReset() async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        try await alice.join(self.seven)
        let position = RoomPosition(room: .number(self.seven), epoch: Epoch("other"), seq: 1)
        guard case .resumed(let rooms) = try await alice.run(.resume([position])), case .reset? = rooms.first?.result
        else { throw UnexpectedReply() }
        try await server.stop()
    }

    @Test func aMuteEndsByTimeAndASecondOneReplacesTheFirst() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        let bob = try await server.connect("bob", loop: 1)
        try await owner.join(self.seven)
        try await bob.join(self.seven)
        try await owner.run(.moderate(.number(self.seven), .username("bob"), .mute(seconds: 60, reason: "")))
        try await owner.run(.moderate(.number(self.seven), .username("bob"), .mute(seconds: 0, reason: "more")))
        #expect(await bob.refusal(self.message("no")) == .muted)
        try await owner.run(.moderate(.number(self.seven), .username("bob"), .unmute))
        #expect(await bob.refusal(self.message("yes")) == nil)
        #expect(await owner.refusal(.moderate(.number(self.seven), .username("bob"), .unmute)) == .notMuted)
        try await server.stop()
    }

    @Test func twoQuickReactionsNeverCountTwice() async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        let other = try await server.connect("alice", loop: 1)
        try await alice.join(self.seven)
        try await other.join(self.seven)
        guard case .sent(let sent) = try await alice.run(self.message("like me")),
            case .message(let message) = sent.event.change
        else { throw UnexpectedReply() }
        let react = Command.react(.number(self.seven), message.id, emote: "👍", .toggle)
        async let one = alice.run(react)
        async let two = other.run(react)
        _ = try await (one, two)
        guard
            case .history(let page) = try await alice.run(
                .history(.number(self.seven), HistoryWindow(anchor: .end, limit: 10)))
        else { throw UnexpectedReply() }
        #expect(page.messages.last?.reactions.map(\.total).reduce(0, +) ?? 0 <= 1)
        try await server.stop()
    }

    @Test func aMuteIsNotEscapedByLeavingAndComingBack() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        let bob = try await server.connect("bob", loop: 1)
        try await owner.join(self.seven)
        try await bob.join(self.seven)
        try await owner.run(.moderate(.number(self.seven), .username("bob"), .mute(seconds: 0, reason: "")))
        try await bob.run(.leave(.number(self.seven)))
        try await bob.join(self.seven)
        #expect(await bob.refusal(self.message("no")) == .muted)
        try await owner.run(.moderate(.number(self.seven), .username("bob"), .unmute))
        #expect(await bob.refusal(self.message("yes")) == nil)
        try await server.stop()
    }

    @Test func aRoomThatClosesPutsOutWhoeverWasInByItsOpenness() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        try await owner.join(self.seven)
        let identity = try await server.service.authenticate(.guest(resumeToken: nil), from: ClientAddress("127.0.0.1"))
        let guest = try await TestClient.open(identity, on: server.loops[1], server.service, false)
        try await guest.join(self.seven)
        var patch = RoomSettingsPatch()
        patch.access = .inviteOnly
        try await owner.run(.updateRoom(.number(self.seven), patch))
        try await owner.run(self.message("secret"))
        await owner.wait { $0.contains { $0.hasSuffix("message secret") } }
        #expect(await guest.refusal(self.message("hello?")) == .notMember)
        #expect(!guest.lines.contains { $0.contains("secret") })
        try await server.stop()
    }

    @Test func deletingAnAccountLeavesItsRoomsUsable() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        let bob = try await server.connect("bob", loop: 1)
        let cat = try await server.connect("cat")
        for client in [owner, bob, cat] { try await client.join(self.seven) }
        try await server.service.accounts.delete(UserID(canonical: "owner"), messages: .keep)
        await bob.wait { $0.contains { $0.hasSuffix("owner left") } }
        // What he owned has passed to the longest-serving member, who can act at once.
        try await bob.run(.moderate(.number(self.seven), .username("cat"), .mute(seconds: 60, reason: "")))
        #expect(await cat.refusal(self.message("no")) == .muted)
        try await server.stop()
    }

    @Test func whatWasErasedIsNotReplayedFromMemory() async throws {
        let server = try await TestServer()
        let alice = try await server.connect("alice")
        let bob = try await server.connect("bob", loop: 1)
        for client in [alice, bob] { try await client.join(self.seven) }
        try await bob.run(self.message("CANARY"))
        await alice.wait { $0.contains { $0.hasSuffix("message CANARY") } }
        try await server.service.accounts.delete(UserID(canonical: "bob"), messages: .remove)
        let epoch = try #require(try await server.store.room(.number(self.seven))?.epoch)
        let back = try await server.connect("alice", loop: 1)
        let position = RoomPosition(room: .number(self.seven), epoch: epoch, seq: 1)
        guard case .resumed(let rooms) = try await back.run(.resume([position])),
            case .replayed(let events)? = rooms.first?.result
        else { throw UnexpectedReply() }
        #expect(!events.contains { SeqEncoder.word($0.change).contains("CANARY") })
        try await server.stop()
    }

    @Test func manyWhoJoinAFreeNumberAtOnceAreAllIn() async throws {
        let server = try await TestServer()
        let clients = try await (0..<12).asyncMap { try await server.connect("user\($0)", loop: $0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in clients { group.addTask { try await client.join(self.seven) } }
            try await group.waitForAll()
        }
        for client in clients { #expect(await client.refusal(self.message("in")) == nil) }
        try await server.stop()
    }

    @Test func whatWasSaidBeforeOneJoinedStaysHiddenWhereHistoryBeginsWithJoining() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        try await owner.join(self.seven)
        var patch = RoomSettingsPatch()
        patch.historyVisibility = .sinceJoin
        try await owner.run(.updateRoom(.number(self.seven), patch))
        let sending = Task {
            for number in 0..<300 { try await owner.run(self.message("\(number)")) }
        }
        for number in 0..<10 {
            let joiner = try await server.connect("joiner\(number)", loop: number)
            try await joiner.join(self.seven)
            let joined = try #require(
                try await server.store.members(of: RoomID(self.roomID(server)))
                    .first { $0.profile.username == "joiner\(number)" })
            guard
                case .history(let page) = try await joiner.run(
                    .history(.number(self.seven), HistoryWindow(anchor: .end, limit: 200)))
            else { throw UnexpectedReply() }
            #expect(page.messages.allSatisfy { $0.seq > joined.membership.joinedSeq })
            let own = try await server.store.events(
                in: RoomID(self.roomID(server)), after: joined.membership.joinedSeq - 1,
                through: joined.membership.joinedSeq, limit: 1)
            guard case .membership(let change)? = own.first?.change else { throw UnexpectedReply() }
            #expect(change.user.username == "joiner\(number)")
        }
        try await sending.value
        try await server.stop()
    }

    private func roomID(_ server: TestServer) -> String {
        server.service.rooms.loaded(.number(self.seven))?.identity.id.value ?? ""
    }

    @Test func aGuestWhoJoinsSeesWhatAPublicRoomShows() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        try await owner.join(self.seven)
        try await owner.run(self.message("before"))
        let epoch = try #require(try await server.store.room(.number(self.seven))?.epoch)
        let seq = try #require(owner.positions.last)
        func guest() async throws -> TestClient {
            let identity = try await server.service.authenticate(
                .guest(resumeToken: nil), from: ClientAddress("127.0.0.1"))
            return try await TestClient.open(identity, on: server.loops[1], server.service, false)
        }
        let newcomer = try await guest()
        try await newcomer.join(self.seven, history: 50)
        #expect(newcomer.lines.contains { $0.hasSuffix("message before") })
        let returning = try await guest()
        let position = RoomPosition(room: .number(self.seven), epoch: epoch, seq: seq - 1)
        guard case .resumed(let rooms) = try await returning.run(.resume([position])),
            case .replayed(let events)? = rooms.first?.result
        else { throw UnexpectedReply() }
        #expect(events.map(\.seq) == [seq])
        try await server.stop()
    }

    @Test func aNewDisplayNameShowsEverywhereAtOnce() async throws {
        let server = try await TestServer()
        let carol = try await server.connect("carol")
        try await carol.join(self.seven)
        try await carol.run(.updateProfile(displayName: "Caroline"))
        await carol.wait { $0.contains { $0.hasPrefix("user ") } }
        guard case .members(let members, _) = try await carol.run(.members(.number(self.seven), after: nil, limit: 10)),
            case .sent(let sent) = try await carol.run(self.message("hi")),
            case .message(let message) = sent.event.change
        else { throw UnexpectedReply() }
        #expect(members.map(\.profile.displayName) == ["Caroline"])
        #expect(message.sender.displayName == "Caroline")
        try await server.stop()
    }

    @Test func aGuestsNameIsNotGivenToAnotherAfterItWrote() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        try await owner.join(self.seven)
        let identity = try await server.service.authenticate(.guest(resumeToken: nil), from: ClientAddress("127.0.0.1"))
        let guest = try await TestClient.open(identity, on: server.loops[0], server.service, false)
        try await guest.join(self.seven)
        try await guest.run(self.message("mine"))
        #expect(try await server.store.takenGuests() == [identity.profile.id])
        try await server.stop()
    }

    @Test func anEvictedRoomThatIsStillHeldComesBackAsTheSame() async throws {
        let server = try await TestServer()
        let held = try await server.service.rooms.existing(.id(RoomID("lobby")))
        server.service.rooms.evictIdle(since: Timestamp(milliseconds: .max))
        #expect(server.service.rooms.count == 0)
        #expect(try await server.service.rooms.existing(.number(roomNumber(1))) === held)
        try await server.stop()
    }

    @Test func whoeverIsLetInIsToldAlthoughHeIsNotInTheRoom() async throws {
        let server = try await TestServer()
        let owner = try await server.connect("owner")
        let bob = try await server.connect("bob", loop: 1)
        let settings = RoomSettings(title: "Club", access: .strictPrivate)
        guard case .room(let room) = try await owner.run(.createRoom(NewRoom(settings: settings))) else {
            throw UnexpectedReply()
        }
        let number = room.record.number
        #expect(await bob.refusal(.join(.number(number), JoinOptions(history: 0))) == .pending)
        try await owner.run(.accept(.number(number), .username("bob")))
        await bob.wait { $0.contains { $0.hasSuffix("bob accepted") } }
        #expect(await bob.refusal(.join(.number(number), JoinOptions(history: 0))) == nil)
        try await server.stop()
    }

    @Test func revocationEndsEveryConnectionOfTheAccount() async throws {
        let server = try await TestServer()
        let one = try await server.connect("alice")
        let two = try await server.connect("alice", loop: 1)
        try await server.service.accounts.logOut(one.session.identity, everywhere: true)
        await one.wait(for: "ended revoked")
        await two.wait(for: "ended revoked")
        try await server.stop()
    }
}

struct UnexpectedReply: Error {}

extension Sequence {
    fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
