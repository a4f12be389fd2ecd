import ChatCore
import ChatModel
import NIOCore
import StoreSQLite
import Synchronization
import Testing

/// What host applications tell their users.
@Suite(.timeLimit(.minutes(2)))
struct SignalTests {
    private func with(
        _ configure: (inout ChatService.Configuration) -> Void = { _ in },
        _ body: (TestServer, APIKeyRecord) async throws -> Void
    ) async throws {
        let server = try await TestServer(configure)
        let text = try await server.service.apiKeys.add("forum", scopes: [.signals])
        let key = try await server.service.apiKeys.authenticate(text, for: .signals, from: .local)
        try await body(server, key)
        try await server.stop()
    }

    private func request(
        _ event: String, to topic: SignalTopic, _ payload: String = "{}", key: String? = nil
    ) throws -> SignalRequest {
        try SignalRequest(
            event: event, to: topic, payload: .init(json: OpaqueJSON(validated: payload), texts: [:]),
            idempotencyKey: key)
    }

    @Test func aSignalReachesWhomItIsForOnEveryLoop() async throws {
        try await self.with { server, key async throws in
            let alice = try await server.connect("alice", loop: 0)
            let bob = try await server.connect("bob", loop: 1)
            let hers = try await SignalEar.listen(alice, server)
            let his = try await SignalEar.listen(bob, server)
            let anonymous = try await SignalEar.listen(loop: server.loops[1], server)
            try await server.service.sendSignal(
                self.request("private", to: .user(alice.session.profile.id)), by: key)
            try await server.service.sendSignal(self.request("roles", to: .roles), by: key)
            try await server.service.sendSignal(self.request("all", to: .everybody), by: key)
            await hers.wait(for: "all")
            await his.wait(for: "all")
            await anonymous.wait(for: "all")
            #expect(hers.names == ["private", "roles", "all"])
            #expect(his.names == ["roles", "all"])
            #expect(anonymous.names == ["all"])
        }
    }

    @Test func nobodyHearsWhatIsForAnother() async throws {
        try await self.with { server, _ async throws in
            let alice = try await server.connect("alice")
            let loop = alice.session.eventLoop
            let refusals = try await loop.submit {
                [(SignalTopic.user(UserID(canonical: "bob")), alice.session), (.roles, nil)].map { topic, session in
                    let listener = try? server.service.listen(
                        to: topic, for: SignalEar.Sink(), as: session, on: loop)
                    return listener == nil
                }
            }.get()
            #expect(refusals == [true, true])
        }
    }

    @Test func aRepeatedRequestSucceedsAndIsNotSentAgain() async throws {
        try await self.with { server, key async throws in
            let alice = try await server.connect("alice")
            let ear = try await SignalEar.listen(alice, server)
            for _ in 0..<3 {
                try await server.service.sendSignal(self.request("once", to: .everybody, key: "k"), by: key)
            }
            for other in [
                try self.request("other", to: .everybody, key: "k"), try self.request("once", to: .roles, key: "k"),
                try self.request("once", to: .everybody, #"{"a":1}"#, key: "k"),
            ] {
                #expect(await self.refusal(of: other, server, key) == .conflict)
            }
            try await server.service.sendSignal(self.request("once", to: .everybody, key: "k2"), by: key)
            try await server.service.sendSignal(self.request("end", to: .everybody), by: key)
            await ear.wait(for: "end")
            #expect(ear.names == ["once", "once", "end"])
        }
    }

    @Test func twoAtOnceWithOneIdempotencyKeyAreSentOnce() async throws {
        try await self.with { server, key async throws in
            let alice = try await server.connect("alice")
            let ear = try await SignalEar.listen(alice, server)
            let request = try self.request("once", to: .everybody, key: "k")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<20 { group.addTask { try await server.service.sendSignal(request, by: key) } }
                try await group.waitForAll()
            }
            try await server.service.sendSignal(self.request("end", to: .everybody), by: key)
            await ear.wait(for: "end")
            #expect(ear.names == ["once", "end"])
        }
    }

    @Test func whatIsRefusedClaimsNothing() async throws {
        try await self.with { server, key async throws in
            let request = try self.request("hello", to: .user(UserID(canonical: "late")), key: "k")
            #expect(await self.refusal(of: request, server, key) == .noSuchUser)
            let late = try await server.connect("late")
            let ear = try await SignalEar.listen(late, server)
            try await server.service.sendSignal(request, by: key)
            await ear.wait(for: "hello")
        }
    }

    @Test func aPayloadHasItsLimit() async throws {
        try await self.with({ $0.limits.signalBytes = 10 }) { server, key async throws in
            let fits = try self.request("x", to: .everybody, #"{"a":"bc"}"#)
            let large = try self.request("x", to: .everybody, #"{"a":"bcd"}"#)
            #expect(await self.refusal(of: fits, server, key) == nil)
            #expect(await self.refusal(of: large, server, key) == .messageTooLong)
        }
    }

    @Test func eachKeyHasAPaceOfItsOwn() async throws {
        try await self.with({ $0.limits.signalRate = Rate(burst: 2, perSecond: 0.001) }) { server, key async throws in
            let request = try self.request("x", to: .everybody)
            let refusals = await [
                self.refusal(of: request, server, key), self.refusal(of: request, server, key),
                self.refusal(of: request, server, key),
            ]
            #expect(refusals == [nil, nil, .rateLimited])
            let text = try await server.service.apiKeys.add("second", scopes: [.signals])
            let second = try await server.service.apiKeys.authenticate(text, for: .signals, from: .local)
            #expect(await self.refusal(of: request, server, second) == nil)
        }
    }

    @Test func aKeyWithoutTheScopeSendsNothing() async throws {
        try await self.with { server, key async throws in
            let other = APIKeyRecord(
                id: key.id, name: "other", scopes: [], secretHash: key.secretHash, createdAt: key.createdAt)
            #expect(await self.refusal(of: try self.request("x", to: .everybody), server, other) == .forbidden)
        }
    }

    @Test func anotherServerRoleIsToldToItsOwnerAndToAll() async throws {
        try await self.with { server, _ async throws in
            let alice = try await server.connect("alice")
            let bob = try await server.connect("bob")
            let hers = try await SignalEar.listen(alice, server)
            let his = try await SignalEar.listen(bob, server)
            await server.service.accounts.refreshFromStore(
                alice.session.profile.id, gained: ["moderator"], lost: ["user"])
            await his.wait { $0.count == 2 }
            await hers.wait { $0.count == 3 }
            #expect(his.names == ["permissionsChanged", "permissionsChanged"])
            #expect(hers.names == ["reauthenticate", "permissionsChanged", "permissionsChanged"])
        }
    }

    private func refusal(
        of request: SignalRequest, _ server: TestServer, _ key: APIKeyRecord
    ) async -> ChatError.Code? {
        do throws(ChatError) {
            try await server.service.sendSignal(request, by: key)
            return nil
        } catch {
            return error.code
        }
    }
}

/// Listens to signals and can be waited for from any task.
final class SignalEar: Sendable {
    private struct Heard {
        var names: [String] = []
        var waiters: [(@Sendable ([String]) -> Bool, CheckedContinuation<Void, Never>)] = []
    }

    private let heard = Mutex(Heard())

    var names: [String] { self.heard.withLock { $0.names } }

    /// Listens to all that the client may hear.
    static func listen(_ client: TestClient, _ server: TestServer) async throws -> SignalEar {
        let session = client.session
        return try await self.listen(
            to: [.everybody, .roles, .user(session.profile.id)], session, session.eventLoop, server)
    }

    /// Listens as nobody.
    static func listen(loop: any EventLoop, _ server: TestServer) async throws -> SignalEar {
        try await self.listen(to: [.everybody], nil, loop, server)
    }

    private static func listen(
        to topics: [SignalTopic], _ session: ClientSession?, _ loop: any EventLoop, _ server: TestServer
    ) async throws -> SignalEar {
        let ear = SignalEar()
        try await loop.submit {
            let sink = Sink()
            sink.ear = ear
            for topic in topics { _ = try server.service.listen(to: topic, for: sink, as: session, on: loop) }
        }.get()
        return ear
    }

    func wait(until condition: @escaping @Sendable ([String]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = self.heard.withLock { heard in
                if condition(heard.names) { return true }
                heard.waiters.append((condition, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    func wait(for name: String) async { await self.wait { $0.contains(name) } }

    private func record(_ names: [String]) {
        let ready = self.heard.withLock { heard in
            heard.names += names
            let now = heard.names
            let ready = heard.waiters.filter { $0.0(now) }
            heard.waiters.removeAll { $0.0(now) }
            return ready
        }
        for (_, continuation) in ready { continuation.resume() }
    }

    /// Loop-bound: what the core sees.
    final class Sink: EventSink {
        let format = TestServer.format
        fileprivate var ear: SignalEar?
        private var pending = ByteBuffer()

        func deliver(_ bytes: ByteBuffer, ephemeral: Bool) { self.pending.writeImmutableBuffer(bytes) }

        func flush() {
            let lines = String(buffer: self.pending).split(separator: "\n")
            self.pending.clear()
            // Who comes and goes is told here too.
            self.ear?.record(lines.filter { $0.hasPrefix("! ") }.map { String($0.dropFirst(2)) })
        }

        func sessionEnded(_ reason: SessionEnd) {}
    }
}
