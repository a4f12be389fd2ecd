/// One setting: its names, its type and range, what it is for, and where its value goes.
struct Setting: Sendable {
    /// `group.name`, or a name alone. In the file a group is one level of nesting; in the environment it is
    /// ``variable``.
    let key: String
    /// Other keys for the same thing: `http.address` for `http`, which is also a group.
    let aliases: [String]
    let typeName: String
    /// `0…100`, where there are bounds.
    let rangeText: String?
    let defaultText: String
    let summary: String
    /// Whether `SIGHUP` brings a new value into force.
    let isReloadable: Bool
    /// Whether the value is kept from everybody's eyes.
    let isSecret: Bool

    private let assignValue: @Sendable (RawSetting, inout ServerConfiguration) throws(SettingProblem) -> Void
    private let readValue: @Sendable (ServerConfiguration) -> String

    typealias Path<Value> = WritableKeyPath<ServerConfiguration, Value> & Sendable

    init<Value: SettingValue>(
        _ key: String, _ path: Path<Value>, _ summary: String, aliases: [String] = [], reloadable: Bool = false,
        check: (@Sendable (Value) throws(SettingProblem) -> Void)? = nil
    ) {
        self.init(key, path, summary, rangeText: nil, aliases: aliases, reloadable: reloadable) {
            (value: Value) throws(SettingProblem) in try check?(value)
        }
    }

    /// A number within bounds.
    init<Value: SettingValue & Comparable>(
        _ key: String, _ path: Path<Value>, in range: ClosedRange<Value>, _ summary: String, reloadable: Bool = false
    ) {
        let text = "\(range.lowerBound.settingText)…\(range.upperBound.settingText)"
        self.init(key, path, summary, rangeText: text, aliases: [], reloadable: reloadable) {
            (value: Value) throws(SettingProblem) in
            guard range.contains(value) else {
                throw SettingProblem(
                    message: "\(value.settingText) is out of range", hint: "Write a number from \(text).")
            }
        }
    }

    private init<Value: SettingValue>(
        _ key: String, _ path: Path<Value>, _ summary: String, rangeText: String?, aliases: [String],
        reloadable: Bool, check: @escaping @Sendable (Value) throws(SettingProblem) -> Void
    ) {
        self.key = key
        self.aliases = aliases
        self.typeName = Value.typeName
        self.rangeText = rangeText
        self.defaultText = ServerConfiguration()[keyPath: path].settingText
        self.summary = summary
        self.isReloadable = reloadable
        self.isSecret = Value.isSecret
        self.assignValue = { (raw, configuration) throws(SettingProblem) in
            let value = try Value(setting: raw)
            try check(value)
            configuration[keyPath: path] = value
        }
        self.readValue = { $0[keyPath: path].settingText }
    }

    var keys: [String] { [self.key] + self.aliases }

    /// `PARLEY_GROUP_NAME`.
    var variable: String { Self.variable(of: self.key) }

    static func variable(of key: String) -> String {
        "PARLEY_" + key.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    /// - Throws: ``SettingProblem``; the configuration stays as it is.
    func assign(_ raw: RawSetting, to configuration: inout ServerConfiguration) throws(SettingProblem) {
        try self.assignValue(raw, &configuration)
    }

    /// The value as it would be written in the file.
    func text(in configuration: ServerConfiguration) -> String { self.readValue(configuration) }
}
