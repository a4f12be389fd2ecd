import Glibc
import Logging
import NIOCore

/// What an operator is told once the node listens, on standard output; and `node.json` for later commands.
struct StartAnnouncement: Sendable {
    let configuration: ServerConfiguration
    func tell(_ address: SocketAddress, logger: Logger) {
        let bound = ListenAddress(
            host: address.ipAddress ?? self.configuration.http.host,
            port: address.port ?? self.configuration.http.port)
        let node = NodeFile(
            process: getpid(), host: bound.host, port: bound.port, domain: self.configuration.domain)
        do {
            try node.write(to: self.configuration.data)
        } catch {
            logger.error("Other commands will not find this node", metadata: ["error": "\(error.message)"])
        }
        StandardOutput.line(self.text(bound))
    }

    func text(_ bound: ListenAddress) -> String {
        [
            "Parley \(Version.text) is ready.", "  Chat:       http://\(bound.text)/",
            "  WebSocket:  ws://\(bound.text)/ws", "  API:        http://\(bound.text)/api/v1/docs",
        ].joined(separator: "\n")
    }
}
