import ChatModel
import Credentials
import Logging
import Synchronization

/// Whom a host application's token names, and what it says of him that is not so yet.
struct HostLogin: Sendable {
    let identity: Identity
    /// Another display name than the account has.
    let newDisplayName: String?
}

extension AccountService {
    /// Finds the account that a host application's token names, or makes it.
    ///
    /// `sub` is the account's name, in the same space of names as those of sign-up: the host application says who
    /// somebody is, and is believed whoever made the account. Host roles are kept with the account and drive signals;
    /// what the account may do on this server is its own role's business.
    /// - Returns: nil when there is no host application.
    /// - Throws: ``ChatError/Code/authExpired``; ``ChatError/Code/authInvalid`` also for accounts that are disabled or
    ///   deleted, for names that no account can have, for tokens that were logged out, and for those that are not
    ///   known to be newer than what ended all tokens of their account.
    func hostLogin(
        _ token: String, from address: ClientAddress, now: Timestamp
    ) async throws(ChatError) -> HostLogin? {
        do throws(ChatError) {
            guard let claims = try self.hostTokens.verify(token, now: now) else { return nil }
            return try await self.hostLogin(claims, from: address, now: now)
        } catch {
            // For whoever sets up a host application; clients are told no reason.
            self.logger.debug("Host token refused", metadata: ["why": "\(error.detail ?? error.code.rawValue)"])
            throw error
        }
    }

    private func hostLogin(
        _ claims: HostTokenClaims, from address: ClientAddress, now: Timestamp
    ) async throws(ChatError) -> HostLogin {
        guard let name = try? Username(claims.subject), !name.isReservedGuestForm else {
            throw ChatError(.authInvalid, detail: "sub is no account name")
        }
        let id = UserID(canonical: name.canonical)
        let tokenID = Identity.hostTokenID(claims.id, of: id)
        guard !self.tokens.isRevoked(tokenID) else { throw ChatError(.authInvalid, detail: "revoked") }
        let displayName = self.displayName(claims)
        let found = try await self.stored(id)
        let account =
            if let found { found } else { try await self.createHostAccount(name, id, displayName, claims, now: now) }
        guard !account.isDisabled, !account.profile.isGuest else { throw ChatError(.authInvalid, detail: "disabled") }
        guard claims.isIssued(since: account.tokensValidFrom) else {
            throw ChatError(.authInvalid, detail: "older than the account's last log-out everywhere or new password")
        }
        let isNewest = self.hostTokens.isNewest(claims, of: id)
        if isNewest, let roles = claims.roles { try await self.setHostRoles(of: account, to: roles) }
        let identity = Identity(
            profile: account.profile, serverRole: account.role, tokenID: tokenID,
            tokenExpiresAt: Timestamp(milliseconds: 0).adding(seconds: claims.expiresAt), guestToken: nil,
            address: address, generation: account.generation)
        let isRenamed = isNewest && displayName != nil && displayName != account.profile.displayName
        return HostLogin(identity: identity, newDisplayName: isRenamed ? displayName : nil)
    }

    /// The name as this server would keep it; nil for none and for one without any visible character.
    private func displayName(_ claims: HostTokenClaims) -> String? {
        let line = claims.name.flatMap { try? MessageText.line($0, codePoints: 80, tooLong: .authInvalid) }
        return line.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func createHostAccount(
        _ name: Username, _ id: UserID, _ displayName: String?, _ claims: HostTokenClaims, now: Timestamp
    ) async throws(ChatError) -> Account {
        guard self.hostTokens.createsAccounts else { throw ChatError(.authInvalid, detail: "no such account") }
        let account = Account(
            profile: UserProfile(id: id, username: name.asTyped, displayName: displayName),
            hostRoles: claims.roles ?? [], createdAt: now)
        do throws(StoreError) {
            try await self.store.createAccount(account)
            return account
        } catch {
            guard error.code == .exists else { throw ChatError(error) }
        }
        // Another connection of his was quicker; or the account was deleted, and its name rests for ever.
        guard let account = try await self.stored(id) else { throw ChatError(.authInvalid, detail: "deleted") }
        return account
    }

    private func setHostRoles(of account: Account, to roles: [String]) async throws(ChatError) {
        let (old, new) = (Set(account.hostRoles), Set(roles))
        guard old != new else { return }
        _ = try await self.change(account.id) { $0.hostRoles = roles }
        let tell = self.rolesChanged.withLock { $0 }
        tell?(account.id, new.subtracting(old).sorted(), old.subtracting(new).sorted())
    }
}

extension HostTokenClaims {
    /// Whether the token was certainly made at that time or later. `iat` has whole seconds: one that was made in the
    /// second of that time may be older, as may one that does not say when it was made.
    fileprivate func isIssued(since time: Timestamp?) -> Bool {
        guard let time else { return true }
        return self.issuedAt.map { Timestamp(milliseconds: 0).adding(seconds: $0) >= time } ?? false
    }
}
