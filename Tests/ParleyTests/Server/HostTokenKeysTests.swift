import ChatCore
import Foundation
import Logging
import Synchronization
import Testing

@testable import parley

struct HostTokenKeysTests {
    /// Counts what is logged at each level.
    private final class Lines: Sendable {
        let levels = Mutex<[Logger.Level]>([])

        var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }

        struct Handler: LogHandler {
            let lines: Lines
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.trace

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { self.metadata[key] }
                set { self.metadata[key] = newValue }
            }

            func log(event: LogEvent) { self.lines.levels.withLock { $0.append(event.level) } }
        }
    }

    private static func pem(_ key: String) -> String {
        "-----BEGIN PUBLIC KEY-----\n\(key)\n-----END PUBLIC KEY-----\n"
    }

    @Test func filesAreReadAgainWhenTheyHaveChangedAndABadOneChangesNothing() throws {
        let path = NSTemporaryDirectory() + "parley-keys-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
        let key = Self.pem("MCowBQYDK2VwAyEAe2LDp1lPMMnJk+xr9Vztdrsm8U7UH9TUmkHXqvccSuI=")
        try write(key)
        let lines = Lines()
        let keys = HostTokenKeys(authority: HostTokenAuthority(), logger: lines.logger)
        var settings = HostTokenSettings()
        settings.jwksFile.value = path
        try keys.apply(settings)
        keys.refresh()
        #expect(lines.levels.withLock { $0 } == [.notice], "nothing has changed")
        try write(key + key)
        keys.refresh()
        #expect(lines.levels.withLock { $0 } == [.notice, .notice])
        try write("{")
        keys.refresh()
        keys.refresh()
        #expect(lines.levels.withLock { $0 } == [.notice, .notice, .error], "told once")
        #expect(throws: ConfigurationError.self) { try keys.apply(settings) }
        try FileManager.default.removeItem(atPath: path)
        keys.refresh()
        try write(key)
        keys.refresh()
        #expect(lines.levels.withLock { $0 } == [.notice, .notice, .error, .error, .notice])
    }
}
