import ChatCore
import ChatModel
import HTTPTypes
import Testing
import WireJSON

@testable import GatewayREST

/// json-chat.md §1.10, cases 58 and 59.
struct AuthenticationRoutesTests {
    private static let login = "/api/v1/auth/login"
    private static let signup = "/api/v1/auth/signup"

    @Test func signUpAnswersTheNewAccount() async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.signUp("newcomer")
            #expect(answer.status == 201)
            let user = try answer.json
            #expect(user["id"] == "newcomer")
            #expect(user["is_guest"] == false)
            #expect(user["created_at"]?.string?.hasSuffix("Z") == true)
            #expect(answer.headers[.cacheControl] == "no-store")
        }
    }

    @Test func takenAndReservedNamesAreConflicts() async throws {
        try await TestGateway.with { test async throws in
            #expect(try await test.signUp("taken").status == 201)
            for name in ["taken", "TAKEN", "Guest0001"] {
                let answer = try await test.signUp(name)
                #expect(answer.status == 409)
                #expect(answer.detail == "Username already exists.")
            }
        }
    }

    @Test func issuesNameTheFieldAndNeverRepeatAPassword() async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.post(Self.signup, json: #"{"username":"al","password":"secret"}"#)
            #expect(answer.status == 422)
            let issues = try #require(try answer.json["detail"]?.array)
            #expect(issues.map { $0["loc"] } == [["body", "username"], ["body", "password"]])
            #expect(issues.allSatisfy { $0["type"]?.string != nil && $0["msg"]?.string != nil })
            #expect(issues[0]["ctx"] == ["min_length": 3])
            #expect(!answer.text.contains("secret"))
        }
    }

    @Test(arguments: [
        "", "{", "[]", "7", #"{"username":7,"password":8}"#, #"{"username":"x"}"#,
        #"{"username":"aaa","username":"bbb","password":"Correct7Horse"}"#,
        String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
    ])
    func bodiesThatAreNoCredentialsAre422(body: String) async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.post(Self.signup, json: body)
            #expect(answer.status == 422)
            for issue in try #require(try answer.json["detail"]?.array) {
                let keys = issue.object?.members.map(\.key) ?? []
                #expect(["type", "loc", "msg", "input"].allSatisfy(keys.contains))
            }
        }
    }

    @Test func aBodyAboveTheLimitIs413() async throws {
        try await TestGateway.with(maxBodyBytes: 2000) { test async throws in
            let filler = String(repeating: " ", count: 2000)
            let json = try await test.post(Self.signup, json: "{}\(filler)")
            #expect(json.status == 413)
            let form = try await test.post(Self.login, form: "username=\(filler)")
            #expect(form.status == 413)
        }
    }

    @Test func logInTakesAFormOnly() async throws {
        try await TestGateway.with { test async throws in
            _ = try await test.signUp("taken")
            let credentials = "username=taken&password=\(TestGateway.password)"
            let answer = try await test.post(Self.login, form: credentials)
            #expect(answer.status == 200)
            #expect(try answer.json["token_type"] == "bearer")
            #expect(try #require(try answer.json["expires_in"]?.integer) > 0)
            let json = try await test.post(Self.login, json: #"{"username":"taken","password":"Correct7Horse"}"#)
            #expect(json.status == 422)
            #expect(json.text.contains("Send a form"))
            let twice = try await test.post(Self.login, form: "\(credentials)&password=other")
            #expect(twice.status == 422)
            #expect(try await test.post(Self.login, form: "username=%zz&password=x").status == 422)
        }
    }

    @Test func wrongNameAndWrongPasswordLookAlike() async throws {
        try await TestGateway.with { test async throws in
            _ = try await test.signUp("taken")
            for name in ["taken", "nobody-here"] {
                let answer = try await test.post(Self.login, form: "username=\(name)&password=Wrong7Horse")
                #expect(answer.status == 401)
                #expect(answer.detail == "Incorrect username or password")
                #expect(answer.headers[.wwwAuthenticate] == "Bearer")
            }
        }
    }

    @Test func formsAreDecoded() async throws {
        try await TestGateway.with { test async throws in
            _ = try await test.service.accounts.create(username: "Jürgen", password: "a+b & c", role: .user)
            let answer = try await test.post(Self.login, form: "username=J%C3%BCrgen&password=a%2Bb%20%26+c")
            #expect(answer.status == 200)
        }
    }

    @Test func loggingOutEndsTheToken() async throws {
        try await TestGateway.with { test async throws in
            let token = try await test.token("mia")
            #expect(try await test.get("/api/v1/auth/me", token: token).status == 200)
            let out = try await test.call(.post, "/api/v1/auth/logout", token: token)
            #expect(out.status == 204)
            #expect(out.headers[.contentLength] == nil)
            let after = try await test.get("/api/v1/auth/me", token: token)
            #expect(after.status == 401)
            #expect(after.detail == "Invalid token")
        }
    }

    @Test func loggingOutEverywhereEndsTheOthersToo() async throws {
        try await TestGateway.with { test async throws in
            let first = try await test.token("mia")
            let second = try await test.call(.post, "/api/v1/auth/refresh", token: first).json["access_token"]?.string
            _ = try await test.call(.post, "/api/v1/auth/logout?everywhere=true", token: first)
            #expect(try await test.get("/api/v1/auth/me", token: second).status == 401)
        }
    }

    @Test func aGuestsTokenIsThatGuest() async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.call(.post, "/api/v1/auth/guest").json
            let me = try await test.get("/api/v1/auth/me", token: answer["access_token"]?.string).json
            #expect(me["username"] == answer["user"]?["username"])
            #expect(me["is_guest"] == true)
        }
    }

    @Test func aGuestThatSignsUpStopsBeingOne() async throws {
        try await TestGateway.with { test async throws in
            let guest = try await test.call(.post, "/api/v1/auth/guest").json["access_token"]?.string
            let body = #"{"username":"grown-up","password":"Correct7Horse"}"#
            let answer = try await test.post(Self.signup, json: body, token: guest)
            #expect(answer.status == 201)
            #expect(try answer.json["username"] == "grown-up")
            #expect(try answer.json["is_guest"] == false)
        }
    }

    @Test func closedDoorsAreSaid() async throws {
        var policy = Policy()
        policy.signUp = .closed
        policy.guestsEnabled = false
        try await TestGateway.with(policy: policy) { test async throws in
            #expect(try await test.signUp("newcomer").status == 403)
            #expect(try await test.call(.post, "/api/v1/auth/guest").status == 403)
            #expect(try await test.get("/api/v1/rooms").status == 401)
        }
    }
}
