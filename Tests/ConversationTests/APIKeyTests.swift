import ChatModel
import Credentials
import Logging
import StoreSQLite
import Synchronization
import Testing

@testable import ChatCore

@Suite(.timeLimit(.minutes(2)))
struct APIKeyTests {
    private let address = ClientAddress("192.0.2.1")

    /// Keys on a store of their own, and a clock that is set by hand.
    private func with(_ body: (APIKeyService, TestServer, HandClock) async throws -> Void) async throws {
        let server = try await TestServer(loops: 1)
        let clock = HandClock()
        let keys = APIKeyService(
            store: server.store, clock: clock, signalRate: .unlimited,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await body(keys, server, clock)
        try await server.stop()
    }

    private func refusal(
        of key: String, _ keys: APIKeyService, from address: ClientAddress? = nil
    ) async -> ChatError.Code? {
        do throws(ChatError) {
            _ = try await keys.authenticate(key, for: .signals, from: address ?? self.address)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func aKeyOpensWhatItsScopesSayAndIsNotKept() async throws {
        try await self.with { keys, server, _ async throws in
            let key = try await keys.add("forum", scopes: [.signals])
            #expect(key.wholeMatch(of: /parley_[A-Za-z0-9_-]{16}_[A-Za-z0-9_-]{43}/) != nil)
            let record = try await keys.authenticate(key, for: .signals, from: self.address)
            #expect(record.name == "forum" && record.scopes == ["signals"])
            #expect(key.hasPrefix("parley_\(record.id)_"))
            #expect(!key.contains(record.secretHash))
            #expect(try await keys.list().map(\.id) == [record.id])
            #expect(try await server.store.apiKey(record.id)?.secretHash == TextDigest.sha256(String(key.suffix(43))))
        }
    }

    @Test func whatIsNoGoodKeyIsRefusedAlike() async throws {
        try await self.with { keys, _, _ async throws in
            let key = try await keys.add("forum", scopes: [.signals])
            let other = try await keys.add("other", scopes: [.signals])
            let revoked = try await keys.add("revoked", scopes: [.signals])
            try await keys.revoke("revoked")
            let stranger = APIKeyText().text
            let swapped = key.prefix(24) + other.suffix(43)
            let bad = [
                "", "parley_", revoked, stranger, String(swapped), String(key.dropLast()), key + "A", " " + key,
                key.uppercased(), key.replacing("parley_", with: "parlez_"), String(repeating: key, count: 1000),
                String(repeating: "é", count: 34), key.prefix(66) + "\u{0}",
            ]
            for (place, text) in bad.enumerated() {
                let address = ClientAddress("192.0.2.\(place + 10)")
                #expect(await self.refusal(of: text, keys, from: address) == .authInvalid, "\(text.prefix(80))")
            }
            #expect(await self.refusal(of: key, keys) == nil)
        }
    }

    @Test func aKeyWithoutTheScopeIsForbidden() async throws {
        try await self.with { keys, server, clock async throws in
            let text = APIKeyText()
            try await server.store.addAPIKey(
                APIKeyRecord(
                    id: text.id, name: "reader", scopes: ["later"], secretHash: text.secretHash, createdAt: clock.now())
            )
            #expect(await self.refusal(of: text.text, keys) == .forbidden)
        }
    }

    @Test func failuresOfAnAddressAreLimitedAndGoodKeysAreNot() async throws {
        try await self.with { keys, _, clock async throws in
            let key = try await keys.add("forum", scopes: [.signals])
            for _ in 0..<30 { #expect(await self.refusal(of: "guess", keys) == .authInvalid) }
            do throws(ChatError) {
                _ = try await keys.authenticate("guess", for: .signals, from: self.address)
                Issue.record("a 31st try")
            } catch {
                #expect(error.code == .rateLimited)
                #expect((1...20_000).contains(error.retryAfterMilliseconds ?? 0))
            }
            #expect(await self.refusal(of: key, keys) == nil)
            #expect(await self.refusal(of: "guess", keys, from: ClientAddress("198.51.100.7")) == .authInvalid)
            clock.advance(seconds: 20)
            #expect(await self.refusal(of: "guess", keys) == .authInvalid)
        }
    }

    @Test func theLastUseIsWrittenDownOnceAMinute() async throws {
        try await self.with { keys, server, clock async throws in
            let key = try await keys.add("forum", scopes: [.signals])
            let id = try #require(try await keys.list().first?.id)
            #expect(try await server.store.apiKey(id)?.lastUsedAt == nil)
            let first = clock.now()
            #expect(await self.refusal(of: key, keys) == nil)
            clock.advance(seconds: 59)
            #expect(await self.refusal(of: key, keys) == nil)
            #expect(try await server.store.apiKey(id)?.lastUsedAt == first)
            clock.advance(seconds: 1)
            keys.sweep(now: clock.now())
            #expect(await self.refusal(of: key, keys) == nil)
            #expect(try await server.store.apiKey(id)?.lastUsedAt == clock.now())
        }
    }

    @Test func aNameIsHeldByOneKeyInForce() async throws {
        try await self.with { keys, _, _ async throws in
            let first = try await keys.add("forum", scopes: [.signals])
            await #expect(throws: ChatError.self) { try await keys.add("forum", scopes: [.signals]) }
            try await keys.revoke("forum")
            await #expect(throws: ChatError.self) { try await keys.revoke("forum") }
            let second = try await keys.add("forum", scopes: [.signals])
            #expect(first != second)
            #expect(await self.refusal(of: first, keys) == .authInvalid)
            #expect(await self.refusal(of: second, keys) == nil)
            #expect(try await keys.list().map { $0.revokedAt != nil } == [true, false])
        }
    }

    @Test(arguments: ["", " ", " forum", "forum ", "a\nb", "a\u{202E}b", String(repeating: "x", count: 65)])
    func namesThatNobodyCouldReadAreRefused(name: String) async throws {
        try await self.with { keys, _, _ async throws in
            await #expect(throws: ChatError.self) { try await keys.add(name, scopes: [.signals]) }
            #expect(try await keys.list().isEmpty)
        }
    }

    @Test func aKeyWithoutScopesIsNotMade() async throws {
        try await self.with { keys, _, _ async throws in
            await #expect(throws: ChatError.self) { try await keys.add("idle", scopes: []) }
        }
    }

    @Test func makingAndRevokingIsAudited() async throws {
        try await self.with { keys, server, _ async throws in
            let key = try await keys.add("forum", scopes: [.signals])
            try await keys.revoke("forum")
            let lines = try await server.store.audit(of: nil, before: nil, limit: 10)
            #expect(lines.map(\.action).sorted() == ["api_key_added", "api_key_revoked"])
            #expect(lines.allSatisfy { $0.actor == "operator" && $0.target == "forum" })
            #expect(lines.allSatisfy { !$0.reason.contains(key.suffix(43)) })
        }
    }
}

/// A clock that stands still until it is moved.
final class HandClock: WallClock {
    private let time = Mutex(Timestamp(milliseconds: 1_800_000_000_000))

    func now() -> Timestamp { self.time.withLock { $0 } }

    func advance(seconds: Int64) { self.time.withLock { $0 = $0.adding(seconds: seconds) } }
}
