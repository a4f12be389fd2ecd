package import ChatModel
import Credentials
import Logging
import Synchronization

/// The keys by which programs use the HTTP API: made, listed and revoked by the operator, checked at every request.
///
/// Keys are read from the store each time: what another process adds or revokes there counts at once.
package final class APIKeyService: Sendable {
    /// Tries with a key that is no good, of one address.
    private static let failureRate = Rate(burst: 30, perSecond: 30.0 / 600)
    /// How often the last use of a key is written down, in seconds.
    private static let noteSeconds: Int64 = 60
    private static let nameCharacters = 1...64

    let store: any ChatStore
    /// Signals of one key.
    let signals: KeyedBuckets<String>
    private let clock: any WallClock
    private let logger: Logger
    private let failures = KeyedBuckets<String>(APIKeyService.failureRate)
    /// When the use of a key was last written down by this process.
    private let noted = Mutex<[String: Timestamp]>([:])

    init(store: any ChatStore, clock: any WallClock, signalRate: Rate, logger: Logger) {
        self.store = store
        self.clock = clock
        self.signals = KeyedBuckets(signalRate)
        self.logger = logger
    }

    // MARK: The operator

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - name: For people, 1–64 visible characters and blanks within; unique among the keys that are in force.
    ///   - scopes: What the key may do; at least one.
    /// - Returns: The key itself. It is not kept and cannot be shown again.
    /// - Throws: ``ChatError/Code/invalidArgument``, with the reason for the operator in `detail`.
    package func add(_ name: String, scopes: Set<APIKeyScope>) async throws(ChatError) -> String {
        guard Self.isName(name) else {
            throw ChatError(.invalidArgument, detail: "a key's name has 1 to 64 visible characters")
        }
        guard !scopes.isEmpty else { throw ChatError(.invalidArgument, detail: "a key without scopes opens nothing") }
        let key = APIKeyText()
        let record = APIKeyRecord(
            id: key.id, name: name, scopes: scopes.map(\.rawValue), secretHash: key.secretHash,
            createdAt: self.clock.now())
        do throws(StoreError) {
            try await self.store.addAPIKey(record)
        } catch {
            guard error.code == .exists else { throw ChatError(error) }
            throw ChatError(.invalidArgument, detail: "there is a key named '\(name)'; revoke it first")
        }
        await self.audit("api_key_added", record)
        return key.text
    }

    /// Every key, oldest first, also those that are revoked.
    package func list() async throws(ChatError) -> [APIKeyRecord] {
        do { return try await self.store.apiKeys() } catch { throw ChatError(error) }
    }

    /// Takes a key out of force, for good.
    ///
    /// - Throws: ``ChatError/Code/noSuchTarget`` when no key in force has this name.
    @discardableResult
    package func revoke(_ name: String) async throws(ChatError) -> APIKeyRecord {
        let record: APIKeyRecord
        do throws(StoreError) {
            record = try await self.store.revokeAPIKey(named: name, at: self.clock.now())
        } catch {
            guard error.code == .notFound else { throw ChatError(error) }
            throw ChatError(.noSuchTarget, detail: "there is no key named '\(name)'")
        }
        await self.audit("api_key_revoked", record)
        return record
    }

    // MARK: Requests

    /// Finds out which key a program shows.
    ///
    /// Who shows a good key is let in also from an address whose failures have been too many: 256 random bits are not
    /// guessed, and nobody may shut a host application out by failing beside it.
    /// - Throws: ``ChatError/Code/authInvalid`` alike for what is no key, an unknown, wrong or revoked one;
    ///   ``ChatError/Code/rateLimited`` instead once an address has failed too often; ``ChatError/Code/forbidden``
    ///   for a good key that lacks the scope.
    package func authenticate(
        _ text: String, for scope: APIKeyScope, from address: ClientAddress
    ) async throws(ChatError) -> APIKeyRecord {
        let now = self.clock.now()
        guard let record = try await self.record(of: text) else {
            if let wait = self.failures.take(address.group, now: now) {
                throw ChatError(.rateLimited, retryAfterMilliseconds: wait)
            }
            throw ChatError(.authInvalid, detail: "no valid API key")
        }
        guard record.grants(scope) else {
            throw ChatError(.forbidden, detail: "the key lacks the scope \(scope.rawValue)")
        }
        await self.noteUse(of: record, at: now)
        return record
    }

    func sweep(now: Timestamp) {
        self.failures.sweep(now: now)
        self.signals.sweep(now: now)
        self.noted.withLock { $0 = $0.filter { $0.value.adding(seconds: Self.noteSeconds) > now } }
    }

    // MARK: Steps

    /// The record of the key that a text is; nil for everything else.
    private func record(of text: String) async throws(ChatError) -> APIKeyRecord? {
        guard let key = APIKeyText(text) else { return nil }
        let record: APIKeyRecord?
        do { record = try await self.store.apiKey(key.id) } catch { throw ChatError(error) }
        // An unknown id is compared as well, with what no secret's digest is: both take the same time.
        let hash = record?.secretHash ?? ""
        let expected = hash.utf8.count == 64 ? hash : String(repeating: "-", count: 64)
        guard constantTimeEqual(key.secretHash.utf8, expected.utf8), let record, record.revokedAt == nil else {
            return nil
        }
        return record
    }

    /// A use that cannot be written down is no reason to refuse it.
    private func noteUse(of record: APIKeyRecord, at now: Timestamp) async {
        let due = now.adding(seconds: -Self.noteSeconds)
        if let last = record.lastUsedAt, last > due { return }
        let isFirst = self.noted.withLock { noted in
            if let last = noted[record.id], last > due { return false }
            noted[record.id] = now
            return true
        }
        guard isFirst else { return }
        do throws(StoreError) {
            try await self.store.noteUse(ofAPIKey: record.id, at: now)
        } catch {
            self.logger.warning("an API key's last use is not stored", metadata: ["error": "\(error.detail)"])
        }
    }

    private static func isName(_ name: String) -> Bool {
        self.nameCharacters.contains(name.unicodeScalars.count)
            && name.unicodeScalars.allSatisfy { $0 == " " || $0.isVisible } && name.first != " " && name.last != " "
    }

    /// An act that happened is not undone because its audit line could not be written; the log says so then.
    private func audit(_ action: String, _ record: APIKeyRecord) async {
        let entry = AuditEntry(
            at: self.clock.now(), actor: "operator", action: action, target: record.name,
            reason: "\(record.id) \(record.scopes.joined(separator: " "))")
        do throws(StoreError) {
            try await self.store.appendAudit(entry)
        } catch {
            self.logger.error(
                "the audit log cannot be written", metadata: ["action": "\(action)", "error": "\(error.detail)"])
        }
    }
}

extension APIKeyRecord {
    /// Whether the key may be used for something.
    func grants(_ scope: APIKeyScope) -> Bool { self.scopes.contains(scope.rawValue) }
}

extension Unicode.Scalar {
    /// Whether it is something that is seen: no blank, no control or format character, nothing unassigned.
    var isVisible: Bool {
        switch self.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            false
        default: true
        }
    }
}
