import ChatCore
import ChatModel
import NIOCore
import WireJSON

/// `realtime:<id>`: a room in the terms of Supabase Realtime (`supabase/realtime`, phoenix-channels.md §7.2):
/// broadcasts, and presence of those who ask for it under keys of their choice.
///
/// What is said in the room by other fronts comes as broadcasts as well, under ``ServerEvent/broadcastName``.
final class RealtimeChannel: RoomChannel {
    /// What the client's join asked for.
    private struct Config {
        var receivesOwn = false
        var wantsReplies = false
        var wantsPresence = true
        /// Whoever names no key is listed under one of ours.
        var presenceKey = String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// Bytes of a presence key. All in the room keep it and are told it.
    private static let mostKeyBytes = 128

    private var config = Config()

    /// `{config: {broadcast: {self, ack}, presence: {key, enabled}, …}, access_token}`; what is not known is passed
    /// over.
    override func options(_ params: PayloadReader) throws(PayloadError) -> JoinOptions {
        let options = JoinOptions(history: 0, wantsPresence: false)
        guard let config = try params.optionalObject("config") else { return options }
        if let broadcast = try config.optionalObject("broadcast") {
            self.config.receivesOwn = try broadcast.optionalBool("self") ?? false
            self.config.wantsReplies = try broadcast.optionalBool("ack") ?? false
        }
        if let presence = try config.optionalObject("presence") {
            if let key = try presence.optionalString("key"), !key.isEmpty {
                guard key.utf8.count <= Self.mostKeyBytes else {
                    throw presence.error("key", expected: "a string of at most \(Self.mostKeyBytes) bytes")
                }
                self.config.presenceKey = key
            }
            self.config.wantsPresence = try presence.optionalBool("enabled") ?? true
        }
        if !self.config.wantsPresence {
            self.format = PhoenixFormat(.quietRealtime, self.socket.version)
                .wireFormat(gateway: self.socket.gateway.encoderID)
        }
        return options
    }

    override func accepted(_ joined: JoinedRoom) -> JoinOutcome {
        .accepted { writer in
            writer.object { writer in writer.array("postgres_changes", [Bool]()) { $0.bool($1) } }
        }
    }

    override func subscriptionStarted(in room: Room) {
        if self.config.wantsPresence { self.pushPresence(of: room, as: .realtime) }
    }

    override func pushCount(_ count: Int) {
        self.push(ServerEvent.broadcast.rawValue) { $0.broadcast(.presenceCount) { $0.member("count", count) } }
    }

    override func handle(_ request: ChannelRequest) {
        guard let session = self.socket.session else { return request.refuse(ChatError(.notMember)) }
        if case .binary = request.payload { return super.handle(request) }
        do throws(PayloadError) {
            let payload = try PayloadReader(request.payload)
            switch request.event {
            case "broadcast": try self.broadcast(payload, as: session, request)
            case "presence": try self.track(payload, as: session, request)
            // Who somebody is was settled when he connected.
            case "access_token": request.reply()
            default: super.handle(request)
            }
        } catch {
            request.refuse(error)
        }
    }

    private func broadcast(
        _ payload: PayloadReader, as session: ClientSession, _ request: ChannelRequest
    ) throws(PayloadError) {
        let event = try payload.string("event")
        let content = try payload.optionalOpaque("payload") ?? Signal.nothing
        self.broadcast(
            event, .json(content), includesSelf: self.config.receivesOwn, as: session, request,
            isAnswered: self.config.wantsReplies)
    }

    private func track(
        _ payload: PayloadReader, as session: ClientSession, _ request: ChannelRequest
    ) throws(PayloadError) {
        let meta: OpaqueJSON?
        switch try payload.string("event").lowercased() {
        case "track": meta = try self.meta(payload)
        case "untrack": meta = nil
        default: throw payload.error("event", expected: "one of track, untrack")
        }
        do throws(ChatError) {
            try self.service.track(key: self.config.presenceKey, meta: meta, as: session, for: self)
            request.reply()
        } catch {
            request.refuse(error)
        }
    }

    /// The client's own members; the refs are ours.
    private func meta(_ payload: PayloadReader) throws(PayloadError) -> OpaqueJSON {
        var object = try payload.optionalObject("payload")?.object ?? JSONObject()
        object["phx_ref"] = nil
        object["phx_ref_prev"] = nil
        var writer = JSONWriter()
        writer.object(object)
        return OpaqueJSON(validated: String(buffer: writer.takeBuffer()))
    }
}
