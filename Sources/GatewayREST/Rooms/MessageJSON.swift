import ChatModel
import WireJSON

extension Message {
    /// A message as it stands now, with the names that it has on the WebSocket.
    var json: JSONObject {
        var object: JSONObject = [
            "message_id": .string(WireUUID(high: self.id.high, low: self.id.low).text), "seq": .integer(self.seq),
            "timestamp": .string(WireTimestamp.text(milliseconds: self.sentAt.milliseconds)),
            "sender": .object(self.sender.json), "content": .string(self.content.body),
            "version": .integer(Int64(self.version)), "reactions": .object(self.reactionCounts),
        ]
        if let edited = self.editedAt {
            object["edited_at"] = .string(WireTimestamp.text(milliseconds: edited.milliseconds))
        }
        if let answered = self.content.replyTo {
            object["reply_to"] = .string(WireUUID(high: answered.high, low: answered.low).text)
        }
        if !self.content.mentions.isEmpty {
            object["mentions"] = .array(self.content.mentions.map { .string($0.value) })
        }
        // It was read once before it was stored.
        if let metadata = self.content.metadata { object["metadata"] = try? JSONReader.read(Array(metadata.text.utf8)) }
        return object
    }

    private var reactionCounts: JSONObject {
        var counts = JSONObject()
        for reaction in self.reactions { counts[reaction.emote] = .integer(Int64(reaction.total)) }
        return counts
    }
}
