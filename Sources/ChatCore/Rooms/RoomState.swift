package import ChatModel

/// What one node knows of a room: its record, its members and who is present. A pure value; all rules read it.
package struct RoomState: Sendable {
    package var record: RoomRecord
    package private(set) var members: [UserID: StoredMember]
    package var presence = RoomPresence()
    package var pace = RoomPace()
    /// Address groups from which a guest was banned, until when; kept by this node only.
    package var guestAddressBans: [String: Timestamp] = [:]
    package private(set) var isDeleted = false
    /// How many changes of members and settings were taken over since the room was loaded.
    package private(set) var changeCount: Int64 = 0
    /// Members that are active or muted.
    package private(set) var memberCount: Int

    package init(record: RoomRecord, members: [StoredMember]) {
        self.record = record
        self.members = Dictionary(members.map { ($0.profile.id, $0) }, uniquingKeysWith: { _, last in last })
        self.memberCount = members.count { $0.membership.isMember }
    }

    package var identity: RoomIdentity { RoomIdentity(id: self.record.id, number: self.record.number) }

    package func membership(of user: UserID) -> Membership? { self.members[user]?.membership }

    /// Takes over an event that has been stored. Events come in `seq` order; one that is not newer changes nothing.
    package mutating func apply(_ event: RoomEvent) {
        guard event.seq > self.record.lastSeq else { return }
        self.record.lastSeq = event.seq
        switch event.change {
        case .membership(let change):
            self.record.version += 1
            self.changeCount += 1
            self.set(change.membership, of: change.user)
        case .settings(let settings):
            self.record.version += 1
            self.changeCount += 1
            self.record.settings = settings
        case .deleted:
            self.record.version += 1
            self.changeCount += 1
            self.isDeleted = true
        case .message, .edited, .retracted, .reactionAdded, .reactionRemoved:
            break
        }
    }

    /// Who may not listen any more after an event: whose presence and subscriptions end with it.
    package func putOut(by event: RoomEvent) -> [UserID] {
        switch event.change {
        case .membership(let change):
            switch change.action {
            case .left, .kicked, .banned: return [change.user.id]
            case .joined, .requested, .accepted, .rejected, .muted, .unmuted, .unbanned, .roleChanged: return []
            }
        case .settings(let settings):
            // Whoever was in by right of the room's openness is out when it closes.
            guard settings.access != .isPublic else { return [] }
            return self.presence.users { !(self.membership(of: $0)?.isMember ?? false) }
        case .deleted:
            return self.presence.users { _ in true }
        case .message, .edited, .retracted, .reactionAdded, .reactionRemoved:
            return []
        }
    }

    /// Takes members, settings and version over as the store has them.
    mutating func refresh(_ record: RoomRecord, _ members: [StoredMember]) {
        let lastSeq = self.record.lastSeq
        self.record = record
        self.record.lastSeq = lastSeq
        self.members = Dictionary(members.map { ($0.profile.id, $0) }, uniquingKeysWith: { _, last in last })
        self.memberCount = members.count { $0.membership.isMember }
        self.changeCount += 1
    }

    /// Somebody has another display name.
    mutating func rename(_ profile: UserProfile) {
        if let member = self.members[profile.id] {
            self.members[profile.id] = StoredMember(profile: profile, membership: member.membership)
        }
        self.presence.rename(profile)
    }

    mutating func vanish() {
        self.isDeleted = true
        self.changeCount += 1
    }

    /// Finds a present user or a member (also a former one) by the name that its owner typed, case included.
    package func user(named target: Target) -> UserProfile? {
        switch target {
        case .id(let id):
            return self.members[id]?.profile ?? self.presence.profile(of: id)
        case .username(let name):
            // The id is the canonical form of the name; for ASCII names lower-casing finds it without a search.
            let id = UserID(canonical: name.lowercased())
            if let profile = self.presence.profile(of: id) ?? self.members[id]?.profile {
                return profile.username == name ? profile : nil
            }
            return self.members.values.first { $0.profile.username == name }?.profile
        }
    }

    /// Who takes over when an owner leaves: the highest role, and among those the longest-serving.
    package func successor(of owner: UserID) -> StoredMember? {
        self.members.values
            .filter { $0.profile.id != owner && $0.membership.isMember && !$0.profile.isGuest }
            .min { left, right in
                if left.membership.role != right.membership.role { return left.membership.role > right.membership.role }
                if left.membership.joinedAt != right.membership.joinedAt {
                    return left.membership.joinedAt < right.membership.joinedAt
                }
                return left.profile.id < right.profile.id
            }
    }

    package func owners() -> [UserID] {
        self.members.values.filter { $0.membership.role == .owner && $0.membership.isMember }.map(\.profile.id)
    }

    private mutating func set(_ membership: Membership, of user: UserProfile) {
        let before = self.members[user.id]?.membership.isMember ?? false
        self.members[user.id] = StoredMember(profile: user, membership: membership)
        self.memberCount += (membership.isMember ? 1 : 0) - (before ? 1 : 0)
    }
}

extension Membership {
    /// What a mute that still holds leaves behind when its bearer goes, so that coming back does not end it.
    package func muteOutlives(_ now: Timestamp) -> Bool { self.status(at: now) == .muted }

    /// Whether the user belongs to the room, able to speak or not.
    package var isMember: Bool {
        switch self.status {
        case .active: true
        case .muted: self.role > .none
        case .none, .pending, .banned: false
        }
    }
}
