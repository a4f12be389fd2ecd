package import ChatModel

/// Who acts, as the permission function sees him.
package struct Actor: Sendable, Hashable {
    package let profile: UserProfile
    package let serverRole: ServerRole

    package init(profile: UserProfile, serverRole: ServerRole = .user) {
        self.profile = profile
        self.serverRole = serverRole
    }

    package var id: UserID { self.profile.id }
}
