import ChatCore
import Foundation
import GatewayREST
import Logging
import NetTransport
import Testing

@testable import parley

struct ConfigurationReloadTests {
    @Test func whatMayChangeChangesAndABadFileChangesNothing() throws {
        let path = NSTemporaryDirectory() + "parley-\(UUID().uuidString).yaml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ text: String) throws { try text.write(toFile: path, atomically: true, encoding: .utf8) }
        try write("log:\n  level: info\n")
        var sources = ConfigurationSources()
        sources.file = path
        let log = LogControl(level: .info)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let reload = ConfigurationReload(
            sources: sources, current: try LoadedConfiguration.load(sources).values, log: log,
            origins: try AllowedOrigins([]),
            hostTokens: HostTokenKeys(authority: HostTokenAuthority(), logger: logger), logger: logger)

        try write("log:\n  level: debug\nhttp: 127.0.0.1:9999\n")
        reload.perform()
        #expect(log.level == .debug)
        try write("log:\n  level: error\n  no_such: 1\n")
        reload.perform()
        #expect(log.level == .debug)
        // A key that cannot be used keeps back what stands beside it as well.
        try write("log:\n  level: error\nauth:\n  jwt:\n    jwks_file: /nonexistent/keys\n")
        reload.perform()
        #expect(log.level == .debug)
    }
}
