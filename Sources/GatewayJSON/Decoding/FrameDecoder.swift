import ChatModel
import NIOCore
import WireJSON

/// Turns the bytes of one text frame into what the client means, or says exactly why not.
///
/// A pure value: bytes in, frame or fault out. The checks come in the order of json-chat.md §1.4: JSON object, known
/// type, `timestamp` and `id`, then the payload, then server-only types and impossible rooms.
struct FrameDecoder: Sendable {
    /// What a connection's settings and hello change about reading.
    struct Rules: Sendable {
        /// Refuses messages beyond 200 code points, as the reference server does.
        var isStrict = false
        /// How many past messages a join brings to a client without extensions.
        var historyOnJoin = 50
        /// The greatest page of history.
        var historyPage = 200
    }

    let rules: Rules
    /// Frames with short keys are understood as well (json-chat.md §1.13).
    var acceptsCompact = false
    /// The client sent `ext` in its hello, so that `ext` on other frames means something.
    var isExtended = false

    /// Enough keys for a hello that resumes as many rooms as one may have.
    private static let limits = JSONLimits(maxKeys: 1024)

    /// Reads a frame of a client that has said hello.
    func decode(_ bytes: ByteBuffer) throws(FrameError) -> InboundFrame {
        guard let envelope = self.envelope(bytes) else { throw FrameError(fault: .malformed, ref: nil) }
        do throws(FrameFault) {
            return try self.frame(envelope)
        } catch {
            throw FrameError(fault: error, ref: envelope.ref)
        }
    }

    /// Reads a client's first frame; whatever is wrong with it makes it a bad hello.
    func decodeHello(_ bytes: ByteBuffer) throws(FrameError) -> Hello {
        guard let envelope = self.envelope(bytes) else { throw FrameError(fault: .badHello, ref: nil) }
        do throws(FrameFault) {
            let token = try self.helloToken(envelope)
            return Hello(ref: envelope.ref, token: token, extensions: try HelloExtensions.read(envelope.object["ext"]))
        } catch {
            throw FrameError(fault: .badHello, ref: envelope.ref)
        }
    }

    private func envelope(_ bytes: ByteBuffer) -> Envelope? {
        guard let value = try? JSONReader.read(bytes, limits: Self.limits), let object = value.object else {
            return nil
        }
        return Envelope(object, acceptsCompact: self.acceptsCompact)
    }

    private func frame(_ envelope: Envelope) throws(FrameFault) -> InboundFrame {
        guard let type = envelope.type else { throw .malformed }
        try envelope.checkTimestamp()
        let id = try envelope.id()
        var payload = try envelope.payload()
        if type.isServerOnly { throw .serverOnly }
        if type == .hello {
            _ = try Self.readToken(&payload)
            throw .alreadyAuthenticated
        }
        let extensions = self.isExtended ? envelope.object["ext"] : nil
        var reader = CommandReader(
            rules: self.rules, isExtended: self.isExtended, clientID: id.flatMap { ClientID($0.text) },
            extensions: extensions, payload: payload)
        let command = try reader.read(type)
        return InboundFrame(type: type, ref: envelope.ref, room: reader.payload.room, command: command)
    }

    private func helloToken(_ envelope: Envelope) throws(FrameFault) -> String? {
        guard envelope.isHello else { throw .badHello }
        try envelope.checkTimestamp()
        _ = try envelope.id()
        var payload = try envelope.payload()
        return try Self.readToken(&payload)
    }

    /// The payload of a hello: a token or null; a user, who is not believed.
    private static func readToken(_ payload: inout PayloadReader) throws(FrameFault) -> String? {
        let token = try payload.optionalString("token")
        payload.ignore(.user)
        try payload.finish()
        return token
    }
}
