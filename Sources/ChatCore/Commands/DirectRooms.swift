import ChatModel
import Credentials

extension ChatService {
    /// The room of two accounts, found or made (json-chat.md §2.4).
    ///
    /// - Throws: ``ChatError/Code/forbidden`` for guests, ``ChatError/Code/notSelf``, ``ChatError/Code/noSuchUser``,
    ///   ``ChatError/Code/rateLimited`` when too many rooms were made.
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
        if let wait = self.creations.take(actor.id, now: self.clock.now()) {
            throw ChatError(.rateLimited, retryAfterMilliseconds: wait)
        }
        let opened: DirectRoom
        do throws(StoreError) {
            opened = try await self.store.openDirect(actor.profile, other.profile, at: self.clock.now())
        } catch {
            self.creations.refund(actor.id)
            // Deleted since it was looked up.
            throw error.code == .notFound ? ChatError(.noSuchUser) : ChatError(error)
        }
        if !opened.isNew { self.creations.refund(actor.id) }
        let room = try await self.rooms.existing(.id(opened.record.id))
        self.log.publish(opened.events, of: room)
        return .direct(try await self.info(of: room, for: actor), isNew: opened.isNew)
    }
}
