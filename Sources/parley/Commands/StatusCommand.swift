import ArgumentParser

struct StatusCommand: ConsoleCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Ask the running node how it is; fails when it is not ready.")

    /// What is shown of `/metrics`, under which words.
    private static let figures = [
        ("parley_sessions", "connections"), ("parley_guest_sessions", "guests"),
        ("parley_rooms_loaded", "rooms in memory"),
        ("parley_append_queue_depth", "events waiting"), ("parley_events_stored_total", "events stored"),
        ("parley_events_delivered_total", "events delivered"), ("parley_store_bytes", "store bytes"),
        ("process_resident_memory_bytes", "memory bytes"), ("process_open_fds", "descriptors"),
    ]

    @OptionGroup var options: ConfigurationOptions

    func execute() async throws {
        let configuration = try self.options.load().values
        guard let node = NodeFile.read(from: configuration.data) else {
            throw CommandFailure("no node runs on \(configuration.data)")
        }
        let client = NodeClient(node: node)
        let address = ListenAddress(host: node.reachableHost, port: node.port).text
        guard let readiness = client.call("GET", "/readyz") else {
            throw CommandFailure("the node at \(address) does not answer")
        }
        guard readiness.status == 200 else {
            throw CommandFailure("the node at \(address) is not ready: \(readiness.body)")
        }
        StandardOutput.line("ready at \(address) (process \(node.process))")
        for line in Self.summary(of: client.call("GET", "/metrics")?.body ?? "") { StandardOutput.line(line) }
    }

    static func summary(of metrics: String) -> [String] {
        let samples = metrics.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ") }
        return self.figures.compactMap { name, words in
            samples.first { $0.first == name[...] && $0.count == 2 }.map { "  \(words): \($0[1])" }
        }
    }
}
