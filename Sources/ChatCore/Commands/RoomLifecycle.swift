import ChatModel
import Foundation

extension ChatService {
    func createRoom(_ new: NewRoom, by actor: Actor) async throws(ChatError) -> Reply {
        guard !actor.profile.isGuest || self.policy.guestsCreateRooms else { throw ChatError(.forbidden) }
        guard new.kind != .direct else {
            throw ChatError(.invalidArgument, detail: "direct rooms are opened, not created")
        }
        var room = new
        room.id = try new.id.map { (id) throws(ChatError) in try Self.checked(id) }
        room.settings = try self.checked(new.settings)
        if let wait = self.creations.take(actor.id, now: self.clock.now()) {
            throw ChatError(.rateLimited, retryAfterMilliseconds: wait)
        }
        try await self.requireRoomForOneMore(actor)
        try await self.storeGuest(actor.profile)
        do {
            let record = try await self.store.createRoom(room, creator: actor.profile, at: self.clock.now())
            let loaded = try await self.rooms.existing(.id(record.id))
            return .room(try await self.info(of: loaded, for: actor))
        } catch let error as StoreError {
            throw ChatError(error)
        } catch let error as ChatError {
            throw error
        } catch {
            throw ChatError(.internal, detail: "\(error)")
        }
    }

    func updateRoom(
        _ reference: RoomReference, _ patch: RoomSettingsPatch, by actor: Actor
    ) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.require(.changeSettings, of: actor, in: room)
        for _ in 0..<8 {
            let (settings, version) = room.withState { ($0.record.settings, $0.record.version) }
            let changed = try self.checked(settings.applying(patch))
            guard changed != settings else { return .room(try await self.info(of: room, for: actor)) }
            do {
                _ = try await self.log.append(
                    RoomDraft(
                        room: room.identity.id, actor: actor.profile, at: self.clock.now(), expectedVersion: version,
                        change: .settings(changed)),
                    to: room)
                return .room(try await self.info(of: room, for: actor))
            } catch let error as StoreError where error.code == .conflict {
                await self.refresher.refresh(room)
            } catch let error as StoreError {
                throw ChatError(error)
            } catch let error as ChatError {
                throw error
            } catch {
                throw ChatError(.internal, detail: "\(error)")
            }
        }
        throw ChatError(.conflict, retryAfterMilliseconds: 100)
    }

    func deleteRoom(_ reference: RoomReference, by actor: Actor) async throws(ChatError) -> Reply {
        let room = try await self.rooms.existing(reference)
        try self.require(.delete, of: actor, in: room)
        _ = try await self.appended(
            RoomDraft(room: room.identity.id, actor: actor.profile, at: self.clock.now(), change: .delete), to: room)
        self.rooms.forget(room)
        return .done
    }

    // MARK: Checks

    /// A room id is an XMPP localpart in lower case (RFC 7622 §3.3): 1–64 characters.
    static func checked(_ id: RoomID) throws(ChatError) -> RoomID {
        let folded = id.value.lowercased().precomposedStringWithCanonicalMapping
        let forbidden: Set<Unicode.Scalar> = ["\"", "&", "'", "/", ":", "<", ">", "@"]
        let isLegal = folded.unicodeScalars.allSatisfy { scalar in
            !forbidden.contains(scalar) && !scalar.properties.isWhitespace
                && scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
        }
        guard isLegal, !folded.isEmpty, folded.unicodeScalars.count <= 64 else {
            throw ChatError(.invalidArgument, detail: "room id")
        }
        return RoomID(folded)
    }

    private func checked(_ settings: RoomSettings) throws(ChatError) -> RoomSettings {
        var settings = settings
        settings.title = try MessageText.line(settings.title, codePoints: 80, tooLong: .invalidArgument)
        settings.topic = try MessageText.line(settings.topic, codePoints: 500, tooLong: .invalidArgument)
        settings.alias = try settings.alias.map { (alias) throws(ChatError) in try Self.checked(alias: alias) }
        guard (0...86_400).contains(settings.slowModeSeconds) else {
            throw ChatError(.invalidArgument, detail: "slow mode")
        }
        switch settings.retention {
        case .forever: break
        case .days(let days):
            guard (1...36_500).contains(days) else { throw ChatError(.invalidArgument, detail: "retention") }
        case .count(let count):
            guard (1...10_000_000).contains(count) else { throw ChatError(.invalidArgument, detail: "retention") }
        }
        return settings
    }

    /// 1–64 of letters of any script, digits and `._-`; compared after case folding.
    private static func checked(alias: String) throws(ChatError) -> String {
        let folded = alias.lowercased().precomposedStringWithCanonicalMapping
        let isLegal = folded.unicodeScalars.allSatisfy { scalar in
            scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
                || "._-".unicodeScalars.contains(scalar)
        }
        guard isLegal, !folded.isEmpty, folded.unicodeScalars.count <= 64 else {
            throw ChatError(.invalidArgument, detail: "alias")
        }
        return folded
    }
}

extension RoomSettings {
    fileprivate func applying(_ patch: RoomSettingsPatch) -> RoomSettings {
        var settings = self
        if let alias = patch.alias { settings.alias = alias }
        if let title = patch.title { settings.title = title }
        if let topic = patch.topic { settings.topic = topic }
        if let access = patch.access { settings.access = access }
        if let visibility = patch.historyVisibility { settings.historyVisibility = visibility }
        if let retention = patch.retention { settings.retention = retention }
        if let seconds = patch.slowModeSeconds { settings.slowModeSeconds = seconds }
        if let membersInvite = patch.membersInvite { settings.membersInvite = membersInvite }
        return settings
    }
}
