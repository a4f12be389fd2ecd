import ChatModel
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NetTransport

/// Around every call: answers preflights, turns errors into answers, adds what every answer carries, and counts.
struct RESTMiddleware: RouterMiddleware {
    typealias Context = RESTContext

    let origins: AllowedOrigins
    let counters: HTTPRequestCounters
    let routes: RouteIndex

    func handle(
        _ request: Request, context: RESTContext,
        next: (Request, RESTContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        if let preflight = self.preflight(request) {
            response = preflight
        } else {
            do {
                response = try await next(request, context)
            } catch {
                response = self.answer(to: error, request, context)
            }
        }
        self.complete(&response, for: request)
        self.counters.count(status: response.status.code)
        return response
    }

    // MARK: Errors

    private func answer(to error: any Error, _ request: Request, _ context: RESTContext) -> Response {
        switch error {
        case let error as RESTError:
            return error.response
        case let error as ChatError:
            return RESTError(error).response
        case let error as HTTPError where error.status == .notFound:
            return self.notFound(request)
        case let error as HTTPError:
            return RESTError(error.status, error.status.reasonPhrase).response
        default:
            context.logger.error(
                "A request failed",
                metadata: ["path": "\(context.endpointPath ?? "")", "error": "\(String(describing: type(of: error)))"])
            return RESTError(ChatError(.internal)).response
        }
    }

    /// 405 with the methods that there are, or 404.
    private func notFound(_ request: Request) -> Response {
        let methods = self.routes.methods(of: request.uri.path)
        guard !methods.isEmpty else { return RESTError(.notFound, "Not Found").response }
        var response = RESTError(.methodNotAllowed, "Method Not Allowed").response
        response.headers[.allow] = methods.joined(separator: ", ")
        return response
    }

    // MARK: Cross-origin requests

    /// The answer to a preflight (Fetch §3.2.2); nil when it is none.
    private func preflight(_ request: Request) -> Response? {
        guard request.method == .options, request.headers[.origin] != nil,
            request.headers[.accessControlRequestMethod] != nil
        else { return nil }
        guard self.origin(of: request) != nil else { return RESTError(.forbidden, "Origin not allowed").response }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET, POST, PATCH, DELETE",
                .accessControlAllowHeaders: "Authorization, Content-Type",
                .accessControlMaxAge: "600",
            ])
    }

    /// The request's origin if the operator has listed it.
    private func origin(of request: Request) -> String? {
        request.headers[.origin].flatMap { self.origins.contains($0) ? $0 : nil }
    }

    // MARK: Every answer

    private func complete(_ response: inout Response, for request: Request) {
        // Neither has a body, and a length would be taken for the one of another answer (RFC 9110 §8.6).
        if response.status == .noContent || response.status == .notModified { response.headers[.contentLength] = nil }
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] = "default-src 'none'; frame-ancestors 'none'"
        }
        response.headers[.referrerPolicy] = "no-referrer"
        // Tokens travel in a header that scripts set, never in cookies: credentials are not allowed across origins.
        if let origin = self.origin(of: request) {
            response.headers[.accessControlAllowOrigin] = origin
            response.headers[.accessControlExposeHeaders] = "Retry-After, WWW-Authenticate"
        }
        if !self.origins.isEmpty { response.headers[.vary] = "Origin" }
    }
}

extension HTTPField.Name {
    /// Names that swift-http-types has no constants for. All are legal tokens, so the fallback is never taken.
    private static func named(_ name: String) -> HTTPField.Name { HTTPField.Name(name) ?? .date }

    static let referrerPolicy = named("Referrer-Policy")
}

/// Which methods each path has, for `Allow`.
struct RouteIndex: Sendable {
    private let entries: [(segments: [Substring], method: String)]

    init(_ routes: [RESTRoute]) {
        self.entries = routes.map { ($0.path.split(separator: "/"), $0.method.rawValue) }
    }

    func methods(of path: String) -> [String] {
        let segments = path.split(separator: "/")
        var methods: [String] = []
        for entry in self.entries where Self.matches(entry.segments, segments) && !methods.contains(entry.method) {
            methods.append(entry.method)
            if entry.method == "GET" { methods.append("HEAD") }
        }
        return methods
    }

    private static func matches(_ pattern: [Substring], _ path: [Substring]) -> Bool {
        pattern.count == path.count && zip(pattern, path).allSatisfy { $0 == $1 || $0.hasPrefix("{") }
    }
}
