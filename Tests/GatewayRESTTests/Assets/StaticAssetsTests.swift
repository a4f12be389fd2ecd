import HTTPTypes
import NIOCore
import Testing

@testable import GatewayREST

struct StaticAssetsTests {
    @Test(arguments: ["/", "/index.html", "/app.js"])
    func filesCarryTheStrictPolicy(path: String) async throws {
        try await TestGateway.with { test async throws in
            let answer = try await test.get(path)
            #expect(answer.status == 200)
            let policy = try #require(answer.headers[.contentSecurityPolicy])
            for rule in [
                "default-src 'self'", "script-src 'self'", "style-src 'self'", "connect-src 'self' ws: wss:",
                "img-src 'self' data:", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'",
            ] {
                #expect(policy.contains(rule))
            }
            #expect(!policy.contains("unsafe"))
            #expect(answer.headers[.xContentTypeOptions] == "nosniff")
            #expect(answer.headers[.referrerPolicy] == "no-referrer")
            #expect(answer.headers[.cacheControl] == "no-cache")
            #expect(answer.body.readableBytes > 0)
        }
    }

    @Test func thePageIsHTML() async throws {
        try await TestGateway.with { test async throws in
            #expect(try await test.get("/").headers[.contentType]?.hasPrefix("text/html") == true)
        }
    }

    @Test func aClientThatHasTheFileIsNotSentItAgain() async throws {
        try await TestGateway.with { test async throws in
            let tag = try #require(try await test.get("/").headers[.eTag])
            for field in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
                let again = try await test.get("/", headers: [.ifNoneMatch: field])
                #expect(again.status == 304)
                #expect(again.body.readableBytes == 0)
                #expect(again.headers[.eTag] == tag)
                #expect(again.headers[.contentLength] == nil)
            }
            #expect(try await test.get("/", headers: [.ifNoneMatch: "\"other\""]).status == 200)
        }
    }

    @Test func filesHaveTagsOfTheirOwn() async throws {
        try await TestGateway.with { test async throws in
            let page = try await test.get("/index.html")
            let script = try await test.get("/app.js")
            #expect(page.headers[.eTag] != script.headers[.eTag])
            #expect(try await test.get("/").headers[.eTag] == page.headers[.eTag])
        }
    }

    @Test(arguments: [
        "/../Package.swift", "/%2e%2e/Package.swift", "/..%2fPackage.swift", "/%00", "/%ff", "//etc/passwd",
    ])
    func noPathLeadsOutOfTheFiles(path: String) async throws {
        try await TestGateway.with { test async throws in
            #expect(try await test.get(path).status == 404)
        }
    }

    @Test func headOfAFileHasItsLengthAndNoBody() async throws {
        try await TestGateway.with { test async throws in
            let whole = try await test.get("/")
            let head = try await test.call(.head, "/")
            #expect(head.status == 200)
            #expect(head.body.readableBytes == 0)
            #expect(head.headers[.contentLength] == String(whole.body.readableBytes))
        }
    }
}
