import ChatCore
import ChatModel
import StoreSQLite
import Testing

/// Rooms that are read anew because something changed in the store without an event.
@Suite(.timeLimit(.minutes(2)))
struct RefreshTests {
    private let seven = roomNumber(7)
    private let alice = UserProfile(id: UserID(canonical: "alice"), username: "alice")
    private let romeo = UserProfile(id: UserID(canonical: "romeo"), username: "romeo")
    private let guest = UserProfile(id: UserID(canonical: "guest1"), username: "Guest1", isGuest: true)

    /// An administrator is in the room without a record of his own when he gets that of a guest he once was.
    @Test(arguments: [(60, true), (-1, false)])
    func aBanPutsOutWhileItLasts(_ seconds: Int64, _ isPutOut: Bool) async throws {
        let server = try await TestServer()
        let now = server.service.clock.now()
        try await server.store.createAccount(Account(profile: self.romeo, role: .admin, createdAt: now))
        let room = try await server.store.createRoom(
            NewRoom(number: self.seven, settings: RoomSettings(access: .isPrivate)), creator: self.alice, at: now)
        try await self.ban(self.guest, in: room.id, until: now.adding(seconds: seconds), server.store)
        let owner = try await server.connect("alice")
        let admin = try await server.connect("romeo")
        try await owner.join(self.seven)
        try await admin.join(self.seven)
        _ = try await server.store.moveMessages(from: self.guest.id, to: self.romeo.id)
        await server.service.accounts.refreshFromStore(self.alice.id)
        try await owner.run(.send(.number(self.seven), OutgoingMessage(body: "after")))
        await owner.wait { $0.contains { $0.hasSuffix("message after") } }
        #expect(owner.lines.contains { $0.contains("romeo departed") } == isPutOut)
        #expect(admin.lines.contains { $0.hasSuffix("message after") } != isPutOut)
        try await server.stop()
    }

    /// Stores a ban past the service.
    private func ban(_ user: UserProfile, in room: RoomID, until: Timestamp, _ store: SQLiteStore) async throws {
        let membership = Membership(role: .none, status: .banned, joinedAt: until, joinedSeq: 0, until: until)
        let change = MembershipChange(user: user, action: .banned, membership: membership)
        let draft = RoomDraft(room: room, actor: self.alice, at: until, change: .membership(change, replacing: nil))
        let results = await withCheckedContinuation { continuation in
            store.append([.room(draft)]) { continuation.resume(returning: $0) }
        }
        _ = try #require(results.first).get()
    }
}
