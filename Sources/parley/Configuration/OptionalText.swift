/// A text that need not be there. `none` stands for its absence.
struct OptionalText: SingleSettingValue, Equatable {
    private static let absent = "none"

    var value: String?

    static var typeName: String { "text" }
    static var settingHint: String { "Write some text, or leave it out." }

    init() { self.value = nil }

    init?(settingText text: String) {
        guard text != Self.absent else { return }
        guard let value = String(settingText: text) else { return nil }
        self.value = value
    }

    var settingText: String { self.value ?? Self.absent }
}

/// A text that is never shown again: not in `parley settings`, not in errors, not in the log.
struct SecretText: SettingValue, Equatable, CustomStringConvertible {
    var value: String?

    static var typeName: String { "text" }
    static var isSecret: Bool { true }

    init() { self.value = nil }

    init(setting raw: RawSetting) throws(SettingProblem) {
        guard case .single(let text) = raw else {
            throw SettingProblem(message: "one value is wanted, not a list", hint: "Write the secret in quotes.")
        }
        guard text != Self().settingText else {
            self.value = nil
            return
        }
        guard let value = String(settingText: text) else {
            throw SettingProblem(message: "the secret is empty or has control characters", hint: "Copy it again.")
        }
        self.value = value
    }

    var settingText: String { self.value == nil ? "none" : "(hidden)" }
    var description: String { self.settingText }
}
