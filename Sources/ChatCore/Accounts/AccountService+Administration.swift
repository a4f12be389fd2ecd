package import ChatModel
import Credentials
import Logging
import Synchronization

extension AccountService {
    // MARK: Administrators

    package func account(_ id: UserID, as admin: Identity) async throws(ChatError) -> Account {
        try self.requireAdmin(admin)
        guard let account = try await self.stored(id) else { throw ChatError(.noSuchUser) }
        return account
    }

    package func accounts(
        matching query: AccountQuery, as admin: Identity
    ) async throws(ChatError) -> (total: Int, accounts: [Account]) {
        try self.requireAdmin(admin)
        return try await self.accounts(matching: query)
    }

    package func messages(
        of id: UserID, offset: Int, limit: Int, as admin: Identity
    ) async throws(ChatError) -> (total: Int, messages: [(RoomNumber, Message)]) {
        try self.requireAdmin(admin)
        do { return try await self.store.messages(by: id, offset: offset, limit: limit) } catch {
            throw ChatError(error)
        }
    }

    package func setPassword(of id: UserID, to password: String, as admin: Identity) async throws(ChatError) {
        try self.requireAdmin(admin)
        try await self.replacePassword(of: id, with: password)
        await self.audit("account_password_changed", id, by: admin.profile.username)
    }

    package func setDisabled(_ id: UserID, _ isDisabled: Bool, as admin: Identity) async throws(ChatError) {
        try self.requireAdmin(admin)
        try await self.disable(id, isDisabled, by: admin.profile.username)
    }

    package func delete(_ id: UserID, messages: ErasureChoice, as admin: Identity) async throws(ChatError) {
        try self.requireAdmin(admin)
        try await self.erase(id, messages: messages, by: admin.profile.username)
    }

    // MARK: The operator, on the command line

    /// Any legal name and non-empty password: the rules of sign-up bind only sign-up.
    package func create(
        username: String, password: String, role: ServerRole
    ) async throws(ChatError) -> Account {
        let name: Username
        do throws(UsernameError) {
            name = try Username(username)
        } catch {
            throw ChatError(.invalidArgument, detail: error.reason)
        }
        guard !name.isReservedGuestForm else {
            throw ChatError(.invalidArgument, detail: "names of the form Guest1234 are kept for guests")
        }
        let account = try await self.store(name, password: password, role: role)
        await self.audit("account_created", account.id, by: "operator")
        return account
    }

    package func setPassword(of id: UserID, to password: String) async throws(ChatError) {
        try await self.replacePassword(of: id, with: password)
        await self.audit("account_password_changed", id, by: "operator")
    }

    package func setDisabled(_ id: UserID, _ isDisabled: Bool) async throws(ChatError) {
        try await self.disable(id, isDisabled, by: "operator")
    }

    package func delete(_ id: UserID, messages: ErasureChoice) async throws(ChatError) {
        try await self.erase(id, messages: messages, by: "operator")
    }

    package func accounts(matching query: AccountQuery) async throws(ChatError) -> (total: Int, accounts: [Account]) {
        do { return try await self.store.accounts(matching: query) } catch { throw ChatError(error) }
    }

    package func issueToken(for id: UserID, lifetimeSeconds: Int64?) async throws(ChatError) -> IssuedToken {
        guard let account = try await self.stored(id) else { throw ChatError(.noSuchUser) }
        guard !account.isDisabled else { throw ChatError(.accountDisabled) }
        return self.issue(to: account, lifetimeSeconds: lifetimeSeconds)
    }

    /// Another process has changed an account in the store: ends the sessions that it may no longer have.
    ///
    /// - Parameters:
    ///   - gained: The server roles that it has now and had not.
    ///   - lost: The server roles that it had.
    package func refreshFromStore(_ id: UserID, gained: [String] = [], lost: [String] = []) async {
        // First, so that its connections still hear of it.
        let tell = self.rolesChanged.withLock { $0 }
        tell?(id, gained, lost)
        let account = try? await self.store.account(id)
        let generation = account.map { $0.isDisabled ? .max : $0.generation } ?? .max
        self.revoke(id, before: generation)
        await self.refresher.refreshAll()
    }

    // MARK: Steps

    private func requireAdmin(_ identity: Identity) throws(ChatError) {
        guard identity.serverRole == .admin else { throw ChatError(.forbidden) }
    }

    private func disable(_ id: UserID, _ isDisabled: Bool, by actor: String) async throws(ChatError) {
        _ = try await self.change(id) { change in
            change.isDisabled = isDisabled
            if isDisabled { change.revokeTokens(at: self.clock.now()) }
        }
        if isDisabled { self.hub.end(self.users.sessions(of: id), .revoked) }
        await self.audit(isDisabled ? "account_disabled" : "account_enabled", id, by: actor)
    }

    private func erase(_ id: UserID, messages choice: ErasureChoice, by actor: String) async throws(ChatError) {
        // He leaves his rooms as anybody leaves: the others see it, and what he owned passes on.
        if let profile = try await self.stored(id)?.profile, let leave = self.leaveRooms.withLock({ $0 }) {
            await leave(profile)
        }
        do throws(StoreError) {
            let rooms = try await self.store.deleteAccount(id, messages: choice, at: self.clock.now())
            self.revoke(id, before: .max)
            await self.refresher.refresh(rooms)
        } catch {
            throw ChatError(error)
        }
        await self.audit("account_deleted", id, by: actor)
    }

    /// An act that happened is not undone because its audit line could not be written; the log says so then.
    private func audit(_ action: String, _ target: UserID, by actor: String) async {
        let entry = AuditEntry(at: self.clock.now(), actor: actor, action: action, target: target.value)
        do throws(StoreError) {
            try await self.store.appendAudit(entry)
        } catch {
            self.logger.error(
                "the audit log cannot be written", metadata: ["action": "\(action)", "error": "\(error.detail)"])
        }
    }
}
