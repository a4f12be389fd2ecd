import ChatModel
import Credentials
import WireJSON

/// Reads the fields of a body and collects what is wrong with them. Unknown fields are ignored unless
/// ``refuseFields(otherThan:)`` is called.
struct BodyReader {
    private let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    /// Several strings that must all be there.
    ///
    /// - Throws: 422 with one issue for each that is missing or no string.
    func strings(_ names: String...) throws(RESTError) -> [String] {
        var values: [String] = []
        var issues: [ValidationIssue] = []
        for name in names {
            switch self.object[name] {
            case .string(let text)?: values.append(text)
            case nil: issues.append(.missing(.body, name))
            default: issues.append(.notAString(name))
            }
        }
        guard issues.isEmpty else { throw RESTError(issues) }
        return values
    }

    /// nil when it is not there.
    func value(_ name: String) -> JSONValue? { self.object[name] }

    /// - Throws: 422 when it is missing or no object.
    func object(_ name: String) throws(RESTError) -> JSONObject {
        switch self.object[name] {
        case .object(let object)?: return object
        case nil: throw RESTError(ValidationIssue.missing(.body, name))
        default: throw RESTError(ValidationIssue.notAnObject(name))
        }
    }

    /// - Throws: 422 with one issue for each field that is none of these.
    func refuseFields(otherThan names: Set<String>) throws(RESTError) {
        let issues = self.object.members.filter { !names.contains($0.key) }.map { ValidationIssue.unknown($0.key) }
        guard issues.isEmpty else { throw RESTError(issues) }
    }

    /// nil when it is not there or null.
    func optionalString(_ name: String) throws(RESTError) -> String? {
        switch self.object[name] {
        case .string(let text)?: return text
        case nil, .null?: return nil
        default: throw RESTError(ValidationIssue.notAString(name))
        }
    }

    func optionalFlag(_ name: String) throws(RESTError) -> Bool? {
        switch self.object[name] {
        case .bool(let value)?: return value
        case nil, .null?: return nil
        case let value?: throw RESTError(ValidationIssue.notABoolean(.body, name, input: value))
        }
    }
}

extension UserID {
    /// The id of the account that somebody named; nil for what cannot be a username.
    init?(typed text: String) {
        guard let name = try? Username(text) else { return nil }
        self.init(canonical: name.canonical)
    }
}
