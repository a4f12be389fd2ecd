package import ChatModel
import Credentials

extension ChatService {
    /// Finds out who somebody is.
    ///
    /// - Throws: ``ChatError/Code/authInvalid`` (also for unknown, disabled and deleted accounts),
    ///   ``ChatError/Code/authExpired``, ``ChatError/Code/guestUnavailable``, ``ChatError/Code/guestsDisabled``.
    package func authenticate(
        _ credential: Credential, from address: ClientAddress
    ) async throws(ChatError) -> Identity {
        switch credential {
        case .token(let token):
            return try await self.identify(token, from: address)
        case .guest(let resumeToken?):
            // A token that is no good any more costs the guest its name, not its visit.
            if let identity = try? await self.identify(resumeToken, from: address), identity.profile.isGuest {
                return identity
            }
            return try self.welcome(self.accounts.admitGuest(from: address), address)
        case .guest(nil):
            return try self.welcome(self.accounts.admitGuest(from: address), address)
        }
    }

    /// A guest who is given no token and cannot come back as the same one; see ``ChatService/dismiss(_:)``.
    ///
    /// - Throws: ``ChatError/Code/guestsDisabled``, ``ChatError/Code/guestUnavailable``.
    package func admitPassingGuest(from address: ClientAddress) throws(ChatError) -> Identity {
        Identity(
            profile: try self.accounts.admitGuest(from: address), serverRole: .user, tokenID: nil, tokenExpiresAt: nil,
            guestToken: nil, address: address, isNewGuest: true)
    }

    private func identify(_ token: String, from address: ClientAddress) async throws(ChatError) -> Identity {
        let now = self.clock.now()
        switch try self.tokens.recognise(token, now: now) {
        case .ours(let claims):
            return try await self.identify(claims, from: address, now: now)
        case .foreign(let error):
            guard let login = try await self.accounts.hostLogin(token, from: address, now: now) else { throw error }
            guard let name = login.newDisplayName else { return login.identity }
            // The way of every change of name: rooms and the user's other connections hear of it.
            _ = try await self.updateProfile(displayName: name, by: login.identity.actor)
            return login.identity.renamed(name)
        }
    }

    private func identify(
        _ claims: TokenClaims, from address: ClientAddress, now: Timestamp
    ) async throws(ChatError) -> Identity {
        let id = UserID(canonical: claims.subject)
        let account = try await self.accounts.stored(id)
        if let account, account.isDisabled { throw ChatError(.authInvalid, detail: "disabled") }
        if claims.isGuest {
            guard self.policy.guestsEnabled else { throw ChatError(.guestsDisabled) }
            // The token's subject is the canonical name; guests are spelled one way only.
            let username = account?.profile.username ?? "G" + id.value.dropFirst()
            let profile = self.guests.readmit(
                id, username: username, from: address, isStored: account != nil, now: now)
            return Identity(
                profile: profile, serverRole: .user, tokenID: claims.id,
                tokenExpiresAt: Timestamp(milliseconds: claims.expiresAt &* 1000),
                guestToken: self.guestToken(for: id).token, address: address)
        }
        guard let account, account.generation == claims.generation else {
            throw ChatError(.authInvalid, detail: account == nil ? "no such account" : "revoked")
        }
        return Identity(
            profile: account.profile, serverRole: account.role, tokenID: claims.id,
            tokenExpiresAt: Timestamp(milliseconds: claims.expiresAt &* 1000), guestToken: nil, address: address,
            generation: account.generation)
    }

    private func welcome(_ guest: UserProfile, _ address: ClientAddress) throws(ChatError) -> Identity {
        let (token, lifetime, id) = self.guestToken(for: guest.id)
        return Identity(
            profile: guest, serverRole: .user, tokenID: id, tokenExpiresAt: self.clock.now().adding(seconds: lifetime),
            guestToken: token, address: address, isNewGuest: true)
    }

    private func guestToken(for id: UserID) -> (token: String, lifetimeSeconds: Int64, id: String) {
        self.tokens.issue(to: id, isGuest: true, generation: 1, lifetimeSeconds: nil, now: self.clock.now())
    }
}
