import NIOCore
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §1.4.
struct RefTests {
    private func ref(_ json: String) throws -> Ref {
        try MessageDecoder(.v2).decodeText("[null,\(json),\"t\",\"e\",{}]").ref
    }

    @Test(arguments: [
        "null", "\"1\"", "\"\"", "1", "0", "-0", "1.50", "1e3", "true", "[1, 2]", "{\"a\":1}", "\"é\\\"\"",
    ])
    func aRefIsEchoedVerbatim(json: String) throws {
        let ref = try self.ref(json)
        var writer = JSONWriter()
        writer.ref(ref)
        #expect(writer.takeBuffer().text == json)
    }

    @Test func numbersPastEveryMachineTypeAreEchoedToo() throws {
        let json = "123456789012345678901234567890"
        #expect(try self.ref(json) == .literal(json))
    }

    @Test func theTypeCounts() throws {
        #expect(try self.ref("1") != self.ref("\"1\""))
        #expect(try self.ref("null") != self.ref("\"\""))
        #expect(try self.ref("null") == .null)
        #expect(try self.ref("1") == self.ref(" 1 "))
    }

    @Test func theBytesCountNotTheirLooks() {
        #expect(Ref.string("\u{E9}") != Ref.string("e\u{301}"))
    }

    @Test func aLongRefIsRefused() throws {
        let longest = String(repeating: "x", count: Ref.maxBytes)
        #expect(try self.ref("\"\(longest)\"") == .string(longest))
        #expect(throws: UndecodableMessage.refTooLong) { try self.ref("\"x\(longest)\"") }
        #expect(throws: UndecodableMessage.refTooLong) { try self.ref("[\"\(longest)\"]") }
        #expect(Ref(string: longest + "x") == nil)
    }
}
