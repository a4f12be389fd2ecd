import HTTPTypes
import Testing
import WireJSON

@testable import GatewayREST

struct APIDescriptionTests {
    @Test func theDocumentListsExactlyTheCallsThatAreServed() async throws {
        try await TestGateway.with { test async throws in
            let document = try await test.get("/api/v1/openapi.json").json
            #expect(document["openapi"] == "3.1.0")
            #expect(document["info"]?["version"] == "1.2.3")
            var described: Set<String> = []
            for path in try #require(document["paths"]?.object).members {
                for method in try #require(path.value.object).members {
                    described.insert(method.key.uppercased() + " " + path.key)
                }
            }
            let served = test.gateway.routes.filter { $0.operation != nil }.map { $0.method.rawValue + " " + $0.path }
            #expect(described == Set(served))
            #expect(described.count == served.count)
        }
    }

    @Test func everyCallOfTheAPIIsDescribed() async throws {
        try await TestGateway.with { test async throws in
            let undescribed = test.gateway.routes.filter { $0.operation == nil && $0.path.hasPrefix("/api/") }
            #expect(undescribed.map(\.path) == ["/api/v1/docs/style.css"])
        }
    }

    @Test func everyReferenceLeadsToASchema() async throws {
        try await TestGateway.with { test async throws in
            let document = try await test.get("/api/v1/openapi.json").json
            for reference in Self.references(in: document) {
                let name = try #require(reference.split(separator: "/").last.map(String.init))
                #expect(document["components"]?["schemas"]?[name] != nil, "\(reference)")
            }
        }
    }

    @Test func anAccountIsAnsweredAsItsSchemaSays() async throws {
        try await TestGateway.with { test async throws in
            let schema = APISchema.account.definition
            let signedUp = try await test.signUp("newcomer").json
            let me = try await test.get("/api/v1/auth/me", token: try await test.token("pat")).json
            for answer in [signedUp, me] {
                let keys = try #require(answer.object?.members.map(\.key))
                #expect(Set(keys) == Set(schema["required"]?.array?.compactMap(\.string) ?? []))
            }
        }
    }

    @Test func operationsHaveDistinctNamesAndTheirPathParameters() async throws {
        try await TestGateway.with { test async throws in
            let operations = test.gateway.routes.compactMap { route in route.operation.map { (route.path, $0) } }
            #expect(Set(operations.map(\.1.id)).count == operations.count)
            for (path, operation) in operations {
                let inPath = path.split(separator: "/").filter { $0.hasPrefix("{") }.map {
                    String($0.dropFirst().dropLast())
                }
                #expect(operation.parameters.filter { $0.place == .path }.map(\.name) == inPath, "\(path)")
                #expect(!operation.answers.isEmpty)
            }
        }
    }

    @Test func thePageShowsEveryCallAndRunsNoScript() async throws {
        try await TestGateway.with { test async throws in
            let page = try await test.get("/api/v1/docs")
            #expect(page.headers[.contentType] == "text/html; charset=utf-8")
            #expect(!page.text.lowercased().contains("<script"))
            #expect(!page.text.contains(" style="))
            for route in test.gateway.routes where route.operation != nil { #expect(page.text.contains(route.path)) }
            #expect(try await test.get("/api/v1/docs/style.css").status == 200)
        }
    }

    private static func references(in value: JSONValue) -> [String] {
        switch value {
        case .object(let object):
            object.members.flatMap { member in
                member.key == "$ref" ? [member.value.string ?? ""] : Self.references(in: member.value)
            }
        case .array(let elements): elements.flatMap(Self.references)
        case .null, .bool, .integer, .number, .string: []
        }
    }
}
