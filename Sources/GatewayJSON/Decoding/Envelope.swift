import WireJSON

/// The outer object of a frame, in full or in the compact encoding.
struct Envelope {
    let object: JSONObject
    let isCompact: Bool
    /// The client's id for the frame as it was sent, whatever its form; nil when there is none that could be echoed.
    let ref: String?

    /// A client id longer than any spelling of a UUID is not sent back.
    private static let longestRef = 64

    init(_ object: JSONObject, acceptsCompact: Bool) {
        self.object = object
        self.isCompact = acceptsCompact && (object.contains("t") || object.contains("p"))
        self.ref = object[self.isCompact ? "i" : "id"]?.string.flatMap {
            $0.utf8.count <= Self.longestRef ? $0 : nil
        }
    }

    /// nil when the type is missing or unknown.
    var type: FrameType? {
        if self.isCompact {
            return self.object["t"]?.integer.flatMap(FrameType.init(clientNumber:))
        }
        return self.object["type"]?.string.flatMap(FrameType.init(rawValue:))
    }

    /// Whether this can be a first frame: it names `hello` or no type at all.
    var isHello: Bool {
        self.object.contains(self.isCompact ? "t" : "type") ? self.type == .hello : true
    }

    /// Refuses a `timestamp` that is neither absent, null, an ISO 8601 text nor a Unix time; its value is not used.
    func checkTimestamp() throws(FrameFault) {
        switch self.object[self.isCompact ? "ts" : "timestamp"] {
        case nil, .null?: return
        case .string(let text)?:
            guard WireTimestamp.milliseconds(text, missingOffset: .utc) != nil else { throw .malformed }
        case .integer(let time)?:
            guard WireTimestamp.range.contains(time) else { throw .malformed }
        case .number(let time)?:
            guard abs(time) <= Double(WireTimestamp.range.upperBound) else { throw .malformed }
        case .bool?, .array?, .object?: throw .malformed
        }
    }

    /// The id, which must be absent, null or a UUID version 4.
    func id() throws(FrameFault) -> WireUUID? {
        guard let value = self.object[self.isCompact ? "i" : "id"], !value.isNull else { return nil }
        guard let text = value.string, let id = UUIDText.version4(text, orBase64URL: self.isCompact) else {
            throw .malformed
        }
        return id
    }

    func payload() throws(FrameFault) -> PayloadReader {
        guard let payload = self.object[self.isCompact ? "p" : "payload"]?.object else { throw .malformed }
        return PayloadReader(payload, isCompact: self.isCompact)
    }
}
