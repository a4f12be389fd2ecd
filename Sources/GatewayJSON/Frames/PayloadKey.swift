/// The name of a payload's member, in full and in the compact encoding (json-chat.md §1.13).
struct PayloadKey: Sendable {
    let plain: StaticString
    let compact: StaticString

    /// - Parameter compact: the short name; nil where the compact encoding has none and uses the full one.
    init(_ plain: StaticString, compact: StaticString? = nil) {
        self.plain = plain
        self.compact = compact ?? plain
    }
}

// Computed, so that using one costs no check for a first use.
extension PayloadKey {
    static var channelID: PayloadKey { PayloadKey("channel_id", compact: "c") }
    static var user: PayloadKey { PayloadKey("user", compact: "u") }
    static var sender: PayloadKey { PayloadKey("sender", compact: "u") }
    static var content: PayloadKey { PayloadKey("content", compact: "m") }
    static var emote: PayloadKey { PayloadKey("emote", compact: "e") }
    static var messageID: PayloadKey { PayloadKey("message_id", compact: "r") }
    static var reactions: PayloadKey { PayloadKey("reactions", compact: "x") }
    static var members: PayloadKey { PayloadKey("members", compact: "n") }
    static var target: PayloadKey { PayloadKey("target", compact: "a") }
    static var duration: PayloadKey { PayloadKey("duration", compact: "d") }
    static var reason: PayloadKey { PayloadKey("reason", compact: "w") }
    static var code: PayloadKey { PayloadKey("code", compact: "k") }
    static var seq: PayloadKey { PayloadKey("seq", compact: "q") }
    static var timestamp: PayloadKey { PayloadKey("timestamp", compact: "ts") }
}

extension PayloadKey: ExpressibleByStringLiteral {
    init(stringLiteral value: StaticString) { self.init(value) }
}
