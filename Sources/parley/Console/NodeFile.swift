import Glibc
import NIOCore
import WireJSON

/// `node.json` in the data directory: where the running node can be reached. Written by `serve`, for its owner only,
/// and removed when it stops; what a killed node leaves behind is found out by asking it.
struct NodeFile: Equatable {
    static let name = "node.json"

    let process: Int32
    let host: String
    let port: Int
    let domain: String

    static func path(in directory: String) -> String { directory + "/" + self.name }

    func write(to directory: String) throws(CommandFailure) {
        let object: JSONValue = [
            "pid": .integer(Int64(self.process)), "host": .string(self.host), "port": .integer(Int64(self.port)),
            "domain": .string(self.domain), "version": .string(Version.text),
        ]
        var writer = JSONWriter()
        writer.value(object)
        let path = Self.path(in: directory)
        let draft = path + ".new"
        _ = unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        Descriptor.write(String(buffer: writer.takeBuffer()) + "\n", to: descriptor)
        close(descriptor)
        guard rename(draft, path) == 0 else {
            throw CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    static func remove(from directory: String) { _ = unlink(self.path(in: directory)) }

    /// nil when no node runs on this directory, as far as the file tells.
    static func read(from directory: String) -> NodeFile? {
        guard let file = fopen(self.path(in: directory), "re") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = fread(&bytes, 1, bytes.count, file)
        guard let object = try? JSONReader.read(Array(bytes.prefix(count))),
            let process = object["pid"]?.integer.flatMap({ Int32(exactly: $0) }),
            let host = object["host"]?.string, let domain = object["domain"]?.string,
            let port = object["port"]?.integer.flatMap({ UInt16(exactly: $0) })
        else { return nil }
        return NodeFile(process: process, host: host, port: Int(port), domain: domain)
    }

    /// The address to connect to: one that means all of the machine's own is reached over the loopback.
    var reachableHost: String {
        switch self.host {
        case "0.0.0.0": "127.0.0.1"
        case "::": "::1"
        default: self.host
        }
    }
}
