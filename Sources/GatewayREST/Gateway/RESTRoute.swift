import HTTPTypes
import Hummingbird

/// One call: where it is found, what it does, and for the calls of the API what `/api/v1/openapi.json` says of it.
struct RESTRoute: Sendable {
    let method: HTTPRequest.Method
    /// With `{name}` for what varies.
    let path: String
    /// nil for what is no part of the API: pages, health, metrics.
    let operation: APIOperation?
    let handler: @Sendable (RESTCall) async throws -> Response

    init(
        _ method: HTTPRequest.Method, _ path: String, _ operation: APIOperation? = nil,
        handler: @escaping @Sendable (RESTCall) async throws -> Response
    ) {
        self.method = method
        self.path = path
        self.operation = operation
        self.handler = handler
    }
}

/// What a call takes and answers, in the terms of OpenAPI 3.1.
struct APIOperation: Sendable {
    enum Tag: String, Sendable, CaseIterable {
        case authentication, dashboard, rooms, signals, description, operations
    }

    enum Security: Sendable {
        case none, bearer, optionalBearer, apiKey, operatorToken
    }

    enum Body: Sendable {
        case json(APISchema)
        case form(APISchema)
    }

    struct Answer: Sendable {
        let status: Int
        let description: String
        var schema: APISchema?
    }

    let id: String
    let tag: Tag
    let summary: String
    var details = ""
    var parameters: [APIParameter] = []
    var body: Body?
    var security = Security.none
    let answers: [Answer]
}

/// A value in the path, the query or the head.
struct APIParameter: Sendable {
    enum Place: String, Sendable { case path, query, header }

    enum Kind: Sendable {
        case text
        case flag(default: Bool)
        case integer(ClosedRange<Int>, default: Int?)
        case choice([String], default: String)
    }

    let place: Place
    let name: String
    let kind: Kind
    let description: String
    /// What is in the path always is.
    var isRequired = false
}
