import ArgumentParser
import Glibc
import NIOCore

struct ServeCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Run the server in the foreground.", discussion: SettingHelp.discussion)

    @OptionGroup var options: ConfigurationOptions

    @Option(
        name: .long,
        help: ArgumentHelp("Address for HTTP and WebSocket (default: 127.0.0.1:8080).", valueName: "addr:port"))
    var http: String?

    @Option(name: .long, help: ArgumentHelp("Address for XMPP; not served by this version.", valueName: "addr:port"))
    var xmpp: String?

    @Option(name: .long, help: ArgumentHelp("How nodes hear of each other (default: local).", valueName: "url"))
    var backplane: String?

    @Option(name: .long, help: ArgumentHelp("Least severe level that is logged (default: info).", valueName: "level"))
    var logLevel: String?

    @Flag(name: .long, help: "Serve /debug/echo, for conformance suites.")
    var debugEcho = false

    func execute() async throws {
        let sources = try self.options.sources(
            with: ConfigurationOptions.named(
                ("--http", "http", self.http), ("--xmpp", "xmpp", self.xmpp),
                ("--backplane", "backplane", self.backplane),
                ("--log-level", "log.level", self.logLevel),
                ("--debug-echo", "debug_echo", self.debugEcho ? "true" : nil)))
        let loaded = try LoadedConfiguration.load(sources)
        do {
            try await Node(loaded, sources: sources).run()
        } catch let error as IOError {
            let reason = String(cString: strerror(error.errnoCode))
            throw CommandFailure("cannot listen on \(loaded.values.http.text): \(reason)")
        } catch let error as SocketAddressError {
            throw CommandFailure("cannot listen on \(loaded.values.http.text): \(error)")
        }
    }
}
