/// What a verified token says (RFC 7519 §4.1 and three claims of our own). Times are seconds since 1970.
package struct TokenClaims: Sendable, Equatable {
    /// `sub`: whose token it is; not empty. Not checked to be a username.
    package var subject: String
    /// `iss`
    package var issuer: String
    /// `aud`: the audience that the verifier asked for.
    package var audience: String
    /// `jti`
    package var id: String
    /// `iat`
    package var issuedAt: Int64
    /// `exp`
    package var expiresAt: Int64
    /// `nbf`
    package var notBefore: Int64?
    /// `guest`
    package var isGuest: Bool
    /// `sid`: the login session, so that it can be ended by itself.
    package var session: String?
    /// `gen`: the account's session generation when the token was made; a lower one than the account's is revoked.
    package var generation: Int64?

    package init(
        subject: String, issuer: String, audience: String, id: String, issuedAt: Int64, expiresAt: Int64,
        notBefore: Int64? = nil, isGuest: Bool = false, session: String? = nil, generation: Int64? = nil
    ) {
        self.subject = subject
        self.issuer = issuer
        self.audience = audience
        self.id = id
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.isGuest = isGuest
        self.session = session
        self.generation = generation
    }
}

extension TokenClaims {
    /// Reads the payload of a token whose signature is right.
    ///
    /// Claims that are not ours are ignored; ours must have the right type. `exp`, `iat` and `jti` are required: a token
    /// without an end is refused.
    init(_ payload: JSONValue, issuer: String, audience: String) throws(TokenError) {
        guard case .object(let members) = payload else { throw .malformed }
        guard try members["iss"]?.requiredString() == issuer else { throw .wrongIssuer }
        guard try Self.names(audience, members["aud"]) else { throw .wrongAudience }
        guard let subject = try members["sub"]?.requiredString(), !subject.isEmpty else { throw .missingSubject }
        guard let issuedAt = try members["iat"]?.requiredSeconds(),
            let expiresAt = try members["exp"]?.requiredSeconds(),
            let id = try members["jti"]?.requiredString()
        else { throw .malformed }
        self.init(
            subject: subject,
            issuer: issuer,
            audience: audience,
            id: id,
            issuedAt: issuedAt,
            expiresAt: expiresAt,
            notBefore: try members["nbf"]?.requiredSeconds(),
            isGuest: try members["guest"]?.requiredBool() ?? false,
            session: try members["sid"]?.requiredString(),
            generation: try members["gen"]?.requiredInteger()
        )
    }

    /// `aud` is one string or a list of them (RFC 7519 §4.1.3).
    private static func names(_ audience: String, _ value: JSONValue?) throws(TokenError) -> Bool {
        guard case .array(let elements)? = value else { return try value?.requiredString() == audience }
        for element in elements where try element.requiredString() == audience {
            return true
        }
        return false
    }
}

extension JSONValue {
    fileprivate func requiredString() throws(TokenError) -> String {
        guard case .string(let text) = self else { throw .malformed }
        return text
    }

    fileprivate func requiredBool() throws(TokenError) -> Bool {
        guard case .bool(let value) = self else { throw .malformed }
        return value
    }

    fileprivate func requiredInteger() throws(TokenError) -> Int64 {
        guard case .integer(let value) = self else { throw .malformed }
        return value
    }

    /// A NumericDate, which may have a fraction (RFC 7519 §2); the fraction is dropped.
    fileprivate func requiredSeconds() throws(TokenError) -> Int64 {
        switch self {
        case .integer(let value):
            return value
        case .number(let value):
            guard let seconds = Int64(exactly: value.rounded(.down)) else { throw .malformed }
            return seconds
        case .string, .bool, .null, .array, .object:
            throw .malformed
        }
    }
}
