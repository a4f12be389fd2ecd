import Foundation
import Testing

@testable import parley

struct NodeFileTests {
    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = NSTemporaryDirectory() + "parley-node-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    @Test func whatWasWrittenIsReadAndIsPrivate() throws {
        try self.withDirectory { directory in
            let node = NodeFile(process: 7, host: "::1", port: 8080, domain: "chat.example.com")
            try node.write(to: directory)
            #expect(NodeFile.read(from: directory) == node)
            let attributes = try FileManager.default.attributesOfItem(atPath: NodeFile.path(in: directory))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            NodeFile.remove(from: directory)
            #expect(NodeFile.read(from: directory) == nil)
        }
    }

    @Test(arguments: ["", "{", "[]", #"{"pid":1}"#, #"{"pid":1,"host":"a","port":70000,"domain":"d"}"#])
    func whatIsNoNodeFileSaysNothing(text: String) throws {
        try self.withDirectory { directory in
            try text.write(toFile: NodeFile.path(in: directory), atomically: true, encoding: .utf8)
            #expect(NodeFile.read(from: directory) == nil)
        }
    }

    @Test func anAddressForAllIsReachedOverTheLoopback() {
        #expect(NodeFile(process: 1, host: "0.0.0.0", port: 1, domain: "").reachableHost == "127.0.0.1")
        #expect(NodeFile(process: 1, host: "::", port: 1, domain: "").reachableHost == "::1")
        #expect(NodeFile(process: 1, host: "192.0.2.1", port: 1, domain: "").reachableHost == "192.0.2.1")
    }

    @Test func answersAreTakenApart() {
        let answer = NodeClient.parse(Array("HTTP/1.1 503 Service Unavailable\r\nA: b\r\n\r\n{}".utf8))
        #expect(answer?.status == 503)
        #expect(answer?.body == "{}")
        #expect(NodeClient.parse(Array("SSH-2.0\r\n\r\n".utf8)) == nil)
        #expect(NodeClient.parse([]) == nil)
    }

    @Test func theStatusShowsChosenFigures() {
        let metrics = "# HELP parley_sessions x\nparley_sessions 12\nparley_info{version=\"1\"} 1\n"
        #expect(StatusCommand.summary(of: metrics) == ["  connections: 12"])
    }
}
