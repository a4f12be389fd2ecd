import ChatCore
import ChatModel
import HTTPTypes
import Testing
import WireJSON

@testable import GatewayREST

/// product.md §4, phoenix-channels.md §4.5.
struct SignalRoutesTests {
    private static let path = "/api/v1/signals"
    private static let announcement = #"{"to":"all","event":"announcement","payload":{}}"#

    private func send(
        _ body: String, _ test: TestGateway, key: String?, headers: HTTPFields = [:]
    ) async throws -> TestGateway.Answer {
        var headers = headers
        headers[.contentType] = "application/json"
        return try await test.call(.post, Self.path, token: key, headers: headers, body: body)
    }

    private func with(_ body: (TestGateway, String) async throws -> Void) async throws {
        try await TestGateway.with { test async throws in
            _ = try await test.token("7")
            try await body(test, try await test.service.apiKeys.add("forum", scopes: [.signals]))
        }
    }

    @Test func aSignalIsAcceptedWithTheKeyInEitherHeader() async throws {
        try await self.with { test, key async throws in
            let answer = try await self.send(Self.announcement, test, key: key)
            #expect(answer.status == 202)
            #expect(try answer.json == ["accepted": true])
            let header: HTTPFields = [try #require(HTTPField.Name("X-API-Key")): key]
            #expect(try await self.send(Self.announcement, test, key: nil, headers: header).status == 202)
        }
    }

    @Test(arguments: [
        #"{"to":"all","event":"announcement","payload":{"motd":"message"}}"#,
        #"{"to":"role","event":"permissionsChanged","payload":{"lookup":"moderators"}}"#,
        #"{"to":{"user":"7"},"event":"reauthenticate","payload":{}}"#,
        #"{"to":{"user":7},"event":"logout","payload":{"token":"a.b.c"}}"#,
        #"{"to":{"user":"7"},"event":"newMessage","payload":{}}"#,
        #"{"to":{"user":"7"},"event":"refreshMentions","payload":{"more":[1,{"a":null}]}}"#,
        #"{"to":{"user":"7"},"event":"badge_earned","payload":{}}"#,
    ])
    func whatTheTableAllowsIsAccepted(body: String) async throws {
        try await self.with { test, key async throws in
            #expect(try await self.send(body, test, key: key).status == 202)
        }
    }

    @Test(arguments: [
        (#"{"event":"announcement","payload":{}}"#, "to"),
        (#"{"to":"everybody","event":"announcement","payload":{}}"#, "to"),
        (#"{"to":null,"event":"announcement","payload":{}}"#, "to"),
        (#"{"to":{},"event":"newMessage","payload":{}}"#, "to"),
        (#"{"to":{"user":true},"event":"newMessage","payload":{}}"#, "to"),
        (#"{"to":{"user":"7","role":"x"},"event":"newMessage","payload":{}}"#, "to"),
        (#"{"to":{"user":"7"},"event":"announcement","payload":{}}"#, "to"),
        (#"{"to":"all","event":"permissionsChanged","payload":{"lookup":"x"}}"#, "to"),
        (#"{"to":"all","event":"newMessage","payload":{}}"#, "to"),
        (#"{"to":"all","payload":{}}"#, "event"),
        (#"{"to":"all","event":7,"payload":{}}"#, "event"),
        (#"{"to":"all","event":"","payload":{}}"#, "event"),
        (#"{"to":"all","event":"phx_reply","payload":{}}"#, "event"),
        (#"{"to":"all","event":"presence_diff","payload":{}}"#, "event"),
        (#"{"to":"all","event":"heartbeat","payload":{}}"#, "event"),
        (#"{"to":"all","event":"announcement"}"#, "payload"),
        (#"{"to":"all","event":"announcement","payload":[]}"#, "payload"),
        (#"{"to":"all","event":"announcement","payload":null}"#, "payload"),
        (#"{"to":"role","event":"permissionsChanged","payload":{}}"#, "payload"),
        (#"{"to":"role","event":"permissionsChanged","payload":{"lookup":7}}"#, "payload"),
        (#"{"to":{"user":"7"},"event":"logout","payload":{"token":null}}"#, "payload"),
        (#"{"to":"all","event":"announcement","payload":{},"extra":1}"#, "extra"),
    ])
    func whatIsWrongIsNamed(body: String, field: String) async throws {
        try await self.with { test, key async throws in
            let answer = try await self.send(body, test, key: key)
            #expect(answer.status == 422)
            let issues = try #require(try answer.json["detail"]?.array)
            #expect(issues.map { $0["loc"] } == [["body", .string(field)]])
            #expect(issues.allSatisfy { $0["msg"]?.string?.isEmpty == false })
        }
    }

    @Test(arguments: ["", "{", "[]", "null", #"{"to":"all","to":"role","event":"x","payload":{}}"#])
    func whatIsNoObjectIs422(body: String) async throws {
        try await self.with { test, key async throws in
            #expect(try await self.send(body, test, key: key).status == 422)
        }
    }

    @Test func onlyAnAPIKeyOpensTheDoor() async throws {
        try await self.with { test, key async throws in
            let missing = try await self.send(Self.announcement, test, key: nil)
            #expect(missing.status == 401)
            #expect(missing.headers[.wwwAuthenticate] == "Bearer")
            let admin = try await test.token("boss", role: .admin)
            for bad in [admin, String(key.dropLast()), key + "A", String(repeating: "k", count: 5000)] {
                let answer = try await self.send(Self.announcement, test, key: bad)
                #expect(answer.status == 401)
                #expect(answer.detail == "Invalid API key")
            }
            try await test.service.apiKeys.revoke("forum")
            #expect(try await self.send(Self.announcement, test, key: key).detail == "Invalid API key")
            #expect(try await test.get("/api/v1/auth/me", token: key).status == 401)
        }
    }

    @Test func tooManyFailuresAreToldWhenToComeBack() async throws {
        try await self.with { test, key async throws in
            for _ in 0..<30 { #expect(try await self.send("{}", test, key: "guess").status == 401) }
            let answer = try await self.send("{}", test, key: "guess")
            #expect(answer.status == 429)
            #expect(answer.headers[.retryAfter].flatMap { Int($0) } ?? 0 > 0)
            #expect(try await self.send(Self.announcement, test, key: key).status == 202)
        }
    }

    @Test(arguments: [#""nobody""#, #""""#, "8", #""with/slash""#, #""Guest0001""#])
    func whoHasNoAccountIs404(user: String) async throws {
        try await self.with { test, key async throws in
            let body = #"{"to":{"user":\#(user)},"event":"newMessage","payload":{}}"#
            let answer = try await self.send(body, test, key: key)
            #expect(answer.status == 404)
            #expect(answer.detail == "User not found")
        }
    }

    @Test func aPayloadAboveTheLimitIs413() async throws {
        try await self.with { test, key async throws in
            // {"a":"…"} is 8 bytes longer than its text.
            for (length, status) in [(8184, 202), (8185, 413), (70_000, 413)] {
                let text = String(repeating: "x", count: length)
                let answer = try await self.send(
                    #"{"to":"all","event":"announcement","payload":{"a":"\#(text)"}}"#, test, key: key)
                #expect(answer.status == status, "\(length)")
            }
        }
    }

    @Test func anIdempotencyKeyStandsForOneRequest() async throws {
        try await self.with { test, key async throws in
            let header: HTTPFields = [try #require(HTTPField.Name("Idempotency-Key")): "one"]
            let first = try await self.send(Self.announcement, test, key: key, headers: header)
            let second = try await self.send(Self.announcement, test, key: key, headers: header)
            #expect(first.status == 202 && second.status == 202)
            #expect(try first.json == second.json)
            let other = #"{"to":"all","event":"other","payload":{}}"#
            let third = try await self.send(other, test, key: key, headers: header)
            #expect(third.status == 409)
            #expect(try third.json["code"] == "conflict")
            #expect(try await self.send(other, test, key: key).status == 202)
            let long: HTTPFields = [
                try #require(HTTPField.Name("Idempotency-Key")): String(repeating: "k", count: 129)
            ]
            #expect(try await self.send(other, test, key: key, headers: long).status == 422)
        }
    }
}
