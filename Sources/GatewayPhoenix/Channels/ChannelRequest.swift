import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// An event that a client has sent on a channel, until it is answered. Exactly one of its methods is to be called once.
struct ChannelRequest {
    let channel: Channel
    let event: String
    let payload: InboundPayload
    let ref: Ref
    let pace: CommandPace

    /// Answers `ok`.
    func reply(_ response: (inout JSONWriter) -> Void = { $0.emptyObject() }) {
        self.write { $0.reply(self.head, .ok, into: &$1, response: response) }
        self.finish()
    }

    /// Answers `ok` with bytes, as a binary push is answered (phoenix-channels.md §1.7).
    func reply(binary data: ByteBuffer) {
        self.write { writer, buffer in
            if !writer.binaryReply(self.head, .ok, data: data, into: &buffer) {
                writer.reply(self.head, .ok, into: &buffer)
            }
        }
        self.finish()
    }

    /// Answers `error`.
    func refuse(_ error: ChatError) {
        self.write { writer, buffer in
            writer.refusal(self.head, reason: error.code.rawValue, into: &buffer) { $0.details(of: error) }
        }
        self.finish()
    }

    func refuse(_ error: PayloadError) {
        self.refuse("invalid_payload", "\(error)")
    }

    func refuse(_ reason: String, _ message: String) {
        self.write { writer, buffer in
            writer.refusal(self.head, reason: reason, into: &buffer) { $0.member("message", message) }
        }
        self.finish()
    }

    /// Answers with a status and any JSON value.
    func answer(_ status: ReplyStatus, _ response: (inout JSONWriter) -> Void) {
        self.write { $0.reply(self.head, status, into: &$1, response: response) }
        self.finish()
    }

    /// Does not answer.
    func finish() {
        self.channel.requestFinished()
        self.channel.socket.completed(self.pace)
    }

    /// What the client asked is more than its channel can cope with: the channel ends by a fault, the socket stays.
    func crash() {
        self.channel.socket.endChannel(self.channel, .crashed)
        self.finish()
    }

    private var head: ReplyHead { self.channel.instance.reply(to: self.ref) }

    private func write(_ body: (MessageWriter, inout ByteBuffer) -> Void) {
        // Of a channel that is over nothing is written any more.
        guard self.channel.socket.isJoined(self.channel) else { return }
        self.channel.socket.write(body)
    }
}
