import ChatCore
import ChatModel
import HTTPTypes
import Hummingbird
import NIOCore
import WireJSON

/// One request on its way to its handler: what was sent, from where, and the readers for it.
struct RESTCall: Sendable {
    let request: Request
    let parameters: Parameters
    let address: ClientAddress
    let service: ChatService
    /// Bytes of a body at most.
    let maxBodyBytes: Int

    // MARK: Who is asking

    /// - Throws: 401 without a valid token (RFC 6750 §3).
    func identity() async throws -> Identity {
        guard let token = self.bearerToken else { throw RESTError.notAuthenticated }
        do throws(ChatError) {
            return try await self.service.authenticate(.token(token), from: self.address)
        } catch {
            throw RESTError(authenticating: error)
        }
    }

    /// As ``identity()``, and 403 for everybody who is not an administrator of the server.
    func administrator() async throws -> Identity {
        let identity = try await self.identity()
        guard identity.serverRole == .admin else { throw RESTError(ChatError(.forbidden)) }
        return identity
    }

    /// The token of `Authorization: Bearer …` (RFC 6750 §2.1); nil when there is none.
    var bearerToken: String? {
        guard let value = self.request.headers[.authorization] else { return nil }
        let parts = value.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return parts[1].trimmingBlanks()
    }

    // MARK: What was sent

    var query: QueryReader { get throws { try QueryReader(self.request.uri.query ?? "") } }

    /// The body as a JSON object.
    ///
    /// - Throws: 413 above ``maxBodyBytes``; 422 for anything that is not one JSON object.
    func jsonObject() async throws -> BodyReader {
        guard self.isJSON else { throw RESTError(ValidationIssue.notAnObject) }
        let bytes = try await self.body()
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.read(bytes, limits: JSONLimits(maxBytes: self.maxBodyBytes))
        } catch {
            throw RESTError(ValidationIssue.malformedJSON(error))
        }
        guard let object = value.object else { throw RESTError(ValidationIssue.notAnObject) }
        return BodyReader(object)
    }

    /// The body as an HTML form (`application/x-www-form-urlencoded`); empty without a type of content.
    ///
    /// - Throws: 413 above ``maxBodyBytes``; 422 for a form that cannot be read and for every other type of content.
    func form() async throws -> BodyReader {
        guard let type = self.mediaType else { return BodyReader(JSONObject()) }
        guard type == "application/x-www-form-urlencoded" else { throw RESTError(ValidationIssue.notAForm) }
        let bytes = try await self.body()
        guard let fields = URLEncodedForm.fields(of: bytes.readableBytesView) else {
            throw RESTError(ValidationIssue.malformedForm)
        }
        var object = JSONObject()
        for (name, value) in fields {
            // Which of two passwords would be meant? Nobody's guess.
            guard !object.contains(name) else { throw RESTError(ValidationIssue.malformedForm) }
            object[name] = .string(value)
        }
        return BodyReader(object)
    }

    /// An account's id in the path.
    ///
    /// - Throws: 404 for what cannot be a username: there is nobody of that name.
    func userID(_ name: String = "id") throws -> UserID {
        guard let text = self.pathParameter(name), let id = UserID(typed: text) else {
            throw RESTError(ChatError(.noSuchUser))
        }
        return id
    }

    /// A room's number in the path.
    ///
    /// - Throws: 422 when it is no integer, 404 when it cannot be a room's number.
    func roomNumber(_ name: String) throws -> RoomNumber {
        let text = self.pathParameter(name) ?? ""
        guard let value = Int64(text) else {
            throw RESTError(ValidationIssue.notAnInteger(.path, name, input: text))
        }
        guard let number = RoomNumber(value) else { throw RESTError(ChatError(.noSuchRoom)) }
        return number
    }

    private func pathParameter(_ name: String) -> String? {
        self.parameters.get(name).flatMap { PercentCoding.decode($0.utf8, plusIsSpace: false) }
    }

    private func body() async throws -> ByteBuffer {
        do {
            return try await self.request.body.collect(upTo: self.maxBodyBytes)
        } catch is NIOTooManyBytesError {
            throw RESTError.bodyTooLarge
        }
    }

    /// The content type in lower case and without parameters.
    private var mediaType: String? {
        self.request.headers[.contentType]?.split(separator: ";").first?.trimmingBlanks().lowercased()
    }

    /// A body that does not say what it is counts as JSON.
    private var isJSON: Bool {
        guard let type = self.mediaType else { return true }
        return type == "application/json" || (type.hasPrefix("application/") && type.hasSuffix("+json"))
    }
}
