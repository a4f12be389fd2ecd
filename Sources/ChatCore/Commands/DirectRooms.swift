import ChatModel
import Credentials

extension ChatService {
    /// The room of two accounts, found or made (json-chat.md §2.4).
    ///
    /// - Throws: ``ChatError/Code/forbidden`` for guests, ``ChatError/Code/notSelf``, ``ChatError/Code/noSuchUser``,
    ///   ``ChatError/Code/rateLimited`` when there is none yet and too many rooms were made.
    func openDirect(with target: Target, by actor: Actor) async throws(ChatError) -> Reply {
        guard !actor.profile.isGuest else { throw ChatError(.forbidden) }
        let id =
            switch target {
            case .id(let id): id
            case .username(let name): UserID(canonical: (try? Username(name))?.canonical ?? "")
            }
        guard id != actor.id else { throw ChatError(.notSelf) }
        guard let other = try await self.accounts.stored(id), !other.profile.isGuest, !other.isDisabled else {
            throw ChatError(.noSuchUser)
        }
        // Both the name as its owner spells it and the id will do; any other spelling is a slip.
        if case .username(let name) = target, ![other.profile.username, id.value].contains(name) {
            throw ChatError(.noSuchUser)
        }
        let opened = try await self.openDirect(with: other.profile, by: actor.profile)
        let room = try await self.rooms.existing(.id(opened.record.id))
        self.log.publish(opened.events, of: room)
        return .direct(try await self.info(of: room, for: actor), isNew: opened.isNew)
    }

    /// A room that is there is open to whoever has made all the rooms that he may.
    private func openDirect(
        with other: UserProfile, by opener: UserProfile
    ) async throws(ChatError) -> DirectRoom {
        let isKnown: Bool
        do throws(StoreError) {
            isKnown = try await self.store.directRoom(of: opener.id, and: other.id) != nil
        } catch {
            throw ChatError(error)
        }
        if !isKnown, let wait = self.creations.take(opener.id, now: self.clock.now()) {
            throw ChatError(.rateLimited, retryAfterMilliseconds: wait)
        }
        do throws(StoreError) {
            let opened = try await self.store.openDirect(opener, other, at: self.clock.now())
            // The other one was quicker.
            if !isKnown, !opened.isNew { self.creations.refund(opener.id) }
            return opened
        } catch {
            if !isKnown { self.creations.refund(opener.id) }
            // Deleted since it was looked up.
            throw error.code == .notFound ? ChatError(.noSuchUser) : ChatError(error)
        }
    }
}
