import WireJSON

/// A request of PhoenixGenApi as its client wrote it (phoenix-channels.md §5.1).
///
/// Who asks is never taken from it: `user_id`, `user_roles` and `device_id` are passed over.
struct GenAPIRequest: Sendable {
    /// Bytes of a whole payload.
    static let maxBytes = 1_000_000
    /// Echoed; of any type.
    let id: JSONValue
    let type: String
    let service: String
    /// nil: the latest.
    let version: String?
    let arguments: JSONObject

    /// - Parameter byteCount: Of the payload that is `object`.
    init(_ object: JSONObject, byteCount: Int) throws(GenAPIFailure) {
        guard byteCount <= Self.maxBytes else {
            throw .invalid(
                "Request payload exceeds maximum size of \(Self.maxBytes) bytes (got \(byteCount) bytes)")
        }
        let missing = ["request_type", "request_id", "service"].filter { Self.isMissing(object[$0]) }
        guard missing.isEmpty else {
            throw .invalid("Missing required fields: \(missing.joined(separator: ", "))")
        }
        self.id = object["request_id"] ?? .null
        self.type = try Self.string("request_type", of: object) ?? ""
        self.service = try Self.string("service", of: object) ?? ""
        let version = try Self.string("version", of: object) ?? ""
        self.version = version.isEmpty || version == "0.0.0" ? nil : version
        switch object["args"] {
        case nil, .null: self.arguments = JSONObject()
        case .object(let arguments): self.arguments = arguments
        case .bool, .integer, .number, .string, .array: throw .invalid(Self.malformed("args", "an object"))
        }
    }

    /// The id that something bears, whatever else is wrong with it; nil for none.
    static func id(in object: JSONObject) -> JSONValue? {
        let id = object["request_id"]
        return Self.isMissing(id) ? nil : id
    }

    private static func isMissing(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .null: true
        case .string(let text): text.isEmpty
        case .bool, .integer, .number, .array, .object: false
        }
    }

    private static func string(_ key: String, of object: JSONObject) throws(GenAPIFailure) -> String? {
        switch object[key] {
        case nil, .null: return nil
        case .string(let text): return text
        case .bool, .integer, .number, .array, .object: throw .invalid(Self.malformed(key, "a string"))
        }
    }

    private static func malformed(_ key: String, _ expected: String) -> String {
        "Malformed request payload: \(key) must be \(expected)"
    }
}
