import ChatCore
import ChatModel

extension StoreContract {
    static var apiKeyRules: [Rule] {
        [
            Rule("an API key comes back as it was added, and only once") { scene in
                let key = APIKeyRecord(
                    id: "k2", name: "bot 'x'", scopes: ["write", "read"], secretHash: "ab12",
                    createdAt: StoreScene.noon, lastUsedAt: StoreScene.noon.adding(seconds: 1))
                try await scene.store.addAPIKey(key)
                try expectEqual(key.scopes, ["read", "write"], "sorted")
                try expectEqual(try await scene.store.apiKey("k2"), key)
                try expect(try await scene.store.apiKey("k1") == nil, "no other")
                try await expectRefusal(.exists) { try await scene.store.addAPIKey(Self.key("k2", "other")) }
                try await expectRefusal(.exists) { try await scene.store.addAPIKey(Self.key("k1", key.name)) }
                try expectEqual(try await scene.store.apiKeys(), [key])
            },
            Rule("API keys are listed oldest first") { scene in
                let keys = [
                    Self.key("k3", "c", seconds: 1), Self.key("k1", "b", scopes: [], seconds: 2),
                    Self.key("k2", "a", seconds: 3),
                ]
                for key in [keys[1], keys[2], keys[0]] { try await scene.store.addAPIKey(key) }
                try expectEqual(try await scene.store.apiKeys(), keys)
            },
            Rule("a revoked API key stays on record and its name is free") { scene in
                var key = Self.key("k1", "bot")
                try await scene.store.addAPIKey(key)
                let later = StoreScene.noon.adding(seconds: 60)
                try await expectRefusal(.notFound) {
                    try await scene.store.revokeAPIKey(named: "Bot", at: later)
                }
                key.revokedAt = later
                try expectEqual(try await scene.store.revokeAPIKey(named: "bot", at: later), key)
                try expectEqual(try await scene.store.apiKey("k1"), key)
                try await expectRefusal(.notFound) {
                    try await scene.store.revokeAPIKey(named: "bot", at: later)
                }
                try await expectRefusal(.exists) { try await scene.store.addAPIKey(Self.key("k1", "bot")) }
                let next = Self.key("k2", "bot", seconds: 61)
                try await scene.store.addAPIKey(next)
                try expectEqual(try await scene.store.apiKeys(), [key, next])
                try expectEqual(try await scene.store.revokeAPIKey(named: "bot", at: later).id, "k2", "the live one")
            },
            Rule("the last use of an API key moves forward, never back") { scene in
                try await scene.store.addAPIKey(Self.key("k1", "a"))
                try await scene.store.addAPIKey(Self.key("k2", "b"))
                for seconds: Int64 in [10, 30, 20] {
                    try await scene.store.noteUse(ofAPIKey: "k1", at: StoreScene.noon.adding(seconds: seconds))
                }
                try await scene.store.noteUse(ofAPIKey: "k9", at: StoreScene.noon)
                try expectEqual(
                    try await scene.store.apiKeys().map(\.lastUsedAt), [StoreScene.noon.adding(seconds: 30), nil])
            },
            Rule("the first claim of an idempotency key wins; the rest repeat it or differ from it") {
                (scene: StoreScene) in
                func claim(_ key: String, _ digest: String, by apiKey: String = "k1") async throws -> ClaimOutcome {
                    try await scene.store.claim(
                        RequestClaim(apiKey: apiKey, idempotencyKey: key, digest: digest, at: StoreScene.noon))
                }
                try expectEqual(try await claim("one", "d1"), .first)
                try expectEqual(try await claim("one", "d1"), .repeated)
                try expectEqual(try await claim("one", "d2"), .different)
                try expectEqual(try await claim("one", "d1"), .repeated, "still the first one's")
                try expectEqual(try await claim("one", "d2", by: "k2"), .first)
                try expectEqual(try await claim("ONE", "d1"), .first)
            },
            Rule("of many claims at once exactly one is the first") { scene in
                let outcomes = try await withThrowingTaskGroup(of: ClaimOutcome.self) { group in
                    for index in 0..<30 {
                        group.addTask {
                            try await scene.store.claim(
                                RequestClaim(
                                    apiKey: "k1", idempotencyKey: "one", digest: "d\(index % 2)", at: StoreScene.noon))
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                try expectEqual(outcomes.count { $0 == .first }, 1)
                try expectEqual(outcomes.count { $0 == .repeated }, 14)
                try expectEqual(outcomes.count { $0 == .different }, 15)
            },
            Rule("a purge drops claims whose time is over, however many, and no others") { scene in
                var limits = Limits()
                limits.idempotencySeconds = 3600
                func claim(_ key: String, at seconds: Int64) async throws -> ClaimOutcome {
                    try await scene.store.claim(
                        RequestClaim(
                            apiKey: "k1", idempotencyKey: key, digest: "d",
                            at: StoreScene.noon.adding(seconds: seconds)))
                }
                for index in 0..<1100 { _ = try await claim("old \(index)", at: 0) }
                _ = try await claim("new", at: 1)
                _ = try await scene.store.purge(now: StoreScene.noon.adding(seconds: 3600), limits: limits)
                for index in [0, 499, 500, 1099] { try expectEqual(try await claim("old \(index)", at: 3600), .first) }
                try expectEqual(try await claim("new", at: 3600), .repeated)
            },
            Rule(
                "API keys and claims outlive a restart",
                opening: { open in
                    let key = Self.key("k1", "bot")
                    let claim = RequestClaim(
                        apiKey: "k1", idempotencyKey: "one", digest: "d", at: StoreScene.noon)
                    var store = try await open()
                    try await store.addAPIKey(key)
                    _ = try await store.claim(claim)
                    await store.close()
                    store = try await open()
                    try expectEqual(try await store.apiKeys(), [key])
                    try expectEqual(try await store.claim(claim), .repeated)
                    await store.close()
                }),
        ]
    }

    private static func key(
        _ id: String, _ name: String, scopes: [String] = ["read"], seconds: Int64 = 0
    ) -> APIKeyRecord {
        APIKeyRecord(
            id: id, name: name, scopes: scopes, secretHash: "00", createdAt: StoreScene.noon.adding(seconds: seconds))
    }
}
