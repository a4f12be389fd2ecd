/// What a server-wide role allows; rooms have roles of their own (``Role``).
package enum ServerRole: String, Sendable, Hashable, CaseIterable {
    case user, moderator, admin
}

/// Who somebody is, as others may see it.
package struct UserProfile: Sendable, Hashable {
    package let id: UserID
    /// The name as its owner typed it at sign-up; what the typed-JSON wire calls `username`.
    package let username: String
    /// Free text, 1–80 characters; the username until its owner chooses another.
    package var displayName: String
    package let isGuest: Bool

    package init(id: UserID, username: String, displayName: String? = nil, isGuest: Bool = false) {
        self.id = id
        self.username = username
        self.displayName = displayName ?? username
        self.isGuest = isGuest
    }
}

/// A stored account (a guest gets one when it first writes).
package struct Account: Sendable, Equatable {
    package var profile: UserProfile
    package var role: ServerRole
    /// Role names that the host application gave; they drive signals, never permissions.
    package var hostRoles: [String]
    /// `PasswordRecord` in its stored form; nil for accounts that cannot log in with a password.
    package var passwordRecord: String?
    package var createdAt: Timestamp
    package var lastSeenAt: Timestamp?
    package var isDisabled: Bool
    /// Tokens name the generation they were issued under; raising it revokes them all.
    package var generation: Int64
    /// When all tokens of the account were last revoked: those of a host application, which know no generation, count
    /// only when they were made since. nil: never.
    package var tokensValidFrom: Timestamp?

    package var id: UserID { self.profile.id }

    package init(
        profile: UserProfile, role: ServerRole = .user, hostRoles: [String] = [], passwordRecord: String? = nil,
        createdAt: Timestamp, lastSeenAt: Timestamp? = nil, isDisabled: Bool = false, generation: Int64 = 1,
        tokensValidFrom: Timestamp? = nil
    ) {
        self.profile = profile
        self.role = role
        self.hostRoles = hostRoles
        self.passwordRecord = passwordRecord
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
        self.isDisabled = isDisabled
        self.generation = generation
        self.tokensValidFrom = tokensValidFrom
    }
}

/// What happens to a deleted account's messages.
package enum ErasureChoice: String, Sendable, CaseIterable {
    /// They stay as they are.
    case keep
    /// They stay, under a name that tells nothing.
    case anonymise
    /// Each becomes a tombstone.
    case remove
}
