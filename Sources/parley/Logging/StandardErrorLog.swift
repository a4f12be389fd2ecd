import Glibc
import Logging
import NIOCore
import WireJSON

/// Writes log lines to standard error: the time in UTC, the level, the message, and what belongs to it.
///
/// Nothing here filters secrets; the rule is that nobody hands any in.
struct StandardErrorLog: LogHandler {
    private let control: LogControl
    private let format: LogFormat
    /// Set where somebody wants a logger of his own level; nil follows the configuration.
    private var ownLevel: Logger.Level?

    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(control: LogControl, format: LogFormat) {
        self.control = control
        self.format = format
    }

    var logLevel: Logger.Level {
        get { self.ownLevel ?? self.control.level }
        set { self.ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var fields = self.metadata
        if let metadata = event.metadata { fields.merge(metadata) { _, new in new } }
        let pairs = fields.map { (key: $0.key, value: "\($0.value)") }.sorted { $0.key < $1.key }
        let line = LogLine(
            milliseconds: Self.now(), level: event.level, message: "\(event.message)", fields: pairs)
        StandardError.write(self.format == .json ? line.json : line.text)
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}

/// One line of the log.
struct LogLine {
    let milliseconds: Int64
    let level: Logger.Level
    let message: String
    let fields: [(key: String, value: String)]

    /// `2026-11-21T11:01:21.560Z info     Listening for HTTP address=127.0.0.1:8080`
    var text: String {
        let level = self.level.rawValue
        var line = WireTimestamp.text(milliseconds: self.milliseconds) + " " + level
        line += String(repeating: " ", count: max(1, 9 - level.utf8.count)) + Self.printable(self.message)
        for (key, value) in self.fields { line += " \(key)=\(Self.quoted(value))" }
        return line + "\n"
    }

    var json: String {
        var object: JSONObject = [
            "time": .string(WireTimestamp.text(milliseconds: self.milliseconds)),
            "level": .string(self.level.rawValue), "message": .string(self.message),
        ]
        for (key, value) in self.fields where !object.contains(key) { object[key] = .string(value) }
        var writer = JSONWriter()
        writer.object(object)
        return String(buffer: writer.takeBuffer()) + "\n"
    }

    /// Line ends and other controls would let somebody's input pass for lines of the log.
    private static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: Self.isControl) else { return text }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { Self.isControl($0) ? "\u{FFFD}" : $0 }))
    }

    private static func quoted(_ text: String) -> String {
        let printable = Self.printable(text)
        let isWord = !printable.isEmpty && !printable.contains { $0 == " " || $0 == "\"" || $0 == "=" }
        return isWord ? printable : "\"" + printable.replacing("\"", with: "\\\"") + "\""
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value == 0x2028 || scalar.value == 0x2029
    }
}
