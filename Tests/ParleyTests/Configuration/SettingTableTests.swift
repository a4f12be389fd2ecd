import Testing

@testable import parley

struct SettingTableTests {
    @Test func keysAndVariablesAreDistinct() {
        let keys = SettingTable.all.flatMap(\.keys)
        #expect(Set(keys).count == keys.count)
        #expect(Set(keys.map(Setting.variable)).count == keys.count)
    }

    @Test(arguments: SettingTable.all.map(\.key))
    func everySettingHasWordsAndADefaultThatItWouldAccept(key: String) throws {
        let setting = try #require(SettingTable.setting(key))
        #expect(!setting.summary.isEmpty)
        #expect(!setting.summary.hasSuffix("."))
        // The place of the default store depends on the data directory, and an empty list is written as [].
        guard !["store.url", "http.allowed_origins", "http.trusted_proxies"].contains(key) else { return }
        var configuration = ServerConfiguration()
        try setting.assign(.single(setting.defaultText), to: &configuration)
        #expect(setting.text(in: configuration) == setting.defaultText)
    }

    /// The names that the tests of the whole server and the benchmarks use.
    @Test(arguments: [
        "limits.message_rate", "limits.message_burst", "limits.join_rate_per_min", "limits.typing_interval_s",
        "limits.connections_per_user", "limits.connections_per_address", "limits.request_rate", "accounts.signup",
        "accounts.signup_per_hour", "guests.enabled", "guests.per_address", "rooms.auto_create",
        "rooms.auto_create_per_hour", "json.strict", "json.kick_cooldown_s", "json.history_on_join", "json.grace_s",
        "json.hello_timeout_s", "websocket.max_message_bytes", "websocket.ping_interval_s", "store.durability",
        "auth.leeway_s", "auth.jwt.secret", "auth.jwt.secret_file", "auth.jwt.jwks_file", "auth.jwt.algorithms",
        "auth.jwt.issuer", "auth.jwt.audience", "auth.jwt.create_accounts", "auth.jwt.leeway_s",
        "limits.rooms_created_per_day", "limits.rooms_per_user", "log.level", "data", "domain", "http",
        "xmpp", "store.url", "backplane",
    ])
    func namesThatOthersRelyOnStay(key: String) {
        #expect(SettingTable.setting(key)?.key == key)
    }

    @Test func variablesAreTheKeysInCapitals() {
        #expect(SettingTable.setting("limits.message_rate")?.variable == "PARLEY_LIMITS_MESSAGE_RATE")
        #expect(SettingTable.setting("http.address")?.key == "http")
    }

    @Test func helpNamesEverySetting() {
        for setting in SettingTable.all {
            #expect(SettingHelp.discussion.contains("\n  \(setting.key) ("))
        }
    }
}
