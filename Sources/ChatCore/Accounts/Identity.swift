package import ChatModel

/// What somebody shows to prove who he is.
package enum Credential: Sendable {
    /// A token that this server signed; a guest's token logs in as that guest.
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

    package init(
        profile: UserProfile, serverRole: ServerRole, tokenID: String?, tokenExpiresAt: Timestamp?,
        guestToken: String?, address: ClientAddress, generation: Int64 = 1
    ) {
        self.profile = profile
        self.serverRole = serverRole
        self.tokenID = tokenID
        self.tokenExpiresAt = tokenExpiresAt
        self.guestToken = guestToken
        self.address = address
        self.generation = generation
    }

    package var actor: Actor { Actor(profile: self.profile, serverRole: self.serverRole) }
}
