import ChatCore
import ChatModel
import Credentials
import GatewayREST
import Glibc
import Logging
import NIOCore
import NIOPosix
import StoreSQLite

/// The core on the store of a data directory, for one command. Works beside a running node and without one.
struct OperatorConsole {
    let accounts: AccountService
    let apiKeys: APIKeyService
    let store: SQLiteStore
    private let node: NodeFile?
    private let authority: OperatorAuthority
    private let loops: MultiThreadedEventLoopGroup
    private let clock = SystemClock()

    /// Opens the store, runs `body`, and closes the store whatever happened.
    ///
    /// - Parameter mayCreate: Whether a store that is not there may be made, in a directory that somebody named.
    static func with<Result: Sendable>(
        _ options: ConfigurationOptions, mayCreate: Bool = false, _ body: (OperatorConsole) async throws -> Result
    ) async throws -> Result {
        let loaded = try options.load()
        try Self.requireStore(loaded, mayCreate: mayCreate)
        let console = try Self.open(loaded)
        do {
            let result = try await body(console)
            await console.close()
            return result
        } catch {
            await console.close()
            throw error
        }
    }

    /// A command in the wrong directory must not leave a second, empty server behind.
    ///
    /// - Throws: When the store or the secrets are not there, unless they may be made: by `mayCreate`, and then only in
    ///   a directory that was named or is there already.
    static func requireStore(_ loaded: LoadedConfiguration, mayCreate: Bool) throws(CommandFailure) {
        let directory = loaded.values.data
        if mayCreate, loaded.given.contains("data") || access(directory, F_OK) == 0 { return }
        guard access(loaded.values.storePath, F_OK) == 0 else {
            throw CommandFailure("there is no store in \(directory); start the server there first, or give --data")
        }
        guard access(directory + "/" + SecretFile.name, F_OK) == 0 else {
            throw CommandFailure("there are no secrets in \(directory); start the server there first, or give --data")
        }
    }

    private static func open(_ loaded: LoadedConfiguration) throws -> OperatorConsole {
        let configuration = loaded.values
        try DataDirectory.prepare(configuration.data)
        let secrets = try SecretFile.loadOrCreate(directory: configuration.data)
        let logger = Logger(label: "parley") { _ in
            StandardErrorLog(control: LogControl(level: .warning), format: .text)
        }
        let store = try SQLiteStore.open(
            .init(path: configuration.storePath, durability: configuration.durability, readers: 1), logger: logger)
        let node = NodeFile.read(from: configuration.data)
        var core = ChatService.Configuration()
        // A token has to name the domain under which the running node checks it.
        core.domain = loaded.given.contains("domain") ? configuration.domain : node?.domain ?? configuration.domain
        core.limits = configuration.coreLimits
        core.policy = configuration.policy
        core.tokens = configuration.tokens
        core.passwordIterations = configuration.passwordIterations
        let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let service = ChatService(
            configuration: core, store: store, secrets: secrets, eventLoops: [loops.next()], encoders: EncoderTable(),
            logger: logger)
        return OperatorConsole(
            accounts: service.accounts, apiKeys: service.apiKeys, store: store, node: node,
            authority: OperatorAuthority(keys: secrets.tokenKeys), loops: loops)
    }

    private init(
        accounts: AccountService, apiKeys: APIKeyService, store: SQLiteStore, node: NodeFile?,
        authority: OperatorAuthority, loops: MultiThreadedEventLoopGroup
    ) {
        self.accounts = accounts
        self.apiKeys = apiKeys
        self.store = store
        self.node = node
        self.authority = authority
        self.loops = loops
    }

    private func close() async {
        await self.store.close()
        try? await self.loops.shutdownGracefully()
    }

    /// The account of this name.
    func account(named name: String) async throws -> Account {
        // One step at a time: an optimising build of Swift 6.3.1 crashes on 'try await' behind 'try?' in one guard.
        let username = try? Username(name)
        let id = UserID(canonical: username?.canonical ?? "")
        let account = try await self.store.account(id)
        guard let account else { throw CommandFailure("there is no account '\(name)'") }
        return account
    }

    /// Raises the generation too: sessions and tokens carry the role under which they were let in. A host application's
    /// tokens carry none and stay good: whoever comes in with one has the role of now.
    func setRole(of id: UserID, to role: ServerRole) async throws(StoreError) {
        var change = AccountChange()
        change.role = role
        change.raisesGeneration = true
        _ = try await self.store.updateAccount(id, change)
        let entry = AuditEntry(
            at: self.clock.now(), actor: "operator", action: "account_role_changed", target: id.value,
            reason: role.rawValue)
        do throws(StoreError) {
            try await self.store.appendAudit(entry)
        } catch {
            // The role is changed all the same, and the node has yet to be told.
            StandardError.write("parley: warning: the audit log cannot be written: \(error.detail)\n")
        }
    }

    /// Tells a running node that an account was changed behind its back, so that revoked sessions end now. A node that
    /// does not answer finds the change in the store when it next looks.
    ///
    /// - Parameter roles: The server role that the account had and the one that it has, when that is what changed.
    func tellNode(about id: UserID, roles: (old: ServerRole, new: ServerRole)? = nil) {
        guard let node = self.node else { return }
        let seconds = self.clock.now().milliseconds / 1000
        var ids = IDGenerator()
        let token = self.authority.issue(id: ids.token(), now: seconds)
        var path = "/api/v1/operator/accounts/\(PercentCoding.encode(segment: id.value))/refresh"
        if let roles { path += "?gained=\(roles.new.rawValue)&lost=\(roles.old.rawValue)" }
        let answer = NodeClient(node: node).call("POST", path, bearer: token)
        if let answer, answer.status != 204 {
            StandardError.write(
                "parley: warning: the running node answered \(answer.status); restart it to end old sessions\n")
        }
    }
}
