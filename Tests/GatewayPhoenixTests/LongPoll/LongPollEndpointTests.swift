import NIOCore
import Testing
import WireJSON

@testable import GatewayPhoenix

/// phoenix-channels.md §1.10, with the cases of its list of conformance cases.
struct LongPollEndpointTests {
    /// C45.
    @Test func theFirstPollOpensASession() async throws {
        try await TestEndpoint.with { endpoint in
            let answer = await endpoint.call("GET", "vsn=2.0.0")
            #expect(answer.status == 200)
            #expect(
                answer.fields == [
                    "access-control-allow-origin": "*", "content-type": "application/json; charset=utf-8",
                    "cache-control": "no-store", "x-content-type-options": "nosniff",
                ])
            let body = try answer.json
            #expect(Set(body.members.map(\.key)) == ["status", "token", "messages"])
            #expect(body["status"]?.integer == 410)
            #expect(body["messages"]?.array?.isEmpty == true)
            #expect(body["token"]?.string.flatMap { LongPollToken($0) } != nil)
        }
    }

    /// C46.
    @Test func whatIsPostedIsAnsweredByThePoll() async throws {
        try await TestEndpoint.with { endpoint in
            let token = try await endpoint.open()
            #expect(try await endpoint.post(#"["1","1","user:public","phx_join",{}]"#, token) == 200)
            let answer = try await endpoint.call("GET", "vsn=2.0.0&token=\(token)").json
            #expect(answer["status"]?.integer == 200)
            #expect(answer["token"]?.string == token)
            #expect(
                answer["messages"]?.array?.compactMap(\.string)
                    == [#"["1","1","user:public","phx_reply",{"status":"ok","response":{}}]"#])
        }
    }

    @Test func aPollThatWaitsIsAnsweredWhenThereIsSomething() async throws {
        try await TestEndpoint.with { endpoint in
            let token = try await endpoint.open()
            async let waiting = endpoint.call("GET", "vsn=2.0.0&token=\(token)")
            #expect(try await endpoint.post(#"[null,"1","phoenix","heartbeat",{}]"#, token) == 200)
            let answer = try await waiting.json
            #expect(answer["messages"]?.array?.count == 1)
        }
    }

    /// C48.
    @Test func anUnknownSessionIsAnsweredWithANewOne() async throws {
        try await TestEndpoint.with { endpoint in
            let unknown = LongPollToken.random().text
            #expect(try await endpoint.post("[]", unknown) == 410)
            #expect(try await endpoint.call("POST", "vsn=2.0.0").json["status"]?.integer == 410)
            let answer = try await endpoint.call("GET", "vsn=2.0.0&token=\(unknown)").json
            #expect(answer["status"]?.integer == 410)
            #expect(answer["token"]?.string != unknown)
        }
    }

    /// C49.
    @Test(arguments: ["vsn=2.0.0&token=x.y.z", "vsn=2.0.0&token=", "vsn=2.1.0", "vsn=2.0.0&a=%zz"])
    func whoIsNotLetInIsForbidden(query: String) async throws {
        try await TestEndpoint.with { endpoint in
            let answer = await endpoint.call("GET", query)
            #expect(answer.status == 200)
            #expect(answer.text == #"{"status":403}"#)
        }
    }

    /// C51.
    @Test func theTokenOfTheHeaderComesFirst() async throws {
        try await TestEndpoint.with { endpoint in
            let token = try await endpoint.open()
            let other = try await endpoint.open()
            #expect(
                try await endpoint.post(#"[null,"1","phoenix","heartbeat",{}]"#, other) { $0.sessionToken = token }
                    == 200)
            let answer = try await endpoint.call("GET", "vsn=2.0.0") { $0.sessionToken = token }.json
            #expect(answer["messages"]?.array?.count == 1)
        }
    }

    @Test func oneAddressHasOnlySoManySessions() async throws {
        try await TestEndpoint.with(connectionsPerAddress: 1) { endpoint in
            _ = try await endpoint.open()
            let answer = await endpoint.call("GET", "vsn=2.0.0")
            #expect(answer.status == 429)
            #expect(answer.text.isEmpty)
        }
    }

    @Test func messagesAreNotSpentOnAClientThatIsGone() async throws {
        try await TestEndpoint.with { endpoint in
            let token = try await endpoint.open()
            #expect(try await endpoint.post(#"[null,"1","phoenix","heartbeat",{}]"#, token) == 200)
            let caller = LongPollCaller()
            caller.hangUp()
            let nothing = await endpoint.call("GET", "vsn=2.0.0&token=\(token)", for: caller)
            #expect(try nothing.json["status"]?.integer == 204)
            let lost = await endpoint.call("GET", "vsn=2.0.0&token=\(token)")
            #expect(try lost.json["messages"]?.array?.count == 1)
            lost.writeFailed()
            let again = await endpoint.call("GET", "vsn=2.0.0&token=\(token)")
            #expect(try again.json["messages"]?.array?.count == 1)
        }
    }

    @Test func cancellingIsHangingUp() async throws {
        try await TestEndpoint.with { endpoint in
            let token = try await endpoint.open()
            let poll = Task { await endpoint.call("GET", "vsn=2.0.0&token=\(token)") }
            poll.cancel()
            #expect(try await poll.value.json["status"]?.integer == 204)
        }
    }

    @Test func aServerThatStopsAnswersWhatWaits() async throws {
        try await TestEndpoint.with { endpoint in
            let token = try await endpoint.open()
            // Waits already when its answer to this is there: the second poll takes the first one's place.
            async let first = endpoint.call("GET", "vsn=2.0.0&token=\(token)")
            await endpoint.endpoint.drain()
            let status = try await first.json["status"]?.integer
            // Whichever came first.
            #expect(status == 204 || status == 410)
            #expect(try await endpoint.post("[]", token) == 410)
        }
    }

    // MARK: Pages

    @Test func pagesMayAskWhatTheyMaySend() async throws {
        try await TestEndpoint.with { endpoint in
            let answer = await endpoint.call("OPTIONS", "vsn=2.0.0") { $0.requestedHeaders = "x-phoenix-authtoken" }
            #expect(answer.status == 200)
            #expect(answer.text.isEmpty)
            #expect(
                answer.fields == [
                    "access-control-allow-origin": "*", "access-control-allow-methods": "get, post, options",
                    "access-control-max-age": "3600", "access-control-allow-headers": "x-phoenix-authtoken",
                ])
        }
    }

    @Test(arguments: ["HEAD", "PUT", "PATCH", "DELETE"])
    func otherMethodsAreBad(method: String) async throws {
        try await TestEndpoint.with { endpoint in
            let answer = await endpoint.call(method, "vsn=2.0.0")
            #expect(answer.status == 400)
            #expect(answer.text.isEmpty)
        }
    }

    @Test(arguments: ["GET", "POST", "OPTIONS", "PUT"])
    func foreignPagesAreForbidden(method: String) async throws {
        try await TestEndpoint.with { endpoint in
            for origins in [["https://evil.example"], ["null"], ["https://friend.example", "https://evil.example"]] {
                let answer = await endpoint.call(method, "vsn=2.0.0") { $0.origins = origins }
                #expect(answer.status == 200)
                #expect(answer.text == #"{"status":403}"#)
            }
        }
    }

    @Test(arguments: ["https://friend.example", "http://chat.test"])
    func ownAndListedPagesAreServed(origin: String) async throws {
        try await TestEndpoint.with { endpoint in
            let answer = try await endpoint.call("GET", "vsn=2.0.0") { $0.origins = [origin] }.json
            #expect(answer["status"]?.integer == 410)
        }
    }
}
