import ChatCore
import ChatModel

/// A generator that gives the same numbers for the same seed (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var word = self.state
        word = (word ^ word >> 30) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ word >> 27) &* 0x94d0_49bb_1331_11eb
        return word ^ word >> 31
    }
}

/// What a room's log should be, worked out the plainest way.
struct RoomModel {
    struct Entry {
        let id: MessageID
        let seq: Seq
        var body: String
        var version: Int32 = 1
        var isRetracted = false
        /// In order of reacting.
        var reactions: [(user: String, emote: String)] = []
    }

    var lastSeq: Seq = 0
    var messages: [Entry] = []
    var clientIDs: [String: Seq] = [:]

    /// The briefs of the events that a draft should make; nil when it should be refused.
    mutating func apply(_ change: RoomDraftChange, by user: String) -> [String]? {
        switch change {
        case .message(let id, let content):
            self.lastSeq += 1
            self.messages.append(Entry(id: id, seq: self.lastSeq, body: content.body))
            return ["\(self.lastSeq) message \(content.body)"]
        case .edit(let id, let content):
            guard let index = self.live(id) else { return nil }
            self.lastSeq += 1
            self.messages[index].body = content.body
            self.messages[index].version += 1
            return ["\(self.lastSeq) edited \(self.messages[index].version) \(content.body)"]
        case .retract(let id, let reason):
            guard let index = self.messages.firstIndex(where: { $0.id == id }) else { return nil }
            guard !self.messages[index].isRetracted else { return [] }
            self.lastSeq += 1
            self.messages[index].isRetracted = true
            self.messages[index].body = ""
            self.messages[index].reactions = []
            return ["\(self.lastSeq) retracted \(reason)"]
        case .react(let id, let emote, let mode, let perUser, _):
            guard let index = self.live(id) else { return nil }
            return self.react(index, emote, mode, perUser, by: user)
        case .membership, .settings, .delete: return nil
        }
    }

    private func live(_ id: MessageID) -> Int? {
        self.messages.firstIndex { $0.id == id && !$0.isRetracted }
    }

    private mutating func react(
        _ index: Int, _ emote: String, _ mode: ReactionMode, _ perUser: Int, by user: String
    ) -> [String] {
        var briefs: [String] = []
        let has = self.messages[index].reactions.contains { $0 == (user, emote) }
        if has, mode == .add { return [] }
        if !has, mode == .remove { return [] }
        if has {
            self.messages[index].reactions.removeAll { $0 == (user, emote) }
            self.lastSeq += 1
            return ["\(self.lastSeq) -\(emote)"]
        }
        while self.messages[index].reactions.filter({ $0.user == user }).count >= perUser {
            guard let oldest = self.messages[index].reactions.firstIndex(where: { $0.user == user }) else { break }
            let gone = self.messages[index].reactions.remove(at: oldest)
            self.lastSeq += 1
            briefs.append("\(self.lastSeq) -\(gone.emote)")
        }
        self.messages[index].reactions.append((user, emote))
        self.lastSeq += 1
        briefs.append("\(self.lastSeq) +\(emote)")
        return briefs
    }
}

extension StoreContract {
    static var modelRules: [Rule] {
        (1...6).map { seed in
            Rule("random batches do what a plain model does, seed \(seed)") { scene in
                try await self.compareWithModel(scene, seed: UInt64(seed))
            }
        }
    }

    private static func compareWithModel(_ scene: StoreScene, seed: UInt64) async throws {
        var generator = SeededGenerator(seed: seed)
        var models: [RoomID: RoomModel] = [:]
        for index in 0..<3 {
            models[try await scene.room("room\(index)", creator: nil).id] = RoomModel()
        }
        let rooms = models.keys.sorted { $0.value < $1.value }
        for _ in 0..<30 {
            let drafts = (0..<Int.random(in: 1...20, using: &generator)).map { _ in
                self.randomDraft(rooms, models, &generator)
            }
            let results = await scene.append(drafts.map { .room($0) })
            for (draft, result) in zip(drafts, results) {
                let expected = models[draft.room]?.apply(draft.change, by: draft.actor.username)
                try self.compare(result, with: expected, of: draft)
            }
            for room in rooms { try await self.compare(room, with: try require(models[room], "a model"), scene) }
        }
    }

    private static func randomDraft(
        _ rooms: [RoomID], _ models: [RoomID: RoomModel], _ generator: inout SeededGenerator
    ) -> RoomDraft {
        let room = rooms[Int.random(in: 0..<rooms.count, using: &generator)]
        let actor = [UserProfile.juliet, .romeo, .nurse][Int.random(in: 0..<3, using: &generator)]
        let id = MessageID(
            at: StoreScene.noon, random: (generator.next(), generator.next()))
        // Sometimes a message of another room, or one that is not there.
        let elsewhere = rooms[Int.random(in: 0..<rooms.count, using: &generator)]
        let source = Int.random(in: 0..<8, using: &generator) == 0 ? elsewhere : room
        let target = models[source]?.messages.randomElement(using: &generator)?.id ?? id
        let change: RoomDraftChange
        switch Int.random(in: 0..<10, using: &generator) {
        case 0...3: change = .message(id, MessageContent(body: "m\(generator.next() % 1000)"))
        case 4: change = .edit(target, MessageContent(body: "e\(generator.next() % 1000)"))
        case 5: change = .retract(target, reason: "r")
        default:
            let emote = ["👍", "😍", "🔥"][Int.random(in: 0..<3, using: &generator)]
            let mode = [ReactionMode.toggle, .toggle, .add, .remove][Int.random(in: 0..<4, using: &generator)]
            let perUser = Int.random(in: 1...2, using: &generator)
            change = .react(target, emote: emote, mode, perUser: perUser, perMessage: 20)
        }
        return RoomDraft(room: room, actor: actor, at: StoreScene.noon, change: change)
    }

    private static func compare(
        _ result: Result<AppendOutcome, StoreError>, with expected: [String]?, of draft: RoomDraft
    ) throws {
        switch (result, expected) {
        case (.success(.room(let events)), let expected?): try expectEqual(events.map(\.brief), expected)
        case (.failure(let error), nil): try expectEqual(error.code, .notFound)
        default: throw missing("\(expected ?? ["a refusal"]) for \(draft.change), not \(result)")
        }
    }

    private static func compare(_ room: RoomID, with model: RoomModel, _ scene: StoreScene) async throws {
        let events = try await scene.allEvents(in: room)
        try expectEqual(events.map(\.seq), Array(1..<model.lastSeq + 1))
        let page = try await scene.page(.end, limit: 1000, in: room)
        try expectEqual(page.messages.map(\.seq), model.messages.map(\.seq))
        for (message, entry) in zip(page.messages, model.messages) {
            try expectEqual(message.id, entry.id)
            try expectEqual(message.content.body, entry.body)
            try expectEqual(message.version, entry.version)
            try expectEqual(message.isRetracted, entry.isRetracted)
            let counts = Dictionary(grouping: entry.reactions, by: \.emote).mapValues { $0.map(\.user) }
            try expectEqual(
                Dictionary(uniqueKeysWithValues: message.reactions.map { ($0.emote, $0.usernames) }), counts)
        }
    }
}
