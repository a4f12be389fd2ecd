package import ChatModel
import Credentials

extension ChatService {
    /// Sends a signal for a host application.
    ///
    /// With an idempotency key, the same request again within ``Limits/idempotencySeconds`` succeeds without being
    /// sent again. A signal is not kept: who does not listen now does not get it.
    /// - Throws: ``ChatError/Code/forbidden`` for a key without the scope, ``ChatError/Code/rateLimited``,
    ///   ``ChatError/Code/messageTooLong`` above ``Limits/signalBytes``, ``ChatError/Code/noSuchUser`` for a user
    ///   without an account, ``ChatError/Code/conflict`` when the idempotency key stands for another request.
    package func sendSignal(_ request: SignalRequest, by key: APIKeyRecord) async throws(ChatError) {
        do throws(ChatError) {
            try await self.admit(request, by: key)
        } catch {
            self.metrics.refused(error.code)
            throw error
        }
    }

    private func admit(_ request: SignalRequest, by key: APIKeyRecord) async throws(ChatError) {
        guard !self.isDraining else { throw ChatError(.unavailable, retryAfterMilliseconds: 1000) }
        guard key.grants(.signals) else { throw ChatError(.forbidden) }
        let now = self.clock.now()
        if let wait = self.apiKeys.signals.take(key.id, now: now) {
            throw ChatError(.rateLimited, retryAfterMilliseconds: wait)
        }
        guard request.signal.payload.text.utf8.count <= self.limits.signalBytes else {
            throw ChatError(.messageTooLong, detail: "\(self.limits.signalBytes) bytes at most")
        }
        if case .user(let user) = request.topic {
            guard let account = try await self.accounts.stored(user), !account.profile.isGuest else {
                throw ChatError(.noSuchUser)
            }
        }
        guard try await self.isFirst(request, by: key, at: now) else { return }
        self.signal(request.signal, to: request.topic)
    }

    /// Whether the request has not been carried out before. Asked last: what is refused has claimed nothing.
    private func isFirst(
        _ request: SignalRequest, by key: APIKeyRecord, at now: Timestamp
    ) async throws(ChatError) -> Bool {
        guard let idempotencyKey = request.idempotencyKey else { return true }
        let claim = RequestClaim(apiKey: key.id, idempotencyKey: idempotencyKey, digest: request.digest, at: now)
        let outcome: ClaimOutcome
        do { outcome = try await self.store.claim(claim) } catch { throw ChatError(error) }
        switch outcome {
        case .first: return true
        case .repeated: return false
        case .different: throw ChatError(.conflict, detail: "the idempotency key stands for another request")
        }
    }
}

extension SignalRequest {
    /// Different for different requests. Neither names of events nor ids of users hold a line break.
    fileprivate var digest: String {
        let audience =
            switch self.topic {
            case .everybody: "all"
            case .roles: "role"
            case .user(let user): "user \(user.value)"
            }
        return TextDigest.sha256("\(audience)\n\(self.signal.name)\n\(self.signal.payload.text)")
    }
}
