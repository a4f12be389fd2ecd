package import ChatModel

/// Where everything durable lives. One implementation per database; all pass the same contract suite.
///
/// - ``append(_:completion:)`` is the way of a message: no task, no hop; everything else is asynchronous.
/// - No method blocks its caller. Every method may be called from any thread.
/// - What has been reported as stored survives `kill -9` and, at the default durability, loss of power.
package protocol ChatStore: Sendable {
    // MARK: The event logs

    /// Appends all entries in one transaction, in the given order, then calls `completion` once, on a thread of the
    /// store's own, with one result per entry in the same order.
    ///
    /// An entry that is refused (conflict, not found …) leaves the others as they are. If the transaction itself
    /// fails, every result is a failure and nothing is stored. At most one call is under way at a time.
    /// - Parameter entries: 1…512; rooms may be mixed.
    func append(
        _ entries: [LogEntry], completion: @escaping @Sendable ([Result<AppendOutcome, StoreError>]) -> Void
    )

    /// Events of a room with `after` < seq ≤ `through`, ascending, at most `limit`.
    ///
    /// A message that was edited or retracted since shows as it is now; the later events follow in their places.
    func events(in room: RoomID, after: Seq, through: Seq, limit: Int) async throws(StoreError) -> [RoomEvent]

    /// Messages (tombstones too) around an anchor, ascending, with their reactions; none with seq < `visibleFrom`.
    ///
    /// `before(s)`/`after(s)` exclude `s`; `around(s)` gives about half of `limit` on each side and includes `s`.
    /// An anchor message that is not in the room throws ``StoreError/Code/notFound``.
    func messages(in room: RoomID, window: HistoryWindow, visibleFrom: Seq) async throws(StoreError) -> MessagePage

    func message(_ id: MessageID, in room: RoomID) async throws(StoreError) -> Message?

    /// Finds messages of one room by words, newest first, no tombstones. Reads at most ``MessageSearch/scanLimit``
    /// events per call, and no more text than it reads in a moment: a long past takes several.
    /// - Throws: `notFound` for rooms that never were or are deleted.
    func search(_ search: MessageSearch) async throws(StoreError) -> SearchResults

    /// Ids of a sender's messages in a room since a time, newest first, tombstones left out, at most 1,000.
    func messageIDs(by sender: UserID, in room: RoomID, since: Timestamp) async throws(StoreError) -> [MessageID]

    /// Who reacted with `emote`, ascending by user id.
    func reactions(
        to message: MessageID, in room: RoomID, emote: String, after: UserID?, limit: Int
    ) async throws(StoreError) -> ReactionPage

    /// Where a user's own log stands; it is made on first use.
    func userPosition(_ user: UserID) async throws(StoreError) -> (epoch: Epoch, seq: Seq)

    func userEvents(_ user: UserID, after: Seq, limit: Int) async throws(StoreError) -> [UserEvent]

    // MARK: Rooms and members

    /// Makes a room with its creator as owner (event 1, `joined`), or without members when `creator` is nil.
    ///
    /// - Throws: `roomExists` for a taken id or number, `aliasTaken`.
    func createRoom(_ room: NewRoom, creator: UserProfile?, at: Timestamp) async throws(StoreError) -> RoomRecord

    /// Gets or makes, in one transaction, the direct room of two accounts: both plain active members, kind `direct`,
    /// access `inviteOnly`, history `all`, no creator. The pair has one room, whoever opens it and how often, until
    /// that is deleted. With oneself it has one member.
    ///
    /// Who is no longer a member becomes one again, with an event of the opener's; a mute or ban that is in force
    /// stays.
    /// - Throws: `notFound` when one of the two is a deleted account.
    func openDirect(
        _ opener: UserProfile, _ other: UserProfile, at: Timestamp
    ) async throws(StoreError) -> DirectRoom

    /// The direct room of two users, in either order; nil when there is none.
    func directRoom(of one: UserID, and other: UserID) async throws(StoreError) -> RoomRecord?

    /// nil for rooms that never were or are deleted.
    func room(_ reference: RoomReference) async throws(StoreError) -> RoomRecord?

    /// Every membership record of a room, also those of pending, banned and former members.
    func members(of room: RoomID) async throws(StoreError) -> [StoredMember]

    /// The rooms in which the user is active, muted or pending, with read mark and unread counts (at most 100 each),
    /// ascending by number. Messages of his own and tombstones are not unread.
    func rooms(of user: UserID) async throws(StoreError) -> [UserRoom]

    /// Read mark and unread counts of one room; zeros when there is none.
    func readState(of user: UserID, in room: RoomID) async throws(StoreError) -> (seq: Seq, unread: UnreadCounts)

    /// Public rooms and those in which `member` is active or muted, ascending by number.
    func rooms(matching query: RoomQuery, member: UserID?) async throws(StoreError) -> [RoomSummary]

    func audit(of room: RoomID?, before: Int64?, limit: Int) async throws(StoreError) -> [AuditEntry]

    /// For acts outside a room's log (accounts, operator commands).
    func appendAudit(_ entry: AuditEntry) async throws(StoreError)

    // MARK: Accounts

    /// - Throws: `exists` when the id is taken, also by a deleted account.
    func createAccount(_ account: Account) async throws(StoreError)

    func account(_ id: UserID) async throws(StoreError) -> Account?

    /// Reads, changes and writes one account in one transaction.
    /// - Throws: `notFound`.
    func updateAccount(_ id: UserID, _ change: AccountChange) async throws(StoreError) -> Account

    /// Deletes an account, its memberships, marks and reactions; `choice` says what becomes of its messages. Its id
    /// rests for ever. Deleting what is not there is a success.
    /// - Returns: The rooms whose members or messages changed without an event: whoever has them in memory reads anew.
    func deleteAccount(
        _ id: UserID, messages choice: ErasureChoice, at: Timestamp
    ) async throws(StoreError) -> [RoomID]

    /// Accounts by username, ascending, with the total of all that match.
    func accounts(matching query: AccountQuery) async throws(StoreError) -> (total: Int, accounts: [Account])

    /// Gives a guest's messages, memberships and marks to an account, and removes the guest.
    /// - Returns: The rooms whose members or messages changed without an event.
    /// - Throws: `notFound` when the account is not there; a guest that is not there has nothing to give: a success.
    func moveMessages(from guest: UserID, to account: UserID) async throws(StoreError) -> [RoomID]

    /// The ids of all guests that are stored or whose ids rest: names that no new guest may get.
    func takenGuests() async throws(StoreError) -> [UserID]

    /// A user's messages, newest first, with their rooms' numbers, and how many there are.
    func messages(
        by sender: UserID, offset: Int, limit: Int
    ) async throws(StoreError) -> (total: Int, messages: [(RoomNumber, Message)])

    /// Refuses one token until it would have expired anyway.
    func revokeToken(_ id: String, until: Timestamp) async throws(StoreError)

    func revokedTokens(at now: Timestamp) async throws(StoreError) -> [String]

    // MARK: API keys

    /// - Throws: `exists` when the id is taken, or the name by a key that is not revoked.
    func addAPIKey(_ key: APIKeyRecord) async throws(StoreError)

    /// Revoked ones too.
    func apiKey(_ id: String) async throws(StoreError) -> APIKeyRecord?

    /// Every key, also those that are revoked, oldest first.
    func apiKeys() async throws(StoreError) -> [APIKeyRecord]

    /// Revokes the key that has this name now; its record stays.
    /// - Throws: `notFound` when no key has this name, or only revoked ones.
    func revokeAPIKey(named name: String, at: Timestamp) async throws(StoreError) -> APIKeyRecord

    /// Moves ``APIKeyRecord/lastUsedAt`` forward, never back; a key that is not there is left alone.
    func noteUse(ofAPIKey id: String, at: Timestamp) async throws(StoreError)

    /// Notes a use of an idempotency key. Of several claims at once, exactly one is the first. A claim counts until a
    /// purge finds it older than ``Limits/idempotencySeconds``.
    func claim(_ claim: RequestClaim) async throws(StoreError) -> ClaimOutcome

    // MARK: Care

    /// Drops what is past its time: idempotency keys and request claims, revoked tokens, guests, events past their
    /// room's retention, empty group rooms, direct rooms of which both accounts are deleted. Works in small
    /// transactions, so that appends are never held up for long.
    /// - Returns: The rooms whose members or messages changed without an event, also those that were deleted.
    func purge(now: Timestamp, limits: Limits) async throws(StoreError) -> [RoomID]

    /// Looks for damage; the lines say what was looked at and what is wrong.
    func check() async throws(StoreError) -> StoreReport

    func statistics() async throws(StoreError) -> StoreStatistics

    /// Ends after all that was appended is stored.
    func close() async
}

package struct StoredMember: Sendable, Hashable {
    package let profile: UserProfile
    package let membership: Membership

    package init(profile: UserProfile, membership: Membership) {
        self.profile = profile
        self.membership = membership
    }
}

package struct UserRoom: Sendable {
    package let record: RoomRecord
    package let membership: Membership
    package let readSeq: Seq
    package let unread: UnreadCounts

    package init(record: RoomRecord, membership: Membership, readSeq: Seq, unread: UnreadCounts) {
        self.record = record
        self.membership = membership
        self.readSeq = readSeq
        self.unread = unread
    }
}

package struct RoomSummary: Sendable {
    package let record: RoomRecord
    package let members: Int

    package init(record: RoomRecord, members: Int) {
        self.record = record
        self.members = members
    }
}

/// The parts of an account to change; nil leaves one as it is.
package struct AccountChange: Sendable {
    package var displayName: String?
    package var role: ServerRole?
    package var passwordRecord: String?
    package var isDisabled: Bool?
    package var lastSeenAt: Timestamp?
    /// The roles that the host application has given; empty takes them all away.
    package var hostRoles: [String]?
    /// Revokes every token that this server issued so far.
    package var raisesGeneration = false
    /// Revokes every token of the host application that was made before; an earlier time than the account has changes
    /// nothing.
    package var tokensValidFrom: Timestamp?

    package init() {}

    /// Revokes every token of the account, whoever issued it.
    package mutating func revokeTokens(at now: Timestamp) {
        self.raisesGeneration = true
        self.tokensValidFrom = now
    }
}

package struct AccountQuery: Sendable {
    /// A literal part of the username, without regard to case.
    package var text = ""
    package var registeredOnly = false
    package var offset = 0
    package var limit = 50

    package init() {}
}

package struct StoreReport: Sendable {
    package var isSound: Bool
    package var lines: [String]

    package init(isSound: Bool, lines: [String]) {
        self.isSound = isSound
        self.lines = lines
    }
}

package struct StoreStatistics: Sendable {
    package var bytes: Int64
    package var rooms: Int
    package var accounts: Int
    package var schemaVersion: Int

    package init(bytes: Int64, rooms: Int, accounts: Int, schemaVersion: Int) {
        self.bytes = bytes
        self.rooms = rooms
        self.accounts = accounts
        self.schemaVersion = schemaVersion
    }
}

/// Why the store did not do what it was asked.
package struct StoreError: Error, Sendable, Equatable {
    package enum Code: String, Sendable, Hashable {
        /// The database cannot be reached or written now; trying again is safe.
        case unavailable
        /// No space left.
        case full
        /// The expected version is not the room's.
        case conflict
        case notFound
        /// The room of a draft never was, or is deleted.
        case roomNotFound
        case exists, roomExists, aliasTaken
        case tooManyReactions
        /// The data is damaged, or newer than this binary.
        case damaged
    }

    package let code: Code
    /// For the log.
    package let detail: String

    package init(_ code: Code, _ detail: String = "") {
        self.code = code
        self.detail = detail
    }
}
