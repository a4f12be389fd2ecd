import WireJSON

/// Reads the values of a query and says what is wrong with them. Unknown names are ignored.
struct QueryReader {
    private let fields: [(name: String, value: String)]

    /// - Throws: 422 when the query cannot be decoded.
    init(_ query: String) throws(RESTError) {
        guard let fields = URLEncodedForm.fields(of: query.utf8) else {
            throw RESTError(ValidationIssue("query_invalid", .query, nil, "The query cannot be read"))
        }
        self.fields = fields
    }

    /// The last value of this name.
    func text(_ name: String) -> String? { self.fields.last { $0.name == name }?.value }

    /// - Throws: 422 when it is not there.
    func required(_ name: String) throws(RESTError) -> String {
        guard let text = self.text(name) else { throw RESTError(ValidationIssue.missing(.query, name)) }
        return text
    }

    /// - Throws: 422 when it is no integer or out of range.
    func integer(_ name: String, in range: ClosedRange<Int>, default standard: Int) throws(RESTError) -> Int {
        guard let text = self.text(name) else { return standard }
        guard let value = Int(text) else { throw RESTError(ValidationIssue.notAnInteger(.query, name, input: text)) }
        guard value >= range.lowerBound else {
            throw RESTError(ValidationIssue.tooSmall(name, least: range.lowerBound, input: text))
        }
        guard value <= range.upperBound else {
            throw RESTError(ValidationIssue.tooLarge(name, most: range.upperBound, input: text))
        }
        return value
    }

    /// - Throws: 422 for a word that says neither yes nor no.
    func flag(_ name: String, default standard: Bool) throws(RESTError) -> Bool {
        guard let text = self.text(name) else { return standard }
        switch text.lowercased() {
        case "true", "1", "yes", "on", "t", "y": return true
        case "false", "0", "no", "off", "f", "n": return false
        default: throw RESTError(ValidationIssue.notABoolean(.query, name, input: .string(text)))
        }
    }

    /// - Throws: 422 for a word that is none of the choices.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, default standard: Choice
    ) throws(RESTError) -> Choice {
        guard let text = self.text(name) else { return standard }
        guard let choice = Choice(rawValue: text) else {
            throw RESTError(
                ValidationIssue.notAmong(Choice.allCases.map(\.rawValue), .query, name, input: text))
        }
        return choice
    }
}
