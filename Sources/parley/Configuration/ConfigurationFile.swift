import Glibc
import Yams

/// Reads a YAML file into values with the lines on which they stand.
struct ConfigurationFile {
    private typealias Node = Yams.Node

    struct Entry: Equatable {
        let setting: String
        let raw: RawSetting
        let line: Int?
    }

    private static let maxBytes = 1_048_576

    private let path: String
    private var found: [Entry] = []

    private init(path: String) { self.path = path }

    /// - Throws: ``ConfigurationError`` for a file that cannot be read, is no YAML or names what is no setting.
    static func read(path: String) throws(ConfigurationError) -> [Entry] {
        try self.parse(try self.contents(of: path), path: path)
    }

    static func parse(_ text: String, path: String) throws(ConfigurationError) -> [Entry] {
        var file = ConfigurationFile(path: path)
        guard let root = try file.compose(text) else { return [] }
        if case .scalar(let scalar) = root, scalar.string.isEmpty || scalar.string == "~" { return [] }
        guard case .mapping(let mapping) = root else {
            throw ConfigurationError(
                file.origin(root), "settings are wanted, in lines of the form key: value")
        }
        try file.read(mapping, under: nil)
        return file.found
    }

    // MARK: Walking

    private mutating func read(_ mapping: Node.Mapping, under group: String?) throws(ConfigurationError) {
        for (keyNode, value) in mapping {
            guard case .scalar(let scalar) = keyNode else {
                throw ConfigurationError(self.origin(keyNode), "a setting's name is wanted")
            }
            let key = group.map { $0 + "." + scalar.string } ?? scalar.string
            try self.read(value, key: key, line: keyNode.mark?.line)
        }
    }

    private mutating func read(_ value: Node, key: String, line: Int?) throws(ConfigurationError) {
        let origin = ConfigurationError.Origin.file(path: self.path, line: line)
        let isGroup = SettingTable.groups.contains(key)
        if case .mapping(let mapping) = value {
            guard isGroup else {
                guard SettingTable.setting(key) != nil else { throw ConfigurationError(origin, unknownKey: key) }
                throw ConfigurationError(origin, key: key, "one value is wanted, not a group of settings")
            }
            return try self.read(mapping, under: key)
        }
        guard let setting = SettingTable.setting(key) else {
            guard isGroup else { throw ConfigurationError(origin, unknownKey: key) }
            throw ConfigurationError(
                origin, key: key, "this is a group of settings", hint: "Write them below it, each on a line of its own."
            )
        }
        guard !self.found.contains(where: { $0.setting == setting.key }) else {
            throw ConfigurationError(origin, key: key, "this was set before in the same file")
        }
        self.found.append(Entry(setting: setting.key, raw: try self.raw(value, key: key, origin), line: line))
    }

    private func raw(
        _ node: Node, key: String, _ origin: ConfigurationError.Origin
    ) throws(ConfigurationError) -> RawSetting {
        switch node {
        case .scalar(let scalar):
            let isEmpty = scalar.string.isEmpty || scalar.string == "~" && scalar.style == .plain
            guard !isEmpty else {
                throw ConfigurationError(origin, key: key, "no value", hint: "Write one, or remove the line.")
            }
            return .single(scalar.string)
        case .sequence(let sequence):
            var entries: [String] = []
            for element in sequence {
                guard case .scalar(let scalar) = element else {
                    throw ConfigurationError(self.origin(element), key: key, "a list of plain values is wanted")
                }
                entries.append(scalar.string)
            }
            return .list(entries)
        case .mapping, .alias:
            throw ConfigurationError(origin, key: key, "one value is wanted")
        }
    }

    private func origin(_ node: Node) -> ConfigurationError.Origin {
        .file(path: self.path, line: node.mark?.line)
    }

    // MARK: Reading

    private func compose(_ text: String) throws(ConfigurationError) -> Node? {
        do {
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            throw self.problem(error)
        } catch {
            throw ConfigurationError(.file(path: self.path, line: nil), "this is no YAML")
        }
    }

    private func problem(_ error: YamlError) -> ConfigurationError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ConfigurationError(.file(path: self.path, line: mark.line), "this is no YAML: \(problem)")
        case .duplicatedKeysInMapping(let keys, let context):
            ConfigurationError(
                .file(path: self.path, line: context.mark.line), "set twice: \(keys.joined(separator: ", "))")
        case .reader(let problem, _, _, _):
            ConfigurationError(.file(path: self.path, line: nil), "this is no YAML: \(problem)")
        case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
            ConfigurationError(.file(path: self.path, line: nil), "this is no YAML")
        }
    }

    private static func contents(of path: String) throws(ConfigurationError) -> String {
        let origin = ConfigurationError.Origin.file(path: path, line: nil)
        guard let file = fopen(path, "re") else {
            throw ConfigurationError(origin, "the file cannot be opened: \(String(cString: strerror(errno)))")
        }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: Self.maxBytes + 1)
        let count = fread(&bytes, 1, bytes.count, file)
        guard ferror(file) == 0 else { throw ConfigurationError(origin, "the file cannot be read") }
        guard count <= Self.maxBytes else { throw ConfigurationError(origin, "the file is larger than 1 MiB") }
        guard let text = String(validating: bytes.prefix(count), as: UTF8.self) else {
            throw ConfigurationError(origin, "the file is not text in UTF-8")
        }
        return text
    }
}
