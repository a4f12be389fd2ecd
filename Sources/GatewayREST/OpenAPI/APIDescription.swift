import HTTPTypes
import Hummingbird
import NIOCore
import WireJSON

/// What the API says of itself, made from the very list of calls that is served: `/api/v1/openapi.json` for programs,
/// `/api/v1/docs` for people.
struct APIDescription: Sendable {
    /// The calls, with those that serve the description itself.
    let routes: [RESTRoute]

    init(calls: [RESTRoute], version: String) {
        let document = RESTRoute(
            .get, "/api/v1/openapi.json",
            APIOperation(
                id: "openapi", tag: .description, summary: "This description",
                answers: [.init(status: 200, description: "OpenAPI 3.1")])
        ) { call in
            // Asked for rarely: made when asked for, and not kept.
            .json(OpenAPIDocument(routes: Self.described(calls), version: version).json)
        }
        let page = RESTRoute(
            .get, "/api/v1/docs",
            APIOperation(
                id: "docs", tag: .description, summary: "This description as a page",
                answers: [.init(status: 200, description: "HTML")])
        ) { call in
            DocumentationPage(routes: Self.described(calls), version: version).response
        }
        let style = RESTRoute(.get, "/api/v1/docs/style.css") { _ in
            .text(DocumentationPage.style, type: "text/css; charset=utf-8")
        }
        self.routes = calls + [document, page, style]
    }

    /// The calls together with the two that describe them.
    private static func described(_ calls: [RESTRoute]) -> [RESTRoute] {
        APIDescription(calls: calls, version: "").routes.filter { $0.operation != nil }
    }
}

/// The OpenAPI 3.1 document of a list of calls.
struct OpenAPIDocument {
    private let routes: [RESTRoute]
    private let version: String

    init(routes: [RESTRoute], version: String) {
        self.routes = routes
        self.version = version
    }

    var json: JSONValue {
        var schemas = JSONObject()
        for schema in APISchema.allCases { schemas[schema.rawValue] = schema.definition }
        return [
            "openapi": "3.1.0",
            "info": [
                "title": "Parley", "version": .string(self.version),
                "description": "Accounts, administration, search, signals; chat itself runs over the WebSocket at /ws.",
            ],
            "servers": [["url": "/"]],
            "tags": .array(APIOperation.Tag.allCases.map { ["name": .string($0.rawValue)] }),
            "paths": self.paths,
            "components": [
                "schemas": .object(schemas),
                "securitySchemes": [
                    "bearer": ["type": "http", "scheme": "bearer", "bearerFormat": "JWT"],
                    "apiKey": [
                        "type": "apiKey", "in": "header", "name": "X-API-Key",
                        "description": "A key of `parley apikey add`; also as Authorization: Bearer",
                    ],
                    "operator": [
                        "type": "http", "scheme": "bearer",
                        "description": "A token made from the secrets of the data directory",
                    ],
                ],
            ],
        ]
    }

    private var paths: JSONValue {
        var paths = JSONObject()
        for route in self.routes {
            guard let operation = route.operation else { continue }
            var item = paths[route.path]?.object ?? JSONObject()
            item[route.method.rawValue.lowercased()] = operation.json
            paths[route.path] = .object(item)
        }
        return .object(paths)
    }
}

extension APIOperation {
    var json: JSONValue {
        var object: JSONObject = [
            "operationId": .string(self.id), "tags": [.string(self.tag.rawValue)], "summary": .string(self.summary),
        ]
        if !self.details.isEmpty { object["description"] = .string(self.details) }
        if !self.parameters.isEmpty { object["parameters"] = .array(self.parameters.map(\.json)) }
        if let body = self.body { object["requestBody"] = body.json }
        object["security"] = self.security.json
        var responses = JSONObject()
        for answer in self.answers { responses[String(answer.status)] = answer.json }
        object["responses"] = .object(responses)
        return .object(object)
    }
}

extension APIOperation.Body {
    fileprivate var json: JSONValue {
        let (type, schema) =
            switch self {
            case .json(let schema): ("application/json", schema)
            case .form(let schema): ("application/x-www-form-urlencoded", schema)
            }
        return ["required": true, "content": .object([type: ["schema": schema.reference]])]
    }
}

extension APIOperation.Security {
    fileprivate var json: JSONValue {
        switch self {
        case .none: []
        case .bearer: [["bearer": []]]
        case .optionalBearer: [["bearer": []], [:]]
        case .apiKey: [["apiKey": []]]
        case .operatorToken: [["operator": []]]
        }
    }
}

extension APIOperation.Answer {
    fileprivate var json: JSONValue {
        var object: JSONObject = ["description": .string(self.description)]
        if let schema = self.schema {
            object["content"] = ["application/json": ["schema": schema.reference]]
        }
        return .object(object)
    }
}

extension APIParameter {
    fileprivate var json: JSONValue {
        [
            "name": .string(self.name), "in": .string(self.place.rawValue),
            "required": .bool(self.isRequired || self.place == .path),
            "description": .string(self.description), "schema": self.kind.json,
        ]
    }
}

extension APIParameter.Kind {
    fileprivate var json: JSONValue {
        switch self {
        case .text:
            return ["type": "string"]
        case .flag(let standard):
            return ["type": "boolean", "default": .bool(standard)]
        case .choice(let choices, let standard):
            return ["enum": .array(choices.map { .string($0) }), "default": .string(standard)]
        case .integer(let range, let standard):
            var object: JSONObject = [
                "type": "integer", "minimum": .integer(Int64(range.lowerBound)),
                "maximum": .integer(Int64(range.upperBound)),
            ]
            if let standard { object["default"] = .integer(Int64(standard)) }
            return .object(object)
        }
    }
}
