import ChatCore
import ChatModel
import HTTPTypes
import Testing
import WireJSON

@testable import GatewayREST

/// json-chat.md §1.10, cases 60 to 62.
struct DashboardRoutesTests {
    private static let users = "/api/v1/dashboard/users/"

    @Test(arguments: [
        "/api/v1/dashboard/users/", "/api/v1/dashboard/users/pat", "/api/v1/dashboard/users/pat/messages",
        "/api/v1/dashboard/channels/active", "/api/v1/dashboard/channels/members/1",
    ])
    func onlyAdministratorsRead(path: String) async throws {
        try await TestGateway.with { test async throws in
            let pat = try await test.token("pat")
            let admin = try await test.token("boss", role: .admin)
            let missing = try await test.get(path)
            #expect(missing.status == 401)
            #expect(missing.detail == "Not authenticated")
            #expect(try await test.get(path, token: "a.b.c").detail == "Invalid token")
            #expect(try await test.get(path, token: pat).status == 403)
            #expect(try await test.get(path, token: admin).status == 200)
        }
    }

    @Test func theFinalSlashMayBeLeftOut() async throws {
        try await TestGateway.with { test async throws in
            let admin = try await test.token("boss", role: .admin)
            #expect(try await test.get("/api/v1/dashboard/users", token: admin).status == 200)
        }
    }

    @Test func pagesAreBoundedAndSearchIsLiteral() async throws {
        try await TestGateway.with { test async throws in
            let admin = try await test.token("boss", role: .admin)
            _ = try await test.token("percent_under")
            for query in [
                "page=0", "page_size=0", "page_size=x", "page_size=101", "page=9999999999999999999",
                "registered_only=maybe",
            ] {
                let answer = try await test.get("\(Self.users)?\(query)", token: admin)
                #expect(answer.status == 422, "\(query)")
            }
            let percent = try await test.get("\(Self.users)?search=%25", token: admin).json
            #expect(percent["users"] == [])
            let found = try await test.get("\(Self.users)?search=T_U", token: admin).json
            #expect(found["users"]?.array?.map { $0["username"] } == ["percent_under"])
            #expect(found["total_pages"] == 1)
            let first = try await test.get("\(Self.users)?page_size=1", token: admin).json
            #expect(first["total_users"] == 2)
            #expect(first["total_pages"] == 2)
        }
    }

    @Test func oneMayNameOneselfUnchanged() async throws {
        try await TestGateway.with { test async throws in
            let pat = try await test.token("pat")
            _ = try await test.token("rita")
            func patch(_ id: String, _ body: String) async throws -> TestGateway.Answer {
                try await test.call(
                    .patch, "\(Self.users)\(id)", token: pat, headers: [.contentType: "application/json"], body: body)
            }
            #expect(try await patch("pat", #"{"username":"pat"}"#).status == 200)
            #expect(try await patch("pat", #"{"username":"rita"}"#).detail == "Username in use")
            #expect(try await patch("pat", #"{"username":"somebody"}"#).status == 422)
            #expect(try await patch("rita", #"{"username":"rita"}"#).status == 403)
            #expect(try await patch("pat", #"{"display_name":"Pat the Great"}"#).status == 200)
            #expect(try await patch("pat", #"{"is_disabled":true}"#).status == 403)
            let unknown = try await patch("pat", #"{"display_name":"Pat","role":"admin"}"#)
            #expect(unknown.status == 422)
            #expect(unknown.text.contains(#""role""#))
        }
    }

    @Test func aNewPasswordWantsTheCurrentOne() async throws {
        try await TestGateway.with { test async throws in
            let pat = try await test.token("pat")
            func patch(_ body: String) async throws -> Int {
                try await test.call(
                    .patch, "\(Self.users)pat", token: pat, headers: [.contentType: "application/json"], body: body
                ).status
            }
            #expect(try await patch(#"{"password":"Another8Horse"}"#) == 422)
            #expect(try await patch(#"{"password":"Another8Horse","current_password":"Wrong7Horse"}"#) == 403)
            #expect(try await patch(#"{"password":"weak","current_password":"Correct7Horse"}"#) == 422)
            #expect(try await patch(#"{"password":"Another8Horse","current_password":"Correct7Horse"}"#) == 200)
            #expect(try await test.get("/api/v1/auth/me", token: pat).status == 401)
        }
    }

    @Test func administratorsSetPasswordsAndShutOut() async throws {
        try await TestGateway.with { test async throws in
            let admin = try await test.token("boss", role: .admin)
            _ = try await test.token("pat")
            func patch(_ id: String, _ body: String) async throws -> TestGateway.Answer {
                try await test.call(
                    .patch, "\(Self.users)\(id)", token: admin, headers: [.contentType: "application/json"], body: body)
            }
            #expect(try await patch("pat", #"{"password":"Another8Horse"}"#).status == 200)
            #expect(
                try await test.post("/api/v1/auth/login", form: "username=pat&password=Another8Horse").status == 200)
            #expect(try await patch("pat", #"{"is_disabled":true}"#).json["is_disabled"] == true)
            #expect(
                try await test.post("/api/v1/auth/login", form: "username=pat&password=Another8Horse").status == 401)
            #expect(try await patch("nobody", #"{"is_disabled":true}"#).status == 404)
        }
    }

    @Test func deletingIsDoneOnceAndStaysDone() async throws {
        try await TestGateway.with { test async throws in
            let admin = try await test.token("boss", role: .admin)
            let pat = try await test.token("pat")
            #expect(try await test.call(.delete, "\(Self.users)boss", token: pat).status == 403)
            #expect(try await test.call(.delete, "\(Self.users)pat?messages=burn", token: admin).status == 422)
            for _ in 1...2 {
                #expect(try await test.call(.delete, "\(Self.users)pat?messages=remove", token: admin).status == 204)
            }
            #expect(try await test.get("\(Self.users)pat", token: admin).detail == "User not found")
            #expect(try await test.get("/api/v1/auth/me", token: pat).status == 401)
        }
    }

    @Test func channelsAreNumbers() async throws {
        try await TestGateway.with { test async throws in
            let admin = try await test.token("boss", role: .admin)
            let members = "/api/v1/dashboard/channels/members/"
            #expect(try await test.get("\(members)1", token: admin).json == ["count": 0, "users": []])
            for absent in ["2000000000", "0", "-1", "99999999999"] {
                let answer = try await test.get("\(members)\(absent)", token: admin)
                #expect(answer.status == 404)
                #expect(answer.detail == "Channel doesn't exist")
            }
            #expect(try await test.get("\(members)lobby", token: admin).status == 422)
            #expect(
                try await test.get("/api/v1/dashboard/channels/active", token: admin).json == [
                    "count": 0, "channels": [],
                ])
        }
    }

    @Test func idsInThePathAreDecodedAndFolded() async throws {
        try await TestGateway.with { test async throws in
            let admin = try await test.token("boss", role: .admin)
            _ = try await test.token("Jürgen")
            #expect(try await test.get("\(Self.users)J%C3%BCrgen", token: admin).json["username"] == "Jürgen")
            #expect(try await test.get("\(Self.users)%ff", token: admin).status == 404)
        }
    }
}
