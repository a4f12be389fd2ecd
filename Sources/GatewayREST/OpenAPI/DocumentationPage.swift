import HTTPTypes
import Hummingbird
import NIOCore
import WireJSON

/// The description of the API as one page of HTML, without script.
struct DocumentationPage {
    private let routes: [RESTRoute]
    private let version: String

    init(routes: [RESTRoute], version: String) {
        self.routes = routes
        self.version = version
    }

    var response: Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8", .cacheControl: "no-cache",
                .contentSecurityPolicy: "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
            ],
            body: .init(byteBuffer: ByteBuffer(string: self.html)))
    }

    var html: String {
        let sections = APIOperation.Tag.allCases.map { tag in
            let calls = self.routes.compactMap { route in
                route.operation.flatMap { $0.tag == tag ? Self.call(route, $0) : nil }
            }
            return "<h2>\(tag.rawValue.prefix(1).uppercased())\(tag.rawValue.dropFirst())</h2>\n" + calls.joined()
        }
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Parley API</title>
            <link rel="stylesheet" href="/api/v1/docs/style.css">
            </head>
            <body>
            <h1>Parley API \(Self.escaped(self.version))</h1>
            <p>For programs: <a href="/api/v1/openapi.json">openapi.json</a>. Chat itself runs over the WebSocket at
            <code>/ws</code>. Errors are <code>{"detail": "text"}</code>; what is not valid is answered with 422 and a
            list.</p>
            \(sections.joined())</body>
            </html>

            """
    }

    static let style = """
        :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
        body { max-width: 52rem; margin: 0 auto; padding: 1rem; }
        section { border-top: 1px solid #8886; padding: .5rem 0 1rem; }
        h3 { margin: .5rem 0; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
        h3 b { color: #1668b8; }
        table { border-collapse: collapse; width: 100%; }
        td { padding: .15rem .75rem .15rem 0; vertical-align: top; }
        @media (prefers-color-scheme: dark) { h3 b, a { color: #7cb8f0; } }

        """

    // MARK: One call

    private static func call(_ route: RESTRoute, _ operation: APIOperation) -> String {
        var parts = [
            "<section id=\"\(self.escaped(operation.id))\">",
            "<h3><b>\(self.escaped(route.method.rawValue))</b> \(self.escaped(route.path))</h3>",
            "<p>\(self.escaped(operation.summary)).\(self.escaped(operation.details.isEmpty ? "" : " " + operation.details))"
                + " \(self.words(operation.security))</p>",
        ]
        var rows = operation.parameters.map { self.row($0.name, self.words($0.kind) + ". " + $0.description) }
        if let body = operation.body { rows.append(self.row("body", self.words(body))) }
        rows += operation.answers.map { self.row(String($0.status), self.words($0)) }
        parts.append("<table>\n\(rows.joined())</table>\n</section>\n")
        return parts.joined(separator: "\n")
    }

    private static func row(_ name: String, _ text: String) -> String {
        "<tr><td><code>\(self.escaped(name))</code></td><td>\(self.escaped(text))</td></tr>\n"
    }

    private static func words(_ security: APIOperation.Security) -> String {
        switch security {
        case .none: "No token."
        case .bearer: "Needs a token."
        case .optionalBearer: "A token is optional."
        case .apiKey: "Needs an API key, as X-API-Key or as a bearer token."
        case .operatorToken: "Needs an operator's token."
        }
    }

    private static func words(_ kind: APIParameter.Kind) -> String {
        switch kind {
        case .text: "Text"
        case .flag(let standard): "true or false, default \(standard)"
        case .choice(let choices, let standard): "One of \(choices.joined(separator: ", ")), default \(standard)"
        case .integer(let range, let standard):
            "\(range.lowerBound)…\(range.upperBound)" + (standard.map { ", default \($0)" } ?? "")
        }
    }

    private static func words(_ body: APIOperation.Body) -> String {
        switch body {
        case .json(let schema): "JSON: " + self.fields(schema)
        case .form(let schema): "Form: " + self.fields(schema)
        }
    }

    private static func words(_ answer: APIOperation.Answer) -> String {
        switch answer.schema {
        case nil, .error?, .validationError?: answer.description
        case let schema?: answer.description + ": " + self.fields(schema)
        }
    }

    private static func fields(_ schema: APISchema) -> String {
        schema.definition["properties"]?.object?.members.map(\.key).joined(separator: ", ") ?? schema.rawValue
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { output, character in
            switch character {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            default: output.append(character)
            }
        }
    }
}
