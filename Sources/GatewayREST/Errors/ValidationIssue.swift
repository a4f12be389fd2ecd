import Credentials
import WireJSON

/// One thing that is wrong with what was sent, in the form of the reference server's framework:
/// `{type, loc, msg, input, ctx?}`.
struct ValidationIssue: Sendable, Equatable {
    enum Place: String, Sendable { case path, query, header, body }

    let type: String
    let location: [JSONValue]
    let message: String
    /// What was sent; null where that may be a secret.
    var input: JSONValue = .null
    var context: JSONObject = [:]

    var json: JSONValue {
        var object: JSONObject = [
            "type": .string(self.type), "loc": .array(self.location), "msg": .string(self.message),
            "input": self.input,
        ]
        if !self.context.isEmpty { object["ctx"] = .object(self.context) }
        return .object(object)
    }

    init(
        _ type: String, _ place: Place, _ name: String?, _ message: String, input: JSONValue = .null,
        context: JSONObject = [:]
    ) {
        self.type = type
        self.location = [.string(place.rawValue)] + (name.map { [.string($0)] } ?? [])
        self.message = message
        self.input = input
        self.context = context
    }

    // MARK: Whole bodies

    static let notAnObject = ValidationIssue(
        "model_attributes_type", .body, nil, "Input should be a valid dictionary or object to extract fields from")

    static let notAForm = ValidationIssue(
        "form_expected", .body, nil,
        "Send a form (Content-Type: application/x-www-form-urlencoded) with username and password, not JSON")

    static let malformedForm = ValidationIssue("form_invalid", .body, nil, "The form cannot be read")

    static func malformedJSON(_ error: JSONError) -> ValidationIssue {
        ValidationIssue(
            "json_invalid", .body, nil, "JSON decode error", context: ["error": .string(error.description)])
    }

    // MARK: Fields

    static func missing(_ place: Place, _ name: String) -> ValidationIssue {
        ValidationIssue("missing", place, name, "Field required")
    }

    static func unknown(_ name: String) -> ValidationIssue {
        ValidationIssue("extra_forbidden", .body, name, "Extra inputs are not permitted")
    }

    static func notAnObject(_ name: String) -> ValidationIssue {
        ValidationIssue("dict_type", .body, name, "Input should be a valid object")
    }

    static func notAString(_ name: String) -> ValidationIssue {
        ValidationIssue("string_type", .body, name, "Input should be a valid string")
    }

    static func notABoolean(_ place: Place, _ name: String, input: JSONValue) -> ValidationIssue {
        ValidationIssue(
            "bool_parsing", place, name, "Input should be a valid boolean, unable to interpret input", input: input)
    }

    static func notAnInteger(_ place: Place, _ name: String, input: String) -> ValidationIssue {
        ValidationIssue(
            "int_parsing", place, name, "Input should be a valid integer, unable to parse string as an integer",
            input: .string(input))
    }

    static func tooSmall(_ name: String, least: Int, input: String) -> ValidationIssue {
        ValidationIssue(
            "greater_than_equal", .query, name, "Input should be greater than or equal to \(least)",
            input: .string(input), context: ["ge": .integer(Int64(least))])
    }

    static func tooLarge(_ name: String, most: Int, input: String) -> ValidationIssue {
        ValidationIssue(
            "less_than_equal", .query, name, "Input should be less than or equal to \(most)", input: .string(input),
            context: ["le": .integer(Int64(most))])
    }

    static func notAmong(_ choices: [String], _ place: Place, _ name: String, input: String) -> ValidationIssue {
        let list = choices.map { "'\($0)'" }.joined(separator: ", ")
        return ValidationIssue(
            "enum", place, name, "Input should be one of \(list)", input: .string(input),
            context: ["expected": .string(list)])
    }

    /// - Parameter username: What was typed; a password is never given back.
    init(_ violation: SignUpRules.Violation, username: String) {
        var context = JSONObject()
        switch violation.bound {
        case .minLength(let bound): context["min_length"] = .integer(Int64(bound))
        case .maxLength(let bound): context["max_length"] = .integer(Int64(bound))
        case nil: break
        }
        self.init(
            violation.type, .body, violation.field.rawValue, violation.message,
            input: violation.field == .username ? .string(username) : .null, context: context)
    }
}
