import ChatModel
import NIOCore
import WireJSON

@testable import GatewayJSON

/// A command together with the frame that stands for it.
struct SampleCommand {
    let type: FrameType
    let command: Command
    var payload: JSONObject
    var ext: JSONObject?
    let id: WireUUID

    /// The frame; short keys and ids when `compact`.
    func json(compact: Bool) -> String {
        var frame = JSONObject()
        if compact {
            frame["t"] = .integer(self.type.number)
            frame["i"] = .string(self.id.base64URL)
            frame["p"] = .object(Self.shortened(self.payload))
        } else {
            frame["type"] = .string(self.type.rawValue)
            frame["id"] = .string(self.id.text)
            frame["payload"] = .object(self.payload)
        }
        if let ext = self.ext { frame["ext"] = .object(ext) }
        var writer = JSONWriter()
        writer.object(frame)
        return String(buffer: writer.takeBuffer())
    }

    private static func shortened(_ payload: JSONObject) -> JSONObject {
        let names = [
            "channel_id": "c", "user": "u", "sender": "u", "content": "m", "emote": "e", "message_id": "r",
            "reactions": "x", "target": "a", "duration": "d", "reason": "w", "seq": "q",
        ]
        var short = JSONObject()
        for member in payload.members {
            let isID = ["message_id", "before", "after", "around"].contains(member.key)
            let id = isID ? member.value.string.flatMap(WireUUID.init(_:)) : nil
            short[names[member.key] ?? member.key] = id.map { .string($0.base64URL) } ?? member.value
        }
        return short
    }
}

extension SampleCommand {
    static func random(using random: inout SeededRandom) -> SampleCommand {
        var maker = Maker(random: random)
        defer { random = maker.random }
        return maker.make()
    }

    private struct Maker {
        var random: SeededRandom

        mutating func make() -> SampleCommand {
            switch Int.random(in: 0..<20, using: &self.random) {
            case 0: self.join()
            case 1: self.sample(.channelLeave, [:]) { .leave($0.room) }
            case 2: self.send()
            case 3: self.edit()
            case 4: self.delete()
            case 5: self.react()
            case 6: self.typing()
            case 7: self.kick()
            case 8: self.mute()
            case 9: self.ban()
            case 10: self.unmuteOrUnban()
            case 11: self.decide()
            case 12: self.role()
            case 13: self.createRoom()
            case 14: self.updateRoom()
            case 15: self.history()
            case 16: self.reactionList()
            case 17: self.lists()
            case 18: self.presence()
            default: self.readMark()
            }
        }

        private struct Made {
            let room: RoomReference
            let clientID: ClientID?
        }

        /// Adds a room and an id to a payload.
        private mutating func sample(
            _ type: FrameType, _ payload: JSONObject, ext: JSONObject? = nil, inRoom: Bool = true,
            _ command: (Made) -> Command
        ) -> SampleCommand {
            let number = Int32.random(in: 1...Int32.max, using: &self.random)
            let id = self.uuid()
            var payload = payload
            if inRoom {
                payload["channel_id"] =
                    Bool.random(using: &self.random) ? .integer(Int64(number)) : .string("\(number)")
            }
            let room = RoomNumber(Int64(number)) ?? .one
            return SampleCommand(
                type: type, command: command(Made(room: .number(room), clientID: ClientID(id.text))), payload: payload,
                ext: ext, id: id)
        }

        private mutating func uuid() -> WireUUID {
            let (high, low) = (self.random.next(), self.random.next())
            return WireUUID(high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000, low: low & 0x3FFF_FFFF_FFFF_FFFF | 1 << 63)
        }

        private mutating func message() -> (id: MessageID, json: JSONValue) {
            let id = self.uuid()
            return (MessageID(high: id.high, low: id.low), .string(id.text))
        }

        private mutating func text() -> String {
            let alphabet: [Character] = ["a", "é", "\"", "\\", "\n", "👍", "\u{0}", " ", "字", "\u{2028}"]
            return String(
                (0..<Int.random(in: 0..<30, using: &self.random)).map { _ in
                    alphabet.randomElement(using: &self.random) ?? "x"
                })
        }

        private mutating func number() -> Int64 { Int64.random(in: .min ... .max, using: &self.random) }
        private mutating func positive() -> Int64 { Int64.random(in: 0 ... .max, using: &self.random) }
        private mutating func coin() -> Bool { Bool.random(using: &self.random) }
        private mutating func emote() -> String { ["👍", "😍", "🔥", "😂", "😭"].randomElement(using: &self.random) ?? "👍" }

        private mutating func join() -> SampleCommand {
            let history = Int.random(in: 0...200, using: &self.random)
            let seq = self.positive()
            guard self.coin() else {
                return self.sample(.channelJoin, [:], ext: ["history": .integer(Int64(history))]) {
                    .join($0.room, JoinOptions(history: history))
                }
            }
            return self.sample(.channelJoin, [:], ext: ["epoch": "k3", "seq": .integer(seq)]) {
                .join(
                    $0.room,
                    JoinOptions(history: 0, position: RoomPosition(room: $0.room, epoch: Epoch("k3"), seq: seq)))
            }
        }

        private mutating func send() -> SampleCommand {
            let body = self.text()
            let answered = self.message()
            let extended = self.coin()
            let ext: JSONObject? =
                extended ? ["reply_to": answered.json, "mentions": ["bob"], "metadata": ["k": [1]]] : nil
            return self.sample(.chatSend, ["content": .string(body), "sender": "eve", "reactions": .null], ext: ext) {
                .send(
                    $0.room,
                    OutgoingMessage(
                        body: body, clientID: $0.clientID, replyTo: extended ? answered.id : nil,
                        mentions: extended ? ["bob"] : [],
                        metadata: extended ? OpaqueJSON(validated: #"{"k":[1]}"#) : nil))
            }
        }

        private mutating func edit() -> SampleCommand {
            let (message, body) = (self.message(), self.text())
            return self.sample(.chatEdit, ["message_id": message.json, "content": .string(body)]) {
                .edit($0.room, message.id, body: body, clientID: $0.clientID)
            }
        }

        private mutating func delete() -> SampleCommand {
            let (message, reason) = (self.message(), self.text())
            return self.sample(.chatDelete, ["message_id": message.json, "reason": .string(reason)]) {
                .retract($0.room, message.id, reason: reason)
            }
        }

        private mutating func react() -> SampleCommand {
            let (message, emote) = (self.message(), self.emote())
            return self.sample(.chatReact, ["message_id": message.json, "emote": .string(emote)]) {
                .react($0.room, message.id, emote: emote, .toggle)
            }
        }

        private mutating func typing() -> SampleCommand {
            let isTyping = self.coin()
            return self.sample(.chatTyping, ["state": isTyping ? "typing" : "stopped", "user": .null]) {
                .typing($0.room, isTyping: isTyping)
            }
        }

        private mutating func kick() -> SampleCommand {
            let (target, reason) = (self.text(), self.text())
            return self.sample(.chatKick, ["target": .string(target), "reason": .string(reason)]) {
                .moderate($0.room, .username(target), .kick(reason: reason))
            }
        }

        private mutating func mute() -> SampleCommand {
            let (target, seconds) = (self.text(), self.number())
            return self.sample(.chatMute, ["target": .string(target), "duration": .integer(seconds)]) {
                .moderate($0.room, .username(target), .mute(seconds: seconds, reason: ""))
            }
        }

        private mutating func ban() -> SampleCommand {
            let (target, seconds, erased) = (self.text(), self.number(), self.number())
            let payload: JSONObject = [
                "target": .string(target), "duration": .integer(seconds), "delete_messages": .integer(erased),
            ]
            return self.sample(.chatBan, payload) {
                .moderate(
                    $0.room, .username(target), .ban(seconds: seconds, reason: "", deleteMessagesSeconds: erased))
            }
        }

        private mutating func unmuteOrUnban() -> SampleCommand {
            let (target, unmutes) = (self.text(), self.coin())
            return self.sample(unmutes ? .chatUnmute : .chatUnban, ["target": .string(target)]) {
                .moderate($0.room, .username(target), unmutes ? .unmute : .unban)
            }
        }

        private mutating func decide() -> SampleCommand {
            let (target, accepts) = (self.text(), self.coin())
            return self.sample(accepts ? .memberAccept : .memberReject, ["target": .string(target)]) {
                accepts ? .accept($0.room, .username(target)) : .reject($0.room, .username(target))
            }
        }

        private mutating func role() -> SampleCommand {
            let role = [Role.member, .moderator, .admin, .owner].randomElement(using: &self.random) ?? .member
            let target = self.text()
            return self.sample(.memberRole, ["target": .string(target), "role": .string(role.rawValue)]) {
                .setRole($0.room, .username(target), role)
            }
        }

        private mutating func createRoom() -> SampleCommand {
            let (title, topic) = (self.text(), self.text())
            let access = RoomAccess.allCases.randomElement(using: &self.random) ?? .isPublic
            let payload: JSONObject = [
                "title": .string(title), "topic": .string(topic), "access": .string(access.rawValue), "kind": "channel",
                "alias": "tea", "channel_id": 9,
            ]
            return self.sample(.roomCreate, payload, inRoom: false) { _ in
                .createRoom(
                    NewRoom(
                        number: RoomNumber(9), kind: .channel,
                        settings: RoomSettings(alias: "tea", title: title, topic: topic, access: access)))
            }
        }

        private mutating func updateRoom() -> SampleCommand {
            let title = self.text()
            var patch = RoomSettingsPatch()
            patch.title = title
            patch.retention = .count(5)
            patch.membersInvite = false
            var payload: JSONObject = ["title": .string(title), "retention": ["count": 5], "members_invite": false]
            if self.coin() {
                patch.alias = .some(nil)
                payload["alias"] = .null
            }
            let wanted = patch
            return self.sample(.roomUpdate, payload) { .updateRoom($0.room, wanted) }
        }

        private mutating func history() -> SampleCommand {
            let (message, seq) = (self.message(), self.positive())
            let limit = Int.random(in: 1...200, using: &self.random)
            let anchors: [(String, JSONValue, HistoryWindow.Anchor)] = [
                ("before", .integer(seq), .before(seq)), ("after", .integer(seq), .after(seq)),
                ("around", .integer(seq), .around(seq)), ("before", message.json, .beforeMessage(message.id)),
                ("after", message.json, .afterMessage(message.id)),
                ("around", message.json, .aroundMessage(message.id)),
            ]
            let (key, value, anchor) = anchors.randomElement(using: &self.random) ?? anchors[0]
            var payload: JSONObject = ["limit": .integer(Int64(limit))]
            payload[key] = value
            return self.sample(.historyGet, payload) {
                .history($0.room, HistoryWindow(anchor: anchor, limit: limit))
            }
        }

        private mutating func reactionList() -> SampleCommand {
            let (message, emote) = (self.message(), self.emote())
            let payload: JSONObject = [
                "message_id": message.json, "emote": .string(emote), "cursor": "bob", "limit": 3,
            ]
            return self.sample(.reactionList, payload) {
                .reactions($0.room, message.id, emote: emote, after: UserID(canonical: "bob"), limit: 3)
            }
        }

        private mutating func lists() -> SampleCommand {
            let text = self.text()
            switch Int.random(in: 0..<5, using: &self.random) {
            case 3:
                let seq = self.positive()
                return self.sample(.search, ["query": .string(text), "before": .integer(seq), "limit": 9]) {
                    .search($0.room, MessageQuery(text: text, before: seq, limit: 9))
                }
            case 4:
                return self.sample(.directOpen, ["user": .string(text)], inRoom: false) { _ in
                    .openDirect(.username(text))
                }
            case 0:
                return self.sample(.roomList, ["query": .string(text), "cursor": "7", "limit": 10], inRoom: false) {
                    _ in
                    .rooms(RoomQuery(text: text, after: RoomNumber(7), limit: 10))
                }
            case 1:
                return self.sample(.memberList, [:]) { .members($0.room, after: nil, limit: 50) }
            default:
                return self.sample(.auditGet, ["cursor": "77"]) { .audit($0.room, before: 77, limit: 50) }
            }
        }

        private mutating func presence() -> SampleCommand {
            let names = [self.text(), self.text()]
            return self.sample(.presenceGet, ["usernames": .array(names.map { .string($0) })], inRoom: false) { _ in
                .presence(names)
            }
        }

        private mutating func readMark() -> SampleCommand {
            let seq = self.positive()
            return self.sample(.readMark, ["seq": .integer(seq)]) { .markRead($0.room, seq: seq) }
        }
    }
}
