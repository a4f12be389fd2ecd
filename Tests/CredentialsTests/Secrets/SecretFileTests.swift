import Foundation
import Testing

@testable import Credentials

@Suite struct SecretFileTests {
    @Test func firstStartMakesAPrivateFileAndLaterStartsReadIt() throws {
        try self.withDirectory { directory in
            let made = try SecretFile.loadOrCreate(directory: directory)
            let read = try SecretFile.loadOrCreate(directory: directory + "/")
            #expect(made.tokenKeys.signing.id == read.tokenKeys.signing.id)
            #expect(made.tokenKeys.signing.secret == read.tokenKeys.signing.secret)
            #expect(made.decoySeed.bytes == read.decoySeed.bytes)
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["secret.key"])
            let attributes = try FileManager.default.attributesOfItem(atPath: directory + "/secret.key")
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func serversThatStartTogetherAgreeOnTheSecrets() async throws {
        let directory = try self.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let ids = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<16 {
                group.addTask { try SecretFile.loadOrCreate(directory: directory).tokenKeys.signing.id }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(ids.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == ["secret.key"])
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o602, 0o644, 0o666])
    func fileThatOthersMayReadOrWriteIsRefused(permissions: Int) throws {
        try self.withDirectory { directory in
            _ = try SecretFile.loadOrCreate(directory: directory)
            let path = directory + "/secret.key"
            try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
            let error = #expect(throws: SecretFileError.self) { try SecretFile.loadOrCreate(directory: directory) }
            #expect(error?.description.contains("chmod 600 '\(path)'") == true)
        }
    }

    @Test func directoryThatDoesNotExistIsTold() {
        let error = #expect(throws: SecretFileError.self) {
            try SecretFile.loadOrCreate(directory: "/nonexistent/parley")
        }
        #expect(error?.path == "/nonexistent/parley/secret.key")
        #expect(error?.reason.contains("the directory must exist and be writable") == true)
    }

    @Test func whatIsNoRegularTextFileIsRefused() throws {
        try self.withDirectory { directory in
            try FileManager.default.createDirectory(
                atPath: directory + "/secret.key", withIntermediateDirectories: false)
            #expect(throws: SecretFileError.self) { try SecretFile.loadOrCreate(directory: directory) }
        }
        try self.withDirectory { directory in
            try self.write(Data([0xFF, 0xFE, 0]), in: directory)
            #expect(throws: SecretFileError.self) { try SecretFile.loadOrCreate(directory: directory) }
            try self.write(Data(count: 70_000), in: directory)
            #expect(throws: SecretFileError.self) { try SecretFile.loadOrCreate(directory: directory) }
        }
    }

    @Test func missingFileIsOnlyMadeByTheCallThatMayMakeIt() throws {
        try self.withDirectory { directory in
            #expect(throws: SecretFileError.self) { try SecretFile.load(path: directory + "/secret.key") }
            let names = try FileManager.default.contentsOfDirectory(atPath: directory)
            #expect(names.isEmpty)
        }
    }

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = try self.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory)
    }

    private func makeDirectory() throws -> String {
        let path =
            FileManager.default.temporaryDirectory.path + "/parley-secrets-" + Base64URL.encode(RandomBytes.make(12))
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        return path
    }

    private func write(_ data: Data, in directory: String) throws {
        let path = directory + "/secret.key"
        try data.write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    }
}
