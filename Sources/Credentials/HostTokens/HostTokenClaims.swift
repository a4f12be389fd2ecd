/// What a host application's verified token says of its user. Times are seconds since 1970.
package struct HostTokenClaims: Sendable, Equatable {
    /// `sub`: 1–64 characters. Not checked to be a username.
    package let subject: String
    /// `name`: at most 80 characters; nil when the token does not say it.
    package let name: String?
    /// `roles`: sorted, without duplicates, each 1–64 characters of `A–Z a–z 0–9 . _ - :`; at most 32. nil when the
    /// token does not say it, which is not the same as none.
    package let roles: [String]?
    /// `jti` (1–128 bytes), or a digest of what was signed: the same for every spelling of one token.
    package let id: String
    /// `exp`
    package let expiresAt: Int64
    /// `iat`
    package let issuedAt: Int64?
    /// `nbf`
    let notBefore: Int64?
}

extension HostTokenClaims {
    static let maximumSubjectLength = 64
    static let maximumNameLength = 80
    static let maximumRoles = 32
    static let maximumRoleLength = 64
    static let maximumIDBytes = 128
    /// The end of the year 9999: times beyond it are slips, such as milliseconds.
    static let latestTime: Int64 = 253_402_300_799

    /// Reads the payload of a token whose signature is right. Claims that are not listed here are ignored.
    ///
    /// - Parameter digest: The id of a token without a `jti`.
    init(_ members: [String: JSONValue], digest: @autoclosure () -> String) throws(HostTokenError) {
        guard let expiry = members["exp"] else { throw .missingExpiry }
        guard case .string(let subject)? = members["sub"], !subject.isEmpty,
            subject.unicodeScalars.count <= Self.maximumSubjectLength
        else { throw .invalidSubject }
        self.subject = subject
        self.expiresAt = try expiry.time()
        self.issuedAt = try members["iat"]?.time()
        self.notBefore = try members["nbf"]?.time()
        self.name = try members["name"]?.name()
        self.roles = try members["roles"]?.roles()
        self.id = try members["jti"]?.tokenID() ?? digest()
    }

    /// Whether `claim`, one string or a list of them (RFC 7519 §4.1.3), names the audience.
    static func names(_ audience: String, _ claim: JSONValue?) -> Bool {
        switch claim {
        case .string(let text)?: text == audience
        case .array(let elements)?: elements.contains(.string(audience))
        default: false
        }
    }
}

extension JSONValue {
    /// A NumericDate, which may have a fraction (RFC 7519 §2); the fraction is dropped.
    fileprivate func time() throws(HostTokenError) -> Int64 {
        let seconds: Int64?
        switch self {
        case .integer(let value): seconds = value
        case .number(let value): seconds = Int64(exactly: value.rounded(.down))
        case .string, .bool, .null, .array, .object: seconds = nil
        }
        guard let seconds, (0...HostTokenClaims.latestTime).contains(seconds) else { throw .invalidClaim }
        return seconds
    }

    /// Null is what some applications write for a user without a name.
    fileprivate func name() throws(HostTokenError) -> String? {
        switch self {
        case .null: return nil
        case .string(let text) where text.unicodeScalars.count <= HostTokenClaims.maximumNameLength: return text
        case .string, .integer, .number, .bool, .array, .object: throw .invalidClaim
        }
    }

    fileprivate func roles() throws(HostTokenError) -> [String]? {
        guard self != .null else { return nil }
        guard case .array(let elements) = self, elements.count <= HostTokenClaims.maximumRoles else {
            throw .invalidClaim
        }
        var roles: Set<String> = []
        for element in elements {
            guard case .string(let role) = element else { throw .invalidClaim }
            // What this server could not name is no reason to keep somebody out.
            if Self.isRole(role) { roles.insert(role) }
        }
        return roles.sorted()
    }

    private static func isRole(_ text: String) -> Bool {
        (1...HostTokenClaims.maximumRoleLength).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"),
                    UInt8(ascii: ":"):
                    true
                default: false
                }
            }
    }

    fileprivate func tokenID() throws(HostTokenError) -> String {
        guard case .string(let id) = self, (1...HostTokenClaims.maximumIDBytes).contains(id.utf8.count) else {
            throw .invalidClaim
        }
        return id
    }
}
