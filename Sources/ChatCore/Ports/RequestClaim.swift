package import ChatModel

/// One use of an idempotency key by an API key.
package struct RequestClaim: Sendable, Hashable {
    /// The ``APIKeyRecord/id`` of the key that makes the request.
    package let apiKey: String
    /// 1–128 bytes, chosen by the client.
    package let idempotencyKey: String
    /// Of the whole request: the same key with another digest is another request, not a repetition.
    package let digest: String
    package let at: Timestamp

    package init(apiKey: String, idempotencyKey: String, digest: String, at: Timestamp) {
        self.apiKey = apiKey
        self.idempotencyKey = idempotencyKey
        self.digest = digest
        self.at = at
    }
}

package enum ClaimOutcome: Sendable, Hashable {
    /// Nobody has used the key within ``Limits/idempotencySeconds``: the request may be carried out.
    case first
    /// The same request has been claimed before.
    case repeated
    /// The key has been used for another request.
    case different
}
