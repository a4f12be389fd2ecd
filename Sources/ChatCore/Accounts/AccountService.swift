package import ChatModel
package import Credentials
import Logging
import Synchronization

/// Accounts: sign-up, log-in, tokens, and what administrators and operators do to them.
package final class AccountService: Sendable {
    package struct IssuedToken: Sendable {
        package let token: String
        package let expiresInSeconds: Int64
        package let profile: UserProfile
    }

    package enum SignUpError: Error, Sendable {
        case invalid([SignUpRules.Violation])
        case refused(ChatError)
    }

    package struct Settings: Sendable {
        package var policy = Policy()
        package var limits = Limits()
        package var passwordIterations = PasswordRecord.defaultIterations
        /// Failed log-ins of one account from one address, and of one address.
        package var loginRate = Rate(burst: 5, perSecond: 5.0 / 60)
        package var addressLoginRate = Rate(burst: 30, perSecond: 30.0 / 600)

        package init() {}
    }

    let store: any ChatStore
    let tokens: TokenAuthority
    let users: UserDirectory
    let guests: GuestRegistry
    let hub: Hub
    let refresher: RoomRefresher
    /// Takes an account out of its rooms through their logs, before it is deleted; set once at wiring.
    let leaveRooms = Mutex<(@Sendable (UserProfile) async -> Void)?>(nil)
    /// Whose tokens are believed besides our own; nobody's until wiring says so.
    package let hostTokens = HostTokenAuthority()
    /// Told when the host application has given an account other roles, with those gained and those lost; set once at
    /// wiring.
    let rolesChanged = Mutex<(@Sendable (UserID, [String], [String]) -> Void)?>(nil)
    /// Generations that were raised lately: a connection that was let in under an older one must not stay.
    private let raised = Mutex<[UserID: Int64]>([:])
    let clock: any WallClock
    let settings: Settings
    let logger: Logger
    private let decoySeed: DecoySeed
    private let passwords: PasswordWorkers
    private let signUps: KeyedBuckets<String>
    private let failedLogins: KeyedBuckets<String>
    private let failedAddresses: KeyedBuckets<String>
    private let rules = SignUpRules()

    init(
        store: any ChatStore, tokens: TokenAuthority, decoySeed: DecoySeed, users: UserDirectory, guests: GuestRegistry,
        hub: Hub, refresher: RoomRefresher, clock: any WallClock, settings: Settings, logger: Logger
    ) {
        self.refresher = refresher
        self.store = store
        self.tokens = tokens
        self.decoySeed = decoySeed
        self.users = users
        self.guests = guests
        self.hub = hub
        self.clock = clock
        self.settings = settings
        self.logger = logger
        self.passwords = PasswordWorkers()
        let hourly = Double(settings.policy.signUpsPerHour)
        self.signUps = KeyedBuckets(Rate(burst: hourly, perSecond: hourly / 3600))
        self.failedLogins = KeyedBuckets(settings.loginRate)
        self.failedAddresses = KeyedBuckets(settings.addressLoginRate)
    }

    // MARK: Oneself

    package func signUp(
        username: String, password: String, from address: ClientAddress
    ) async throws(SignUpError) -> Account {
        guard self.settings.policy.signUp == .open else { throw .refused(ChatError(.signUpClosed)) }
        let name = try self.checked(username: username, password: password)
        if let wait = self.signUps.take(address.group, now: self.clock.now()) {
            throw .refused(ChatError(.rateLimited, retryAfterMilliseconds: wait))
        }
        do throws(ChatError) {
            return try await self.store(name, password: password, role: .user)
        } catch {
            throw .refused(error)
        }
    }

    /// - Throws: ``ChatError/Code/authInvalid`` alike for an unknown user, a wrong password and a disabled account,
    ///   after the same work.
    package func logIn(
        username: String, password: String, from address: ClientAddress
    ) async throws(ChatError) -> IssuedToken {
        let now = self.clock.now()
        let name = try? Username(username)
        let key = "\(name?.canonical ?? "")\u{0}\(address.group)"
        try self.checkPace(of: key, address, now: now)
        let account: Account? = if let name { try await self.stored(UserID(canonical: name.canonical)) } else { nil }
        let record = account?.passwordRecord.flatMap { try? PasswordRecord(serialized: $0) }
        let compared =
            record
            ?? PasswordRecord.decoy(
                for: name?.canonical ?? "", seed: self.decoySeed, iterations: self.settings.passwordIterations)
        let matches = try await self.passwords.run { compared.verify(password: password) }
        guard matches, record != nil, let account, !account.isDisabled else {
            throw ChatError(.authInvalid, detail: "wrong name or password")
        }
        // Only failures count.
        self.failedAddresses.refund(address.group)
        self.failedLogins.refund(key)
        return self.issue(to: account, lifetimeSeconds: nil)
    }

    package func guest(from address: ClientAddress) async throws(ChatError) -> IssuedToken {
        let profile = try self.admitGuest(from: address)
        let (token, lifetime, _) = self.tokens.issue(
            to: profile.id, isGuest: true, generation: 1, lifetimeSeconds: nil, now: self.clock.now())
        return IssuedToken(token: token, expiresInSeconds: lifetime, profile: profile)
    }

    /// - Throws: ``ChatError/Code/forbidden`` for whom a host application's token let in: how long that lasts is for the
    ///   host application to say.
    package func refresh(_ identity: Identity) async throws(ChatError) -> IssuedToken {
        guard !identity.isFromHost else { throw ChatError(.forbidden, detail: "a host application's token") }
        if identity.profile.isGuest {
            let (token, lifetime, _) = self.tokens.issue(
                to: identity.profile.id, isGuest: true, generation: 1, lifetimeSeconds: nil, now: self.clock.now())
            return IssuedToken(token: token, expiresInSeconds: lifetime, profile: identity.profile)
        }
        return self.issue(to: try await self.account(of: identity), lifetimeSeconds: nil)
    }

    /// Ends one token, or with `everywhere` all tokens and connections of the account.
    ///
    /// - Parameter token: The token itself, so that those of the user's clients that hold it know whom it concerns.
    package func logOut(_ identity: Identity, token: String? = nil, everywhere: Bool) async throws(ChatError) {
        if everywhere, !identity.profile.isGuest {
            _ = try await self.change(identity.profile.id, announcing: .logout(nil)) { change in
                change.revokeTokens(at: self.clock.now())
            }
        }
        if let id = identity.tokenID {
            // An hour more than the token says: clocks may differ, and so long it is still taken.
            let until = (identity.tokenExpiresAt ?? self.clock.now().adding(seconds: 86_400)).adding(seconds: 3600)
            try await self.storing { () throws(StoreError) in try await self.store.revokeToken(id, until: until) }
            self.tokens.revoke(id, until: until)
        }
        let sessions = self.users.sessions(of: identity.profile.id)
        if everywhere {
            self.hub.end(sessions, .revoked)
        } else {
            self.hub.post(.logout(token), to: .user(identity.profile.id))
            self.hub.end(sessions.filter { $0.tokenID == identity.tokenID }, .loggedOut)
        }
    }

    package func account(of identity: Identity) async throws(ChatError) -> Account {
        if let account = try await self.stored(identity.profile.id) { return account }
        guard identity.profile.isGuest else { throw ChatError(.noSuchUser) }
        return Account(profile: identity.profile, createdAt: self.clock.now())
    }

    /// Whether a name is somebody's: what a sign-up under it tells anybody as well.
    package func exists(_ id: UserID) async throws(ChatError) -> Bool { try await self.stored(id) != nil }

    package func changePassword(
        of identity: Identity, current: String, new: String
    ) async throws(SignUpError) {
        let violations = self.rules.violations(ofPassword: new)
        guard violations.isEmpty else { throw .invalid(violations) }
        do throws(ChatError) {
            try self.checkPace(
                of: "\(identity.profile.id)\u{0}\(identity.address.group)", identity.address,
                now: self.clock.now())
            let account = try await self.account(of: identity)
            guard let record = account.passwordRecord.flatMap({ try? PasswordRecord(serialized: $0) }),
                try await self.passwords.run({ record.verify(password: current) })
            else { throw ChatError(.authInvalid, detail: "wrong current password") }
            try await self.replacePassword(of: identity.profile.id, with: new)
        } catch {
            throw .refused(error)
        }
    }

    /// Makes a guest an account under the guest's own id kept as author of what it wrote, or a new one named as wanted.
    package func upgradeGuest(
        _ identity: Identity, username: String, password: String
    ) async throws(SignUpError) -> IssuedToken {
        guard identity.profile.isGuest else { throw .refused(ChatError(.forbidden)) }
        let account = try await self.signUp(username: username, password: password, from: identity.address)
        do throws(ChatError) {
            let rooms = try await self.storing { () throws(StoreError) in
                try await self.store.moveMessages(from: identity.profile.id, to: account.id)
            }
            await self.refresher.refresh(rooms)
        } catch {
            throw .refused(error)
        }
        self.hub.end(self.users.sessions(of: identity.profile.id), .revoked)
        self.guests.release(identity.profile.id)
        return self.issue(to: account, lifetimeSeconds: nil)
    }

    // MARK: Shared steps

    func issue(to account: Account, lifetimeSeconds: Int64?) -> IssuedToken {
        let (token, lifetime, _) = self.tokens.issue(
            to: account.id, isGuest: account.profile.isGuest, generation: account.generation,
            lifetimeSeconds: lifetimeSeconds, now: self.clock.now())
        return IssuedToken(token: token, expiresInSeconds: lifetime, profile: account.profile)
    }

    func admitGuest(from address: ClientAddress) throws(ChatError) -> UserProfile {
        guard self.settings.policy.guestsEnabled else { throw ChatError(.guestsDisabled) }
        return try self.guests.admit(
            from: address, perAddress: self.settings.limits.guestsPerAddress, random: self.tokens.randomWords().0,
            now: self.clock.now())
    }

    func stored(_ id: UserID) async throws(ChatError) -> Account? {
        do { return try await self.store.account(id) } catch { throw ChatError(error) }
    }

    func storing<Result>(_ body: () async throws(StoreError) -> Result) async throws(ChatError) -> Result {
        do { return try await body() } catch { throw ChatError(error) }
    }

    /// - Parameter signal: Told to the user's connections before those that are revoked end.
    func change(
        _ id: UserID, announcing signal: Signal? = nil, _ fill: (inout AccountChange) -> Void
    ) async throws(ChatError) -> Account {
        var change = AccountChange()
        fill(&change)
        do throws(StoreError) {
            let account = try await self.store.updateAccount(id, change)
            if let signal { self.hub.post(signal, to: .user(id)) }
            if change.raisesGeneration { self.revoke(id, before: account.generation) }
            return account
        } catch {
            throw error.code == .notFound ? ChatError(.noSuchUser) : ChatError(error)
        }
    }

    /// Connections of the account that were let in under an older generation end now, and those that are just coming
    /// in are turned away by ``isRevoked(_:)``.
    func revoke(_ id: UserID, before generation: Int64) {
        self.raised.withLock { $0[id] = generation }
        self.hub.end(self.users.sessions(of: id).filter { $0.generation < generation }, .revoked)
    }

    /// Whether an identity was revoked since it was established.
    func isRevoked(_ identity: Identity) -> Bool {
        if let id = identity.tokenID, self.tokens.isRevoked(id) { return true }
        return self.raised.withLock { $0[identity.profile.id].map { identity.generation < $0 } ?? false }
    }

    func sweep(now: Timestamp) {
        self.signUps.sweep(now: now)
        self.failedLogins.sweep(now: now)
        self.failedAddresses.sweep(now: now)
        self.tokens.sweep(now: now)
    }

    /// Whoever came in before this has long been found; a generation that was raised is in the store.
    func forgetRaised() { self.raised.withLock { $0 = [:] } }

    /// A new password ends every session: whoever knew the old one is out.
    func replacePassword(of id: UserID, with password: String) async throws(ChatError) {
        let record = try await self.derive(password)
        _ = try await self.change(id) { change in
            change.passwordRecord = record
            change.revokeTokens(at: self.clock.now())
        }
        self.hub.end(self.users.sessions(of: id), .revoked)
    }

    func store(_ name: Username, password: String, role: ServerRole) async throws(ChatError) -> Account {
        let profile = UserProfile(id: UserID(canonical: name.canonical), username: name.asTyped)
        if try await self.stored(profile.id) != nil { throw ChatError(.usernameTaken) }
        let account = Account(
            profile: profile, role: role, passwordRecord: try await self.derive(password), createdAt: self.clock.now())
        do throws(StoreError) {
            try await self.store.createAccount(account)
        } catch {
            throw error.code == .exists ? ChatError(.usernameTaken) : ChatError(error)
        }
        return account
    }

    private func derive(_ password: String) async throws(ChatError) -> String {
        let iterations = self.settings.passwordIterations
        return try await self.passwords.run { () throws(ChatError) -> String in
            do throws(PasswordError) {
                return try PasswordRecord.derive(password: password, iterations: iterations).serialized
            } catch {
                throw ChatError(.invalidArgument, detail: error.reason)
            }
        }
    }

    private func checked(username: String, password: String) throws(SignUpError) -> Username {
        let result = self.rules.check(username: username, password: password)
        guard let name = result.username, result.violations.isEmpty else { throw .invalid(result.violations) }
        guard !name.isReservedGuestForm else { throw .refused(ChatError(.usernameTaken)) }
        return name
    }

    /// Every try counts until it succeeds elsewhere; never a lock on the account itself, which others could abuse.
    private func checkPace(of key: String, _ address: ClientAddress, now: Timestamp) throws(ChatError) {
        if let wait = self.failedAddresses.take(address.group, now: now) ?? self.failedLogins.take(key, now: now) {
            throw ChatError(.rateLimited, retryAfterMilliseconds: wait)
        }
    }
}
