/// Why the configuration cannot be used: where, which key, what is wrong, and what to do. One line.
struct ConfigurationError: Error, Equatable, CustomStringConvertible {
    /// Where a value came from.
    enum Origin: Equatable, Sendable {
        case file(path: String, line: Int?)
        case environment(variable: String)
        case flag(String)

        var text: String {
            switch self {
            case .file(let path, let line?): "\(path):\(line)"
            case .file(let path, nil): path
            case .environment(let variable): variable
            case .flag(let flag): flag
            }
        }
    }

    let origin: Origin
    let key: String?
    let message: String
    let hint: String

    init(_ origin: Origin, key: String? = nil, _ message: String, hint: String = "") {
        self.origin = origin
        self.key = key
        self.message = message
        self.hint = hint
    }

    init(_ origin: Origin, unknownKey key: String) {
        let nearest = SettingTable.nearest(to: key).map { "Did you mean \($0)? " } ?? ""
        self.init(
            origin, key: key, "there is no such setting",
            hint: nearest + "All settings: parley serve --help.")
    }

    var description: String {
        var text = self.origin.text + ": "
        if let key = self.key { text += key + ": " }
        text += self.message
        return self.hint.isEmpty ? text : text + ". " + self.hint
    }
}
