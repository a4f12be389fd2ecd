import ChatModel
import HTTPTypes
import Hummingbird
import WireJSON

/// A refusal as a client sees it: `{"detail": text}`, or for what failed validation `{"detail": [issue…]}`.
struct RESTError: Error, Sendable {
    enum Detail: Sendable {
        case text(String)
        case issues([ValidationIssue])
    }

    let status: HTTPResponse.Status
    let detail: Detail
    /// For programs; only where the core gave one.
    var code: String?
    var headers: HTTPFields = [:]

    init(_ status: HTTPResponse.Status, _ text: String) {
        self.status = status
        self.detail = .text(text)
    }

    init(_ issues: [ValidationIssue]) {
        self.status = .unprocessableContent
        self.detail = .issues(issues)
    }

    init(_ issue: ValidationIssue) { self.init([issue]) }

    static let notAuthenticated = RESTError(unauthorized: "Not authenticated")
    static let bodyTooLarge = RESTError(.contentTooLarge, "Request body too large")

    /// 401 with the challenge that RFC 9110 §11.6.1 asks for.
    init(unauthorized text: String) {
        self.init(.unauthorized, text)
        self.headers[.wwwAuthenticate] = "Bearer"
    }

    var response: Response {
        var body = JSONObject()
        switch self.detail {
        case .text(let text): body["detail"] = .string(text)
        case .issues(let issues): body["detail"] = .array(issues.map(\.json))
        }
        if let code = self.code { body["code"] = .string(code) }
        return .json(.object(body), status: self.status, headers: self.headers)
    }
}
