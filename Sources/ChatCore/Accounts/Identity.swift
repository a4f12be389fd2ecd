package import ChatModel

/// What somebody shows to prove who he is.
package enum Credential: Sendable {
    /// A token that this server signed, or the host application; a guest's token logs in as that guest.
    case token(String)
    /// Nobody in particular; a resume token brings the same guest back.
    case guest(resumeToken: String?)
}

/// Who is asking; the same for every front.
package struct Identity: Sendable {
    package let profile: UserProfile
    package let serverRole: ServerRole
    package let tokenID: String?
    package let tokenExpiresAt: Timestamp?
    /// A fresh token with which a guest can come back under the same name; nil for accounts.
    package let guestToken: String?
    package let address: ClientAddress
    /// The account's generation at log-in: a greater one in the store means that this identity was revoked.
    package let generation: Int64
    /// A guest that was made for this log-in: unless it has been told a token, nobody can come back as it.
    package let isNewGuest: Bool

    package init(
        profile: UserProfile, serverRole: ServerRole, tokenID: String?, tokenExpiresAt: Timestamp?,
        guestToken: String?, address: ClientAddress, generation: Int64 = 1, isNewGuest: Bool = false
    ) {
        self.profile = profile
        self.serverRole = serverRole
        self.tokenID = tokenID
        self.tokenExpiresAt = tokenExpiresAt
        self.guestToken = guestToken
        self.address = address
        self.generation = generation
        self.isNewGuest = isNewGuest
    }

    /// The same person under another display name.
    func renamed(_ displayName: String) -> Identity {
        var profile = self.profile
        profile.displayName = displayName
        return Identity(
            profile: profile, serverRole: self.serverRole, tokenID: self.tokenID, tokenExpiresAt: self.tokenExpiresAt,
            guestToken: self.guestToken, address: self.address, generation: self.generation,
            isNewGuest: self.isNewGuest)
    }

    package var actor: Actor { Actor(profile: self.profile, serverRole: self.serverRole) }

    // MARK: Host applications

    /// No token of our own has a colon in its id.
    private static let hostMark = "host:"

    /// What a host application's token is called here: its ids are unique to the user they are for, if at all.
    static func hostTokenID(_ id: String, of user: UserID) -> String { "\(Self.hostMark)\(user.value):\(id)" }

    /// Whether a host application's token proved who this is.
    package var isFromHost: Bool { self.tokenID?.hasPrefix(Self.hostMark) ?? false }
}
