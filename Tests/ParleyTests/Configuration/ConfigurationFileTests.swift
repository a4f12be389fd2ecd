import Testing

@testable import parley

struct ConfigurationFileTests {
    private func parse(_ text: String) throws -> [ConfigurationFile.Entry] {
        try ConfigurationFile.parse(text, path: "parley.yaml")
    }

    @Test func groupsDotsAndListsAreRead() throws {
        let entries = try self.parse(
            """
            # a comment
            http:
              address: 127.0.0.1:9000
              allowed_origins:
                - https://a.example
                - https://b.example
            limits.message_rate: 0
            store: "sqlite:x.db"
            """)
        #expect(
            entries == [
                .init(setting: "http", raw: .single("127.0.0.1:9000"), line: 3),
                .init(
                    setting: "http.allowed_origins", raw: .list(["https://a.example", "https://b.example"]), line: 4),
                .init(setting: "limits.message_rate", raw: .single("0"), line: 7),
                .init(setting: "store.url", raw: .single("sqlite:x.db"), line: 8),
            ])
    }

    @Test(arguments: ["", "# nothing\n", "---\n", "~\n"])
    func aFileMayBeEmpty(text: String) throws {
        #expect(try self.parse(text).isEmpty)
    }

    @Test(arguments: [
        ("limits: [1, 2\n", "parley.yaml:"), ("- 1\n- 2\n", "parley.yaml:1: "), ("just words\n", "parley.yaml:1: "),
        ("domain: a\nlimits:\n  no_such_limit: 7\n", "parley.yaml:3: limits.no_such_limit: there is no such setting"),
        ("nonsense:\n  a: 1\n", "parley.yaml:1: nonsense: there is no such setting"),
        ("limits: 7\n", "parley.yaml:1: limits: this is a group"),
        ("domain:\n  a: 1\n", "parley.yaml:1: domain: one value is wanted"),
        (
            "domain: a\nhttp:\n  address: 127.0.0.1:1\nhttp.address: 127.0.0.1:2\n",
            "parley.yaml:4: http.address: this was set before"
        ),
        ("domain:\n", "parley.yaml:1: domain: no value"),
        ("domain: a\ndomain: b\n", "parley.yaml:"),
        ("http:\n  allowed_origins:\n    - {a: 1}\n", "parley.yaml:3: http.allowed_origins: a list of plain values"),
    ])
    func whatIsWrongIsToldWithItsLine(text: String, beginning: String) {
        let error = #expect(throws: ConfigurationError.self) { try self.parse(text) }
        #expect(error?.description.hasPrefix(beginning) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("\n") == false)
    }

    @Test func valuesAreCheckedWithTheirLine() throws {
        let problems: [(key: String, value: RawSetting, message: String)] = [
            ("limits.message_burst", .single("-1"), "-1 is out of range"),
            ("limits.history_page", .single("1.5"), "'1.5' is no integer"),
            ("limits.message_rate", .single("nan"), "'nan' is no number"),
            ("limits.message_rate", .list(["1"]), "one value is wanted"),
            ("json.strict", .single("perhaps"), "'perhaps' is no boolean"),
            ("accounts.signup", .single("perhaps"), "'perhaps' is no one of open, invite, closed"),
            ("store.durability", .single("hopeful"), "'hopeful' is no one of full, relaxed"),
            ("http", .single("nowhere"), "'nowhere' is no address"),
            ("store.url", .single("carrier-pigeon://x"), "'carrier-pigeon://x' is no store"),
            ("store.url", .single("postgres://db/x"), "postgres:// stores are not in this build"),
            ("store.url", .single("redis://db"), "redis:// stores are not in this build"),
            ("backplane", .single("redis://db"), "redis:// backplanes are not in this build"),
            ("http.allowed_origins", .single("https://a b"), "'https://a b' is no origin"),
            ("http.trusted_proxies", .single("10.0.0.0/99"), "'10.0.0.0/99' is no address or range"),
        ]
        for problem in problems {
            let setting = try #require(SettingTable.setting(problem.key))
            var configuration = ServerConfiguration()
            let error = #expect(throws: SettingProblem.self) { try setting.assign(problem.value, to: &configuration) }
            #expect(error?.message.hasPrefix(problem.message) == true, "\(problem.key): \(error?.message ?? "")")
            #expect(error?.hint.isEmpty == false)
            #expect(setting.text(in: configuration) == setting.defaultText)
        }
    }
}
