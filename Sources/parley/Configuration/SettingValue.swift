import ChatModel
import Logging
import NIOCore
import StoreSQLite

/// What was written for a setting, before it is understood.
enum RawSetting: Sendable, Equatable {
    case single(String)
    case list([String])
}

/// Why a value is refused, and what would be right.
struct SettingProblem: Error, Equatable {
    let message: String
    let hint: String
}

/// A type that settings can have.
protocol SettingValue: Sendable {
    /// For the table of settings: `integer`, `one of open, closed`.
    static var typeName: String { get }
    /// - Throws: ``SettingProblem``.
    init(setting raw: RawSetting) throws(SettingProblem)
    /// As it would be written in the file.
    var settingText: String { get }
    /// Whether the value is kept from everybody's eyes; ``settingText`` does not tell it then.
    static var isSecret: Bool { get }
}

extension SettingValue {
    static var isSecret: Bool { false }
}

/// A type that is written as one word.
protocol SingleSettingValue: SettingValue {
    /// nil when the text is no such value.
    init?(settingText: String)
    /// What to write instead.
    static var settingHint: String { get }
}

extension SingleSettingValue {
    init(setting raw: RawSetting) throws(SettingProblem) {
        guard case .single(let text) = raw else {
            throw SettingProblem(message: "one value is wanted, not a list", hint: Self.settingHint)
        }
        guard let value = Self(settingText: text) else {
            throw SettingProblem(message: "'\(text)' is no \(Self.typeName)", hint: Self.settingHint)
        }
        self = value
    }
}

extension Int: SingleSettingValue {
    static var typeName: String { "integer" }
    static var settingHint: String { "Write a whole number." }
    init?(settingText text: String) { self.init(text) }
    var settingText: String { String(self) }
}

extension Int64: SingleSettingValue {
    static var typeName: String { "integer" }
    static var settingHint: String { "Write a whole number." }
    init?(settingText text: String) { self.init(text) }
    var settingText: String { String(self) }
}

extension Int32: SingleSettingValue {
    static var typeName: String { "integer" }
    static var settingHint: String { "Write a whole number." }
    init?(settingText text: String) { self.init(text) }
    var settingText: String { String(self) }
}

extension Double: SingleSettingValue {
    static var typeName: String { "number" }
    static var settingHint: String { "Write a number such as 1 or 0.5." }

    init?(settingText text: String) {
        guard let value = Double(text), value.isFinite else { return nil }
        self = value
    }

    var settingText: String {
        self == self.rounded() && self.magnitude < 1e15 ? String(Int64(self)) : String(self)
    }
}

extension Bool: SingleSettingValue {
    static var typeName: String { "boolean" }
    static var settingHint: String { "Write true or false." }

    init?(settingText text: String) {
        switch text.lowercased() {
        case "true", "yes", "on", "1": self = true
        case "false", "no", "off", "0": self = false
        default: return nil
        }
    }

    var settingText: String { self ? "true" : "false" }
}

extension String: SingleSettingValue {
    static var typeName: String { "text" }
    static var settingHint: String { "Write some text." }

    init?(settingText text: String) {
        guard !text.isEmpty, !text.unicodeScalars.contains(where: { $0.value < 0x20 }) else { return nil }
        self = text
    }

    var settingText: String { self }
}

extension ListenAddress: SingleSettingValue {
    static var typeName: String { "address" }
    static var settingHint: String { "Write ADDRESS:PORT, for example 127.0.0.1:8080." }
    init?(settingText text: String) { self.init(text) }
    var settingText: String { self.text }
}

/// A list; a single value is one with commas between its entries.
extension Array: SettingValue where Element == String {
    static var typeName: String { "list" }

    init(setting raw: RawSetting) throws(SettingProblem) {
        switch raw {
        case .list(let entries): self = entries
        case .single(let text):
            self = text.split(separator: ",").map { $0.trimmingSpaces() }.filter { !$0.isEmpty }
        }
    }

    var settingText: String { self.isEmpty ? "[]" : self.joined(separator: ", ") }
}

// MARK: Choices

/// A type with a few values that each have a word.
protocol ChoiceSettingValue: SingleSettingValue, RawRepresentable<String>, CaseIterable {}

extension ChoiceSettingValue {
    private static var words: String { self.allCases.map(\.rawValue).joined(separator: ", ") }

    static var typeName: String { "one of \(self.words)" }
    static var settingHint: String { "Write one of: \(self.words)." }
    init?(settingText text: String) { self.init(rawValue: text.lowercased()) }
    var settingText: String { self.rawValue }
}

extension Policy.SignUp: ChoiceSettingValue {}
extension SQLiteStore.Configuration.Durability: ChoiceSettingValue {}
extension Logger.Level: ChoiceSettingValue {}
extension LogFormat: ChoiceSettingValue {}

extension Backplane: SettingValue {
    static var typeName: String { "text" }
    var settingText: String { self.rawValue }

    init(setting raw: RawSetting) throws(SettingProblem) {
        guard raw != .single("local") else {
            self = .local
            return
        }
        let hint = "Write local, or leave it out."
        guard case .single(let text) = raw, text.hasPrefix("redis://") || text.hasPrefix("rediss://") else {
            throw SettingProblem(message: "neither local nor a redis:// address", hint: hint)
        }
        throw SettingProblem(message: "redis:// backplanes are not in this build, which runs one node", hint: hint)
    }
}

extension StoreLocation: SettingValue {
    static var typeName: String { "store" }

    var settingText: String {
        switch self {
        case .file(nil): "sqlite:DATA/parley.db"
        case .file(let path?): "sqlite:\(path)"
        }
    }

    init(setting raw: RawSetting) throws(SettingProblem) {
        let hint = "Write sqlite:PATH, or leave it out for parley.db in the data directory."
        guard case .single(let text) = raw else {
            throw SettingProblem(message: "one value is wanted, not a list", hint: hint)
        }
        for scheme in ["postgres://", "postgresql://", "redis://", "rediss://"] where text.hasPrefix(scheme) {
            throw SettingProblem(message: "\(scheme) stores are not in this build", hint: hint)
        }
        guard text.hasPrefix("sqlite:"), text.count > "sqlite:".count else {
            throw SettingProblem(message: "'\(text.prefix(40))' is no store", hint: hint)
        }
        self = .file(String(text.dropFirst("sqlite:".count)))
    }
}

// MARK: Units

extension TimeAmount {
    /// For settings in seconds.
    var wholeSeconds: Int64 {
        get { self.nanoseconds / 1_000_000_000 }
        set { self = .seconds(newValue) }
    }
}

extension Rate {
    var perMinute: Double {
        get { self.perSecond * 60 }
        set { self.perSecond = newValue / 60 }
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    func trimmingSpaces() -> String {
        guard let first = self.firstIndex(where: { !$0.isWhitespace }),
            let last = self.lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
