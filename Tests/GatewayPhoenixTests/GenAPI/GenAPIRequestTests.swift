import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §5.1: what a request must have, and what its client is told.
struct GenAPIRequestTests {
    private static let whole: JSONObject = ["request_type": "relay_msg", "request_id": "r", "service": "relay"]

    private func read(_ changes: [(String, JSONValue?)]) throws(GenAPIFailure) -> GenAPIRequest {
        var object = Self.whole
        for (key, value) in changes { object[key] = value }
        return try GenAPIRequest(object, byteCount: 100)
    }

    @Test func aWholeRequestIsRead() throws {
        let arguments: JSONObject = ["group_id": "g"]
        let request = try self.read([
            ("args", .object(arguments)), ("user_id", "mallory"), ("user_roles", ["admin"]), ("device_id", 7),
            ("whatever", ["more": 1]),
        ])
        #expect(request.type == "relay_msg")
        #expect(request.service == "relay")
        #expect(request.id == "r")
        #expect(request.version == nil)
        #expect(request.arguments == arguments)
    }

    @Test(arguments: ["request_type", "request_id", "service"], [nil, .null, ""] as [JSONValue?])
    func aMissingFieldIsNamed(field: String, value: JSONValue?) {
        #expect(throws: GenAPIFailure.invalid("Missing required fields: \(field)")) { try self.read([(field, value)]) }
    }

    @Test func missingFieldsAreNamedInTheOrderOfTheDocumentation() {
        #expect(throws: GenAPIFailure.invalid("Missing required fields: request_type, request_id, service")) {
            try GenAPIRequest(JSONObject(), byteCount: 2)
        }
        #expect(throws: GenAPIFailure.invalid("Missing required fields: request_id, service")) {
            try self.read([("service", ""), ("request_id", .null)])
        }
    }

    @Test func aPayloadHasAMillionBytesAtTheMost() throws {
        #expect(try GenAPIRequest(Self.whole, byteCount: 1_000_000).type == "relay_msg")
        let text = "Request payload exceeds maximum size of 1000000 bytes (got 1000001 bytes)"
        #expect(throws: GenAPIFailure.invalid(text)) { try GenAPIRequest(Self.whole, byteCount: 1_000_001) }
    }

    @Test(arguments: [
        ("request_type", "a string"), ("service", "a string"), ("version", "a string"), ("args", "an object"),
    ])
    func aFieldOfAnotherTypeIsMalformed(field: String, expected: String) {
        for value in [true, 7, 1.5, ["x"]] as [JSONValue] {
            #expect(throws: GenAPIFailure.invalid("Malformed request payload: \(field) must be \(expected)")) {
                try self.read([(field, value)])
            }
        }
    }

    @Test(arguments: [nil, .null, "", "0.0.0"] as [JSONValue?])
    func theLatestVersionIsMeant(version: JSONValue?) throws {
        #expect(try self.read([("version", version)]).version == nil)
    }

    @Test func absentArgumentsAreNone() throws {
        #expect(try self.read([("args", nil)]).arguments.isEmpty)
        #expect(try self.read([("args", .null)]).arguments.isEmpty)
    }

    @Test(arguments: [7, 1.5, true, ["a"], ["k": "v"]] as [JSONValue])
    func anIDOfAnyTypeIsEchoed(id: JSONValue) throws {
        #expect(try self.read([("request_id", id)]).id == id)
        #expect(GenAPIRequest.id(in: ["request_id": id]) == id)
    }

    @Test(arguments: [[:], ["request_id": .null], ["request_id": ""]] as [JSONObject])
    func somethingWithoutIDHasNone(object: JSONObject) {
        #expect(GenAPIRequest.id(in: object) == nil)
    }
}
